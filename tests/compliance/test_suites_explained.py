"""Explanations of what the suites lose: what they match, and what is refused."""

import re
from pathlib import Path

import pytest

from compliance.frameworks.explanations import (
    KINDS,
    Explanation,
    Malformed,
    explanation_of,
    explanations_from,
    matches,
    stale,
)
from compliance.frameworks.lambda_transport import fronts
from compliance.frameworks.page import reasons, replaced
from compliance.frameworks.projects import FRAMEWORKS
from compliance.frameworks.run import LABELS, PAGE

HEADERS = Explanation("source", "flask", "Joined.", ("test_h.py::test_*",), ("http-api*",))
ANYWHERE = Explanation("whole", "flask", "At once.", ("test_s.py::test_slow[a-1]",))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("tests/a.py::test_x", "tests/a.py::test_x", True),
        ("tests/a.py::test_x", "tests/a.py::test_xy", False),
        ("tests/a.py::test_*", "tests/a.py::test_x[a/b]", True),
        ("*::test_x[a-*]", "tests/a.py::test_x[a-1]", True),
        ("test_x[ab]", "test_xa", False),  # brackets are no character class
        ("a.b", "a-b", False),
        ("test_*", "test_two\nlines", True),
    ],
)
def test_only_the_asterisk_is_special_in_a_pattern(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_an_explanation_holds_for_its_suite_its_fronts_and_its_tests() -> None:
    given = [HEADERS, ANYWHERE]
    assert explanation_of(given, "flask", "http-api-v1", "test_h.py::test_two") is HEADERS
    assert explanation_of(given, "flask", "rest-api", "test_h.py::test_two") is None
    assert explanation_of(given, "django", "http-api", "test_h.py::test_two") is None
    assert explanation_of(given, "flask", "rest-api", "test_s.py::test_slow[a-1]") is ANYWHERE


def test_a_pattern_that_explains_no_failure_is_stale() -> None:
    failures = [("flask", "rest-api", "test_h.py::test_two"), ("flask", "rest-api", "other")]
    assert stale([HEADERS, ANYWHERE], failures) == [
        (HEADERS, "test_h.py::test_*"),
        (ANYWHERE, "test_s.py::test_slow[a-1]"),
    ]
    failures = [
        ("flask", "http-api", "test_h.py::test_two"),
        ("flask", "rest-api", "test_s.py::test_slow[a-1]"),
    ]
    assert stale([HEADERS, ANYWHERE], failures) == []


def test_explanations_are_read_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "explanations.toml"
    file.write_text(
        """
        [[explained]]
        framework = "flask"
        kind = "source"
        reason = "Joined."
        tests = ["test_h.py::test_*"]
        fronts = ["http-api*"]

        [[explained]]
        framework = "flask"
        kind = "whole"
        reason = "At once."
        tests = ["test_s.py::test_slow[a-1]"]
        """
    )
    assert explanations_from(file) == [HEADERS, ANYWHERE]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[explained]", "explanations.toml is no TOML"),
        (
            "[[explained]]\nkind = 'source'\nwhy = 'x'",
            "Expected framework, kind, reason, tests and perhaps fronts in explanations.toml, "
            "got kind, why.",
        ),
        (
            "[[explained]]\nkind = 'luck'\nframework = 'f'\nreason = 'r'\ntests = ['t']",
            "kind must be one of source, adapter, whole, client, ours in explanations.toml, "
            "not 'luck'.",
        ),
        (
            "[[explained]]\nkind = 'source'\nframework = 'f'\nreason = 'r'\ntests = 't'",
            "tests must be a list of one or more texts in explanations.toml, not 't'.",
        ),
        (
            "[[explained]]\nkind = 'source'\nframework = 'f'\nreason = 'r'\ntests = []",
            "tests must be a list of one or more texts in explanations.toml, not [].",
        ),
    ],
)
def test_a_malformed_explanation_says_what_is_expected(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "explanations.toml"
    file.write_text(text)
    with pytest.raises(Malformed, match=re.escape(message)):
        explanations_from(file)


def test_the_explanations_name_suites_and_fronts_that_there_are() -> None:
    for one in explanations_from():
        assert one.kind in KINDS
        assert one.framework in FRAMEWORKS
        for pattern in one.fronts:
            assert any(matches(pattern, front) for front in fronts()), pattern


def test_the_page_gives_the_reasons_that_the_file_has() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert replaced(page, "reasons", reasons(explanations_from(), LABELS)) == page
