"""The command `python -m compliance.frameworks.run`, which `make suites` runs.

Exit code 0: every difference has an explanation. 1: a difference has none, or an explanation is
stale. 2: a wrong option. 3: a suite could not be downloaded or did not run; then there is no table.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from compliance.frameworks.comparison import (
    Comparison,
    compare_runs,
    count_sending_tests,
    find_passing,
)
from compliance.frameworks.download import (
    CHECKOUT,
    CannotFetch,
    fetch_sdist,
    prepare_python,
    suites_folder,
)
from compliance.frameworks.explanations import (
    Explanation,
    Malformed,
    find_stale_patterns,
    read_explanations,
)
from compliance.frameworks.lambda_transport import front_names
from compliance.frameworks.outcomes import Outcomes
from compliance.frameworks.page import format_reasons, format_table, replace_section
from compliance.frameworks.projects import FRAMEWORKS, Framework
from compliance.frameworks.runner import DIRECT, DidNotRun, run_suite

PAGE = CHECKOUT / "docs" / "suites.md"
LABELS = {name: name.capitalize() if name != "fastapi" else "FastAPI" for name in FRAMEWORKS}

Results = dict[str, dict[str, Outcomes]]
"""Outcomes by the name of the suite and the name of the front, or DIRECT."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--framework",
    "names",
    multiple=True,
    type=click.Choice(list(FRAMEWORKS)),
    help="A suite to run. May be repeated. Default: all.",
)
@click.option(
    "--front",
    "fronts",
    multiple=True,
    type=click.Choice(front_names()),
    help="A front to run the suites through. May be repeated. Default: all.",
)
@click.option(
    "--jobs",
    default=1,
    type=click.IntRange(1),
    help="How many suites run at the same time. The runs of one suite never overlap.",
)
@click.option("--write", is_flag=True, help=f"Write the table into docs/{PAGE.name}.")
def main(names: tuple[str, ...], fronts: tuple[str, ...], jobs: int, write: bool) -> None:
    """Run the frameworks' own test suites, directly and through Lambda, and compare."""
    frameworks = [FRAMEWORKS[name] for name in names or FRAMEWORKS]
    chosen_fronts = list(fronts or front_names())
    if write and (names or fronts):
        raise click.UsageError("--write needs every suite and every front.")
    try:
        explanations = read_explanations()
        results = _run_suites(frameworks, chosen_fronts, jobs, suites_folder())
    except (CannotFetch, DidNotRun, Malformed) as error:
        click.echo(str(error), err=True)
        sys.exit(3)
    comparisons = [
        compare_runs(name, front, outcomes[DIRECT], outcomes[front], explanations)
        for name, outcomes in results.items()
        for front in chosen_fronts
    ]
    table = format_table(comparisons, _column_titles(frameworks), _count_direct(results))
    click.echo(table)
    # With a part of the fronts, an explanation for another front would look stale.
    stale = [] if fronts else _find_stale(explanations, comparisons, frameworks)
    _report_problems(comparisons, stale)
    if write:
        page = replace_section(PAGE.read_text(encoding="utf-8"), "figures", table)
        page = replace_section(page, "reasons", format_reasons(explanations, LABELS))
        PAGE.write_text(page, encoding="utf-8")
    sys.exit(1 if stale or any(comparison.unexplained for comparison in comparisons) else 0)


def _run_suites(frameworks: list[Framework], fronts: list[str], jobs: int, folder: Path) -> Results:
    sdists = {framework.name: fetch_sdist(framework, folder) for framework in frameworks}
    python = prepare_python(frameworks, folder)

    def run_all(framework: Framework) -> dict[str, Outcomes]:
        # One after another, because the runs of a suite share a folder.
        return {front: run_once(framework, front) for front in (DIRECT, *fronts)}

    def run_once(framework: Framework, front: str) -> Outcomes:
        start = time.monotonic()
        outcomes = run_suite(framework, front, python, sdists[framework.name], folder)
        seconds = time.monotonic() - start
        passed = len(find_passing(outcomes))
        click.echo(f"{framework.name} {front}: {passed} passed, {seconds:.0f} s", err=True)
        return outcomes

    with ThreadPoolExecutor(jobs) as pool:
        return dict(zip(sdists, pool.map(run_all, frameworks), strict=True))


def _column_titles(frameworks: list[Framework]) -> dict[str, str]:
    return {each.name: f"{LABELS[each.name]} {each.version}" for each in frameworks}


def _count_direct(results: Results) -> dict[str, tuple[int, int]]:
    counts = {}
    for name, by_front in results.items():
        direct = by_front[DIRECT]
        others = [outcomes for front, outcomes in by_front.items() if front != DIRECT]
        counts[name] = (len(find_passing(direct)), count_sending_tests(direct, others))
    return counts


def _find_stale(
    explanations: list[Explanation],
    comparisons: list[Comparison],
    frameworks: list[Framework],
) -> list[tuple[Explanation, str]]:
    names = {framework.name for framework in frameworks}
    failures = [
        (comparison.framework, comparison.front, test)
        for comparison in comparisons
        for test in comparison.failures
    ]
    chosen = [explanation for explanation in explanations if explanation.framework in names]
    return find_stale_patterns(chosen, failures)


def _report_problems(comparisons: list[Comparison], stale: list[tuple[Explanation, str]]) -> None:
    """Print unexplained failures and stale explanations to stderr."""
    for comparison in comparisons:
        for test, outcome in comparison.unexplained.items():
            what = f"{comparison.framework} {comparison.front}: {test} {outcome.result}"
            click.echo(f"Not explained: {what}: {outcome.message[:200]}", err=True)
    for explanation, pattern in stale:
        name = f"{explanation.framework} {', '.join(explanation.fronts)}"
        click.echo(f"Stale, explains no failure: {name}: {pattern}", err=True)


if __name__ == "__main__":
    main()
