"""The table and the reasons as Markdown, for the terminal and for docs/suites.md. Pure."""

from collections.abc import Iterable

from compliance.frameworks.comparison import Comparison
from compliance.frameworks.explanations import KINDS, Explanation

BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"


def table(
    comparisons: list[Comparison], labels: dict[str, str], direct: dict[str, tuple[int, int]]
) -> str:
    """A column a suite, a row a front: how many of the tests that pass directly pass through it.

    `labels` are the columns' heads by the suites' names; `direct` is for each how many tests pass
    directly, and how many of these send a request that Lambda carries.
    """
    names = list(direct)
    rows = [
        ["", *(labels[name] for name in names)],
        ["---", *("--:" for _ in names)],
        ["pass directly", *(str(direct[name][0]) for name in names)],
        ["of these, send requests", *(str(direct[name][1]) for name in names)],
    ]
    by_place = {(one.framework, one.front): one for one in comparisons}
    for front in dict.fromkeys(one.front for one in comparisons):
        cells = [_cell(by_place.get((name, front))) for name in names]
        rows.append([f"`{front}`", *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(one: Comparison | None) -> str:
    return "-" if one is None else f"{one.passed} of {one.direct}"


def reasons(explanations: Iterable[Explanation], labels: dict[str, str]) -> str:
    """Every explanation, below whose doing it is: the suite, the fronts, the tests, the reason."""
    given = list(explanations)
    parts = []
    for kind, meaning in KINDS.items():
        lines = [_line(one, labels) for one in given if one.kind == kind]
        if lines:
            parts.append("\n".join([f"### {meaning}", "", *lines]))
    return "\n\n".join(parts)


def _line(one: Explanation, labels: dict[str, str]) -> str:
    fronts = "" if one.fronts == ("*",) else f" ({', '.join(f'`{f}`' for f in one.fronts)})"
    tests = ", ".join(f"`{test}`" for test in one.tests)
    return f"- **{labels.get(one.framework, one.framework)}**{fronts}: {one.reason}\n  {tests}"


def replaced(page: str, name: str, text: str) -> str:
    """The page with what stands between its two marks of that name replaced. ValueError where it
    has no such marks."""
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"Expected {begin} and {end} in the page.")
    return f"{before}{begin}\n{text}\n{end}{after}"
