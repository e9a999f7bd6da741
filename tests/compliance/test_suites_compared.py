"""The comparison of a direct run of a test suite with a run through a front, and its table."""

from pathlib import Path

import pytest

from compliance.frameworks.comparison import MISSING, compare_runs, count_sending_tests
from compliance.frameworks.explanations import OURS, Explanation
from compliance.frameworks.outcomes import Outcome, Recorder, read_outcomes
from compliance.frameworks.page import format_reasons, format_table, replace_section

PASSED, FAILED, SKIPPED = Outcome("passed"), Outcome("failed", "why"), Outcome("skipped")
JOINED = Explanation("source", "flask", "Headers are joined.", ("b",))
BUG = Explanation(OURS, "flask", "A bug.", ("c",), ("http-api",))


def test_only_tests_that_pass_directly_are_compared() -> None:
    direct = {"a": PASSED, "b": PASSED, "c": PASSED, "d": PASSED, "e": FAILED, "f": SKIPPED}
    through = {"a": PASSED, "b": FAILED, "c": FAILED, "e": FAILED, "f": PASSED}
    comparison = compare_runs("flask", "http-api", direct, through, [JOINED, BUG])
    assert (comparison.direct, comparison.passed) == (4, 1)
    assert comparison.failures == {
        "b": (FAILED, JOINED),
        "c": (FAILED, BUG),
        "d": (MISSING, None),
    }


def test_failures_without_explanation_and_our_own_bugs_are_unexplained() -> None:
    direct = {"b": PASSED, "c": PASSED, "d": PASSED}
    comparison = compare_runs(
        "flask", "http-api", direct, {"b": FAILED, "c": FAILED}, [JOINED, BUG]
    )
    assert comparison.unexplained == {"c": FAILED, "d": MISSING}


def test_a_test_that_is_skipped_through_a_front_is_a_failure() -> None:
    comparison = compare_runs("flask", "http-api", {"b": PASSED}, {"b": SKIPPED}, [])
    assert comparison.unexplained == {"b": SKIPPED}


def test_a_test_that_sends_requests_is_counted_once_for_all_fronts() -> None:
    direct = {"a": PASSED, "b": PASSED, "c": PASSED, "d": FAILED}
    first = {"a": Outcome("passed", "", 2), "b": PASSED, "d": Outcome("failed", "", 1)}
    second = {"a": Outcome("failed", "", 1), "c": Outcome("passed", "", 1)}
    assert count_sending_tests(direct, [first, second]) == 2


def test_the_table_has_a_column_for_each_suite_and_a_row_for_each_front() -> None:
    direct = {"a": PASSED, "b": PASSED}
    comparisons = [
        compare_runs("flask", "http-api", direct, direct, []),
        compare_runs("flask", "rest-api", direct, {"a": PASSED}, []),
        compare_runs("django", "http-api", {"a": PASSED}, {"a": PASSED}, []),
    ]
    labels = {"flask": "Flask 3", "django": "Django 5"}
    assert format_table(comparisons, labels, {"flask": (2, 1), "django": (1, 0)}).splitlines() == [
        "|  | Flask 3 | Django 5 |",
        "| --- | --: | --: |",
        "| pass directly | 2 | 1 |",
        "| of these, send requests | 1 | 0 |",
        "| `http-api` | 2 of 2 | 1 of 1 |",
        "| `rest-api` | 1 of 2 | - |",
    ]


def test_the_reasons_are_grouped_by_cause() -> None:
    assert format_reasons([BUG, JOINED], {"flask": "Flask"}).splitlines() == [
        "### The event source loses or changes it",
        "",
        "- **Flask**: Headers are joined.",
        "  `b`",
        "",
        "### A bug in this library",
        "",
        "- **Flask** (`http-api`): A bug.",
        "  `c`",
    ]


def test_the_text_between_two_markers_is_replaced() -> None:
    page = "before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n"
    expected = "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"
    assert replace_section(page, "figures", "new") == expected
    assert replace_section(expected, "figures", "new") == expected


@pytest.mark.parametrize("page", ["no markers", "<!-- figures --> only one"])
def test_a_page_without_both_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="Expected <!-- figures --> and <!-- end of figures -->"):
        replace_section(page, "figures", "new")


def test_a_record_is_read_with_messages_of_at_most_400_characters(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    recorder = Recorder(str(path))
    recorder.write("a", "passed", "", 2)
    recorder.write("b", "failed", "x" * 1000, 0)
    assert read_outcomes(path) == {"a": Outcome("passed", "", 2), "b": Outcome("failed", "x" * 400)}


def test_a_test_that_ran_twice_has_the_worse_outcome(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    recorder = Recorder(str(path))
    for result in ("passed", "failed", "passed"):
        recorder.write("a", result, "", 0)
    assert read_outcomes(path) == {"a": Outcome("failed")}


def test_a_missing_record_has_no_outcomes(tmp_path: Path) -> None:
    assert read_outcomes(tmp_path / "missing.jsonl") == {}
