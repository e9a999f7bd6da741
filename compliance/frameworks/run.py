"""The command: `python -m compliance.frameworks.run`, which is what `make suites` does.

Exit code 0: every difference is explained. 1: some is not, or an explanation is stale. 2: a wrong
option. 3: a suite could not be fetched or did not run; then there is no table.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from compliance.frameworks.comparison import Comparison, compared, passes, sent_requests
from compliance.frameworks.download import CHECKOUT, CannotFetch, home, interpreter, sdist_of
from compliance.frameworks.explanations import Explanation, Malformed, explanations_from, stale
from compliance.frameworks.lambda_transport import fronts as all_fronts
from compliance.frameworks.outcomes import Outcomes
from compliance.frameworks.page import reasons, replaced, table
from compliance.frameworks.projects import FRAMEWORKS, Framework
from compliance.frameworks.runner import DIRECT, DidNotRun, run

PAGE = CHECKOUT / "docs" / "suites.md"
LABELS = {name: name.capitalize() if name != "fastapi" else "FastAPI" for name in FRAMEWORKS}

Results = dict[str, dict[str, Outcomes]]
"""By the suite's name, then by the front's, DIRECT included."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--framework",
    "names",
    multiple=True,
    type=click.Choice(list(FRAMEWORKS)),
    help="A suite to run; may be repeated. Default: all.",
)
@click.option(
    "--front",
    "fronts",
    multiple=True,
    type=click.Choice(all_fronts()),
    help="A front to run them through; may be repeated. Default: all.",
)
@click.option(
    "--jobs",
    default=1,
    type=click.IntRange(1),
    help="Suites at a time; the runs of one never overlap.",
)
@click.option("--write", is_flag=True, help=f"Write the table into docs/{PAGE.name}.")
def main(names: tuple[str, ...], fronts: tuple[str, ...], jobs: int, write: bool) -> None:
    """Run the frameworks' own test suites, directly and through Lambda, and compare."""
    chosen = [FRAMEWORKS[name] for name in names or FRAMEWORKS]
    through = list(fronts or all_fronts())
    whole = not fronts
    if write and (names or fronts):
        raise click.UsageError("--write needs every suite and every front.")
    try:
        explanations = explanations_from()
        results = _results(chosen, through, jobs, home())
    except (CannotFetch, DidNotRun, Malformed) as error:
        click.echo(str(error), err=True)
        sys.exit(3)
    comparisons = [
        compared(name, front, told[DIRECT], told[front], explanations)
        for name, told in results.items()
        for front in through
    ]
    text = table(comparisons, _heads(chosen), _direct(results))
    click.echo(text)
    old = _stale(explanations, comparisons, chosen) if whole else []
    _tell(comparisons, old)
    if write:
        page = replaced(PAGE.read_text(encoding="utf-8"), "figures", text)
        page = replaced(page, "reasons", reasons(explanations, LABELS))
        PAGE.write_text(page, encoding="utf-8")
    sys.exit(1 if old or any(one.unexplained for one in comparisons) else 0)


def _results(chosen: list[Framework], through: list[str], jobs: int, folder: Path) -> Results:
    sdists = {framework.name: sdist_of(framework, folder) for framework in chosen}
    python = interpreter(chosen, folder)

    def runs(framework: Framework) -> dict[str, Outcomes]:
        # One after the other: the runs of a suite share a folder.
        return {place: one(framework, place) for place in (DIRECT, *through)}

    def one(framework: Framework, place: str) -> Outcomes:
        begun = time.monotonic()
        outcomes = run(framework, place, python, sdists[framework.name], folder)
        seconds = time.monotonic() - begun
        passed = len(passes(outcomes))
        click.echo(f"{framework.name} {place}: {passed} passed, {seconds:.0f} s", err=True)
        return outcomes

    with ThreadPoolExecutor(jobs) as pool:
        return dict(zip(sdists, pool.map(runs, chosen), strict=True))


def _heads(chosen: list[Framework]) -> dict[str, str]:
    return {one.name: f"{LABELS[one.name]} {one.version}" for one in chosen}


def _direct(results: Results) -> dict[str, tuple[int, int]]:
    return {
        name: (
            len(passes(told[DIRECT])),
            sent_requests(told[DIRECT], [one for front, one in told.items() if front != DIRECT]),
        )
        for name, told in results.items()
    }


def _stale(
    explanations: list[Explanation],
    comparisons: list[Comparison],
    chosen: list[Framework],
) -> list[tuple[Explanation, str]]:
    names = {framework.name for framework in chosen}
    lost = [(one.framework, one.front, test) for one in comparisons for test in one.lost]
    return stale([one for one in explanations if one.framework in names], lost)


def _tell(comparisons: list[Comparison], old: list[tuple[Explanation, str]]) -> None:
    """To stderr: what needs somebody's attention."""
    for one in comparisons:
        for test, outcome in one.unexplained.items():
            what = f"{one.framework} {one.front}: {test} {outcome.result}"
            click.echo(f"Not explained: {what}: {outcome.why[:200]}", err=True)
    for explanation, pattern in old:
        place = f"{explanation.framework} {', '.join(explanation.fronts)}"
        click.echo(f"Stale, explains no failure: {place}: {pattern}", err=True)


if __name__ == "__main__":
    main()
