"""Formats the table and the reasons as Markdown for docs/suites.md. Pure functions."""

from collections.abc import Iterable

from compliance.frameworks.comparison import Comparison
from compliance.frameworks.explanations import KINDS, Explanation

BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"


def format_table(
    comparisons: list[Comparison], labels: dict[str, str], direct: dict[str, tuple[int, int]]
) -> str:
    """A table with one column per suite and one row per front.

    A cell says how many of the tests that pass directly also pass through the front. `labels` are
    the titles of the columns. `direct` has for each suite how many tests pass directly, and how
    many of these send a request through Lambda.
    """
    names = list(direct)
    rows = [
        ["", *(labels[name] for name in names)],
        ["---", *("--:" for _ in names)],
        ["pass directly", *(str(direct[name][0]) for name in names)],
        ["of these, send requests", *(str(direct[name][1]) for name in names)],
    ]
    by_names = {(one.framework, one.front): one for one in comparisons}
    for front in dict.fromkeys(one.front for one in comparisons):
        cells = [_format_cell(by_names.get((name, front))) for name in names]
        rows.append([f"`{front}`", *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _format_cell(comparison: Comparison | None) -> str:
    return "-" if comparison is None else f"{comparison.passed} of {comparison.direct}"


def format_reasons(explanations: Iterable[Explanation], labels: dict[str, str]) -> str:
    """All explanations, grouped by kind: the suite, the fronts, the reason and the tests."""
    given = list(explanations)
    parts = []
    for kind, heading in KINDS.items():
        lines = [_format_explanation(one, labels) for one in given if one.kind == kind]
        if lines:
            parts.append("\n".join([f"### {heading}", "", *lines]))
    return "\n\n".join(parts)


def _format_explanation(one: Explanation, labels: dict[str, str]) -> str:
    fronts = "" if one.fronts == ("*",) else f" ({', '.join(f'`{f}`' for f in one.fronts)})"
    tests = ", ".join(f"`{test}`" for test in one.tests)
    return f"- **{labels.get(one.framework, one.framework)}**{fronts}: {one.reason}\n  {tests}"


def replace_section(page: str, name: str, text: str) -> str:
    """The page with new text between the two markers of that name. ValueError without markers."""
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"Expected {begin} and {end} in the page.")
    return f"{before}{begin}\n{text}\n{end}{after}"
