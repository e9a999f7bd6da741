"""Explanations: why a test that passes directly fails through a front. Pure, but for reading them.

They are data, in explanations.toml, one table a reason. A test is named by its id, in which `*`
stands for anything.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLACE = Path(__file__).with_name("explanations.toml")

OURS = "ours"
"""The kind of what is known and not yet mended: it fails the run, as what nobody explained."""

KINDS = {
    "source": "The source does not carry it",
    "adapter": "The adapter refuses it, as servers do, or answers itself",
    "whole": "A reply goes through in one piece",
    "client": "The test looks at the test client's own doings, which are not HTTP",
    OURS: "Ours to fix",
}
"""Whose doing it is, and how the table says so."""


@dataclass(slots=True, frozen=True)
class Explanation:
    """`tests` are patterns, as are `fronts`; `framework` is a suite's name."""

    kind: str
    framework: str
    reason: str
    tests: tuple[str, ...]
    fronts: tuple[str, ...] = ("*",)


class Malformed(Exception):
    """The file of explanations is not what it should be."""


def explanations_from(path: Path = PLACE) -> list[Explanation]:
    """All of them, in the file's order. Raises Malformed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("explained", [])
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"{path.name} is no TOML: {error}") from error
    return [_explanation(table, path.name) for table in tables]


def _explanation(table: dict[str, object], name: str) -> Explanation:
    expected = {"kind", "framework", "reason", "tests"}
    if not expected <= table.keys() <= expected | {"fronts"}:
        raise Malformed(
            f"Expected {', '.join(sorted(expected))} and perhaps fronts in {name}, "
            f"got {', '.join(sorted(table))}."
        )
    kind, framework, reason = table["kind"], table["framework"], table["reason"]
    if kind not in KINDS:
        raise Malformed(f"kind must be one of {', '.join(KINDS)} in {name}, not {kind!r}.")
    return Explanation(
        str(kind),
        str(framework),
        str(reason),
        _patterns(table["tests"], "tests", name),
        _patterns(table.get("fronts", ["*"]), "fronts", name),
    )


def _patterns(value: object, key: str, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise Malformed(f"{key} must be a list of one or more texts in {name}, not {value!r}.")
    return tuple(value)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern, in which only `*` is special, stands for a text."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def explanation_of(
    explanations: list[Explanation], framework: str, front: str, test: str
) -> Explanation | None:
    """The first that holds for a failure; None: nobody has explained it."""
    for one in explanations:
        if (
            one.framework == framework
            and any(matches(pattern, front) for pattern in one.fronts)
            and any(matches(pattern, test) for pattern in one.tests)
        ):
            return one
    return None


def stale(
    explanations: list[Explanation], failures: list[tuple[str, str, str]]
) -> list[tuple[Explanation, str]]:
    """The patterns that explain none of the failures, given as (framework, front, test)."""
    return [
        (one, pattern)
        for one in explanations
        for pattern in one.tests
        if not any(
            framework == one.framework
            and any(matches(wanted, front) for wanted in one.fronts)
            and matches(pattern, test)
            for framework, front, test in failures
        )
    ]
