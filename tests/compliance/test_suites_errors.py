"""Errors of `make suites`: a suite that cannot be fetched or does not run gives no table."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.frameworks import download, run, runner
from compliance.frameworks.download import CannotFetch, fetch_sdist
from compliance.frameworks.projects import Framework
from compliance.frameworks.runner import DIRECT, DidNotRun

CREATE_FOLDER = "import os; os.mkdir('folder')"
WRITE_RECORD = "import json, os; open(os.environ['LAMBDA_SUITES_RECORD'], 'w').write({}); exit({})"


def fake_suite(record: str, code: int, **options: tuple[str, ...]) -> Framework:
    """A suite that is one line of code: it writes this record and exits with this code."""
    return Framework("click", ("-c", WRITE_RECORD.format(record, code)), (), **options)  # type: ignore[arg-type]


def passed_record() -> str:
    """The code of the record of a test that passed."""
    return "json.dumps({'test': 'a', 'result': 'passed', 'message': '', 'requests': 0})"


@pytest.fixture
def sdist_folder(tmp_path: Path) -> Path:
    """The folder of a suite's sdist."""
    folder = tmp_path / "sdists" / "click-1"
    folder.mkdir(parents=True)
    return folder


def test_a_run_starts_without_the_files_of_the_run_before(
    tmp_path: Path, sdist_folder: Path
) -> None:
    script = f"{CREATE_FOLDER}; {WRITE_RECORD.format(passed_record(), 0)}"
    framework = Framework("click", ("-c", script), ())
    for _ in range(2):
        assert runner.run_suite(framework, DIRECT, sys.executable, sdist_folder, tmp_path)
    assert list(sdist_folder.iterdir()) == []


def test_a_suite_that_runs_to_its_end_gives_its_outcomes(
    tmp_path: Path, sdist_folder: Path
) -> None:
    outcomes = runner.run_suite(
        fake_suite(passed_record(), 1), DIRECT, sys.executable, sdist_folder, tmp_path
    )
    assert {test: outcome.result for test, outcome in outcomes.items()} == {"a": "passed"}


@pytest.mark.parametrize(
    ("framework", "reason"),
    [
        (fake_suite(passed_record(), 2), "it ended with exit code 2"),
        (fake_suite("''", 0), "none of its tests passed"),
        (Framework("click", ("-c", "import nothing_like_it"), ()), "none of its tests passed"),
    ],
)
def test_a_suite_that_does_not_run_is_an_error(
    tmp_path: Path, sdist_folder: Path, framework: Framework, reason: str
) -> None:
    with pytest.raises(DidNotRun, match=f"The suite of click did not run \\(direct\\): {reason}"):
        runner.run_suite(framework, DIRECT, sys.executable, sdist_folder, tmp_path)


def test_missing_test_files_of_a_suite_are_an_error(tmp_path: Path, sdist_folder: Path) -> None:
    framework = fake_suite(passed_record(), 0, files=("tests/test_gone*.py",))
    with pytest.raises(DidNotRun, match=r"has no tests/test_gone\*\.py any more"):
        runner.run_suite(framework, DIRECT, sys.executable, sdist_folder, tmp_path)


def test_a_framework_that_is_not_installed_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotFetch, match=r"no-such-framework is not installed"):
        fetch_sdist(Framework("no-such-framework", (), ()), tmp_path)


def test_the_error_contains_the_output_of_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PIP", ("-c", "exit('ERROR: no network')"))
    with pytest.raises(CannotFetch) as caught:
        fetch_sdist(Framework("click", (), ()), tmp_path)
    pin = f"click=={version('click')}"
    assert str(caught.value) == (
        f"Could not get the sdist of {pin}. This needs a network and PyPI.\nERROR: no network"
    )


def test_the_command_exits_with_3_and_prints_no_table_if_a_suite_cannot_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_to_fetch(*_: object) -> None:
        raise CannotFetch("Could not get it.")

    monkeypatch.setenv("SUITES_DIR", str(tmp_path))
    monkeypatch.setattr(run, "fetch_sdist", fail_to_fetch)
    result = CliRunner().invoke(run.main, ["--framework", "flask", "--front", "http-api"])
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "Could not get it.\n")


def test_the_command_refuses_to_write_a_part_of_the_table() -> None:
    result = CliRunner().invoke(run.main, ["--write", "--front", "http-api"])
    assert result.exit_code == 2
    assert "--write needs every suite and every front." in result.stderr


def test_an_unknown_suite_is_refused() -> None:
    result = CliRunner().invoke(run.main, ["--framework", "bottle"])
    assert result.exit_code == 2
    assert "'bottle' is not one of" in result.stderr


def test_the_folder_of_all_files_is_set_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUITES_DIR", str(tmp_path))
    assert download.suites_folder() == tmp_path
    monkeypatch.delenv("SUITES_DIR")
    assert download.suites_folder() == download.CHECKOUT / ".suites"
