"""Explanations of failures in test suites: which tests they match, and errors of the file."""

import re
from pathlib import Path

import pytest

from compliance.frameworks.explanations import (
    KINDS,
    Explanation,
    Malformed,
    find_explanation,
    find_stale_patterns,
    matches,
    read_explanations,
)
from compliance.frameworks.lambda_transport import front_names
from compliance.frameworks.page import format_reasons, replace_section
from compliance.frameworks.projects import FRAMEWORKS
from compliance.frameworks.run import LABELS, PAGE

FOR_HTTP_APIS = Explanation("source", "flask", "Joined.", ("test_h.py::test_*",), ("http-api*",))
FOR_EVERY_FRONT = Explanation("whole", "flask", "At once.", ("test_s.py::test_slow[a-1]",))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("tests/a.py::test_x", "tests/a.py::test_x", True),
        ("tests/a.py::test_x", "tests/a.py::test_xy", False),
        ("tests/a.py::test_*", "tests/a.py::test_x[a/b]", True),
        ("*::test_x[a-*]", "tests/a.py::test_x[a-1]", True),
        ("test_x[ab]", "test_xa", False),  # brackets are not a character class
        ("a.b", "a-b", False),
        ("test_*", "test_two\nlines", True),
    ],
)
def test_only_the_asterisk_is_special_in_a_pattern(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_an_explanation_applies_to_its_suite_its_fronts_and_its_tests() -> None:
    explanations = [FOR_HTTP_APIS, FOR_EVERY_FRONT]
    assert (
        find_explanation(explanations, "flask", "http-api-v1", "test_h.py::test_two")
        is FOR_HTTP_APIS
    )
    assert find_explanation(explanations, "flask", "rest-api", "test_h.py::test_two") is None
    assert find_explanation(explanations, "django", "http-api", "test_h.py::test_two") is None
    assert (
        find_explanation(explanations, "flask", "rest-api", "test_s.py::test_slow[a-1]")
        is FOR_EVERY_FRONT
    )


def test_a_pattern_that_explains_no_failure_is_stale() -> None:
    failures = [("flask", "rest-api", "test_h.py::test_two"), ("flask", "rest-api", "other")]
    assert find_stale_patterns([FOR_HTTP_APIS, FOR_EVERY_FRONT], failures) == [
        (FOR_HTTP_APIS, "test_h.py::test_*"),
        (FOR_EVERY_FRONT, "test_s.py::test_slow[a-1]"),
    ]
    failures = [
        ("flask", "http-api", "test_h.py::test_two"),
        ("flask", "rest-api", "test_s.py::test_slow[a-1]"),
    ]
    assert find_stale_patterns([FOR_HTTP_APIS, FOR_EVERY_FRONT], failures) == []


def test_explanations_are_read_from_a_toml_file(tmp_path: Path) -> None:
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
    assert read_explanations(file) == [FOR_HTTP_APIS, FOR_EVERY_FRONT]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[explained]", "explanations.toml is not valid TOML"),
        (
            "[[explained]]\nkind = 'source'\nwhy = 'x'",
            "Expected framework, kind, reason, tests and optionally fronts in explanations.toml, "
            "got kind, why.",
        ),
        (
            "[[explained]]\nkind = 'luck'\nframework = 'f'\nreason = 'r'\ntests = ['t']",
            "kind must be one of source, adapter, whole, client, ours in explanations.toml, "
            "not 'luck'.",
        ),
        (
            "[[explained]]\nkind = 'source'\nframework = 'f'\nreason = 'r'\ntests = 't'",
            "tests must be a list of one or more strings in explanations.toml, not 't'.",
        ),
        (
            "[[explained]]\nkind = 'source'\nframework = 'f'\nreason = 'r'\ntests = []",
            "tests must be a list of one or more strings in explanations.toml, not [].",
        ),
    ],
)
def test_a_malformed_explanation_says_what_is_expected(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "explanations.toml"
    file.write_text(text)
    with pytest.raises(Malformed, match=re.escape(message)):
        read_explanations(file)


def test_the_explanations_name_existing_suites_and_fronts() -> None:
    for explanation in read_explanations():
        assert explanation.kind in KINDS
        assert explanation.framework in FRAMEWORKS
        for pattern in explanation.fronts:
            assert any(matches(pattern, front) for front in front_names()), pattern


def test_the_page_has_the_reasons_of_the_file() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert replace_section(page, "reasons", format_reasons(read_explanations(), LABELS)) == page
