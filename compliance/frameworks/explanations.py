"""Explanations: why a test that passes directly fails through a front.

They are in explanations.toml, one table for each reason. A test is named by its id. In an id, `*`
stands for any text. Only `read_explanations` does I/O.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("explanations.toml")

OURS = "ours"
"""The kind of a known bug in this library. It fails the run, like a missing explanation."""

KINDS = {
    "source": "The event source loses or changes it",
    "adapter": "The adapter refuses it or answers itself, as servers do",
    "whole": "Replies are not streamed",
    "client": "The test is about the test client itself, not about HTTP",
    OURS: "A bug in this library",
}
"""What causes the failure, and the heading for it on the page."""


@dataclass(slots=True, frozen=True)
class Explanation:
    """`tests` and `fronts` are patterns. `framework` is the name of a suite."""

    kind: str
    framework: str
    reason: str
    tests: tuple[str, ...]
    fronts: tuple[str, ...] = ("*",)


class Malformed(Exception):
    """The file of explanations has an error."""


def read_explanations(path: Path = FILE) -> list[Explanation]:
    """All explanations, in the order of the file. Raises Malformed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("explained", [])
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"{path.name} is not valid TOML: {error}") from error
    return [_explanation_from_table(table, path.name) for table in tables]


def _explanation_from_table(table: dict[str, object], name: str) -> Explanation:
    expected = {"kind", "framework", "reason", "tests"}
    if not expected <= table.keys() <= expected | {"fronts"}:
        raise Malformed(
            f"Expected {', '.join(sorted(expected))} and optionally fronts in {name}, "
            f"got {', '.join(sorted(table))}."
        )
    kind, framework, reason = table["kind"], table["framework"], table["reason"]
    if kind not in KINDS:
        raise Malformed(f"kind must be one of {', '.join(KINDS)} in {name}, not {kind!r}.")
    return Explanation(
        str(kind),
        str(framework),
        str(reason),
        _parse_patterns(table["tests"], "tests", name),
        _parse_patterns(table.get("fronts", ["*"]), "fronts", name),
    )


def _parse_patterns(value: object, key: str, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise Malformed(f"{key} must be a list of one or more strings in {name}, not {value!r}.")
    return tuple(value)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches the whole text. Only `*` is special in a pattern."""
    return _compile(pattern).fullmatch(text) is not None


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def find_explanation(
    explanations: list[Explanation], framework: str, front: str, test: str
) -> Explanation | None:
    """The first explanation that applies to a failure, or None."""
    for explanation in explanations:
        if (
            explanation.framework == framework
            and any(matches(pattern, front) for pattern in explanation.fronts)
            and any(matches(pattern, test) for pattern in explanation.tests)
        ):
            return explanation
    return None


def find_stale_patterns(
    explanations: list[Explanation], failures: list[tuple[str, str, str]]
) -> list[tuple[Explanation, str]]:
    """The patterns that match none of the failures, given as (framework, front, test)."""
    return [
        (explanation, pattern)
        for explanation in explanations
        for pattern in explanation.tests
        if not any(
            framework == explanation.framework
            and any(matches(front_pattern, front) for front_pattern in explanation.fronts)
            and matches(pattern, test)
            for framework, front, test in failures
        )
    ]
