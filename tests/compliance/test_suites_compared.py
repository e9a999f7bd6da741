"""What the suites' harness makes of two runs: the comparison, the table, the record."""

from pathlib import Path

import pytest

from compliance.frameworks.comparison import MISSING, compared, sent_requests
from compliance.frameworks.explanations import OURS, Explanation
from compliance.frameworks.outcomes import Outcome, Recorder, outcomes_from
from compliance.frameworks.page import reasons, replaced, table

PASSED, FAILED, SKIPPED = Outcome("passed"), Outcome("failed", "why"), Outcome("skipped")
JOINED = Explanation("source", "flask", "Headers are joined.", ("b",))
FAULT = Explanation(OURS, "flask", "A fault.", ("c",), ("http-api",))


def test_only_what_passes_directly_is_compared() -> None:
    direct = {"a": PASSED, "b": PASSED, "c": PASSED, "d": PASSED, "e": FAILED, "f": SKIPPED}
    through = {"a": PASSED, "b": FAILED, "c": FAILED, "e": FAILED, "f": PASSED}
    comparison = compared("flask", "http-api", direct, through, [JOINED, FAULT])
    assert (comparison.direct, comparison.passed) == (4, 1)
    assert comparison.lost == {
        "b": (FAILED, JOINED),
        "c": (FAILED, FAULT),
        "d": (MISSING, None),
    }


def test_what_nobody_explained_and_what_is_a_fault_here_is_unexplained() -> None:
    direct = {"b": PASSED, "c": PASSED, "d": PASSED}
    comparison = compared("flask", "http-api", direct, {"b": FAILED, "c": FAILED}, [JOINED, FAULT])
    assert comparison.unexplained == {"c": FAILED, "d": MISSING}


def test_a_test_that_is_skipped_through_a_front_is_lost() -> None:
    comparison = compared("flask", "http-api", {"b": PASSED}, {"b": SKIPPED}, [])
    assert comparison.unexplained == {"b": SKIPPED}


def test_tests_that_send_requests_are_counted_once_whatever_the_front() -> None:
    direct = {"a": PASSED, "b": PASSED, "c": PASSED, "d": FAILED}
    one = {"a": Outcome("passed", "", 2), "b": PASSED, "d": Outcome("failed", "", 1)}
    other = {"a": Outcome("failed", "", 1), "c": Outcome("passed", "", 1)}
    assert sent_requests(direct, [one, other]) == 2


def test_the_table_has_a_column_a_suite_and_a_row_a_front() -> None:
    direct = {"a": PASSED, "b": PASSED}
    comparisons = [
        compared("flask", "http-api", direct, direct, []),
        compared("flask", "rest-api", direct, {"a": PASSED}, []),
        compared("django", "http-api", {"a": PASSED}, {"a": PASSED}, []),
    ]
    labels = {"flask": "Flask 3", "django": "Django 5"}
    assert table(comparisons, labels, {"flask": (2, 1), "django": (1, 0)}).splitlines() == [
        "|  | Flask 3 | Django 5 |",
        "| --- | --: | --: |",
        "| pass directly | 2 | 1 |",
        "| of these, send requests | 1 | 0 |",
        "| `http-api` | 2 of 2 | 1 of 1 |",
        "| `rest-api` | 1 of 2 | - |",
    ]


def test_the_reasons_stand_below_whose_doing_it_is() -> None:
    assert reasons([FAULT, JOINED], {"flask": "Flask"}).splitlines() == [
        "### The source does not carry it",
        "",
        "- **Flask**: Headers are joined.",
        "  `b`",
        "",
        "### Ours to fix",
        "",
        "- **Flask** (`http-api`): A fault.",
        "  `c`",
    ]


def test_what_stands_between_two_marks_is_replaced() -> None:
    page = "before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n"
    expected = "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"
    assert replaced(page, "figures", "new") == expected
    assert replaced(expected, "figures", "new") == expected


@pytest.mark.parametrize("page", ["no marks", "<!-- figures --> only one"])
def test_a_page_without_both_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="Expected <!-- figures --> and <!-- end of figures -->"):
        replaced(page, "figures", "new")


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    recorder = Recorder(str(path))
    recorder.write("a", "passed", "", 2)
    recorder.write("b", "failed", "x" * 1000, 0)
    assert outcomes_from(path) == {"a": Outcome("passed", "", 2), "b": Outcome("failed", "x" * 400)}


def test_of_a_test_that_ran_twice_the_worse_outcome_counts(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    recorder = Recorder(str(path))
    for result in ("passed", "failed", "passed"):
        recorder.write("a", result, "", 0)
    assert outcomes_from(path) == {"a": Outcome("failed")}


def test_without_a_record_there_are_no_outcomes(tmp_path: Path) -> None:
    assert outcomes_from(tmp_path / "missing.jsonl") == {}
