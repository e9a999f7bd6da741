"""What the suites' harness says when a suite is not to be had or does not run: never a table."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.frameworks import download as fetch
from compliance.frameworks import run
from compliance.frameworks import runner as running
from compliance.frameworks.download import CannotFetch, sdist_of
from compliance.frameworks.projects import Framework
from compliance.frameworks.runner import DIRECT, DidNotRun

LEAVING = "import os; os.mkdir('left-behind')"
SCRIPT = "import json, os; open(os.environ['LAMBDA_SUITES_RECORD'], 'w').write({}); exit({})"


def suite(record: str, code: int, **more: tuple[str, ...]) -> Framework:
    """A suite of a line: what it writes down, and how it ends."""
    return Framework("click", ("-c", SCRIPT.format(record, code)), (), **more)  # type: ignore[arg-type]


def passing() -> str:
    """The line that a test which passed leaves."""
    return "json.dumps({'test': 'a', 'result': 'passed', 'why': '', 'carried': 0})"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Where a suite's sdist would be."""
    folder = tmp_path / "sdists" / "click-1"
    folder.mkdir(parents=True)
    return folder


def test_what_one_run_leaves_behind_is_not_there_for_the_next(
    tmp_path: Path, unpacked: Path
) -> None:
    script = f"{LEAVING}; {SCRIPT.format(passing(), 0)}"
    framework = Framework("click", ("-c", script), ())
    for _ in range(2):
        assert running.run(framework, DIRECT, sys.executable, unpacked, tmp_path)
    assert list(unpacked.iterdir()) == []


def test_a_suite_that_is_run_to_its_end_gives_its_outcomes(tmp_path: Path, unpacked: Path) -> None:
    outcomes = running.run(suite(passing(), 1), DIRECT, sys.executable, unpacked, tmp_path)
    assert {test: outcome.result for test, outcome in outcomes.items()} == {"a": "passed"}


@pytest.mark.parametrize(
    ("framework", "how"),
    [
        (suite(passing(), 2), "it ended with exit code 2"),
        (suite("''", 0), "none of its tests passed"),
        (Framework("click", ("-c", "import nothing_like_it"), ()), "none of its tests passed"),
    ],
)
def test_a_suite_that_does_not_run_is_no_result(
    tmp_path: Path, unpacked: Path, framework: Framework, how: str
) -> None:
    with pytest.raises(DidNotRun, match=f"The suite of click did not run \\(direct\\): {how}"):
        running.run(framework, DIRECT, sys.executable, unpacked, tmp_path)


def test_files_that_the_suite_no_longer_has_are_named(tmp_path: Path, unpacked: Path) -> None:
    framework = suite(passing(), 0, files=("tests/test_gone*.py",))
    with pytest.raises(DidNotRun, match=r"has no tests/test_gone\*\.py any more"):
        running.run(framework, DIRECT, sys.executable, unpacked, tmp_path)


def test_a_framework_that_is_not_installed_has_no_version_to_fetch(tmp_path: Path) -> None:
    with pytest.raises(CannotFetch, match=r"no-such-framework is not installed"):
        sdist_of(Framework("no-such-framework", (), ()), tmp_path)


def test_what_pip_says_is_told_when_it_cannot_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_PIP", ("-c", "exit('ERROR: no network')"))
    with pytest.raises(CannotFetch) as caught:
        sdist_of(Framework("click", (), ()), tmp_path)
    pin = f"click=={version('click')}"
    assert str(caught.value) == (
        f"Could not get the sdist of {pin}: it takes PyPI and a network.\nERROR: no network"
    )


def test_the_command_ends_with_3_and_no_table_where_a_suite_cannot_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: object) -> None:
        raise CannotFetch("Could not get it.")

    monkeypatch.setenv("SUITES_DIR", str(tmp_path))
    monkeypatch.setattr(run, "sdist_of", cannot)
    result = CliRunner().invoke(run.main, ["--framework", "flask", "--front", "http-api"])
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "Could not get it.\n")


def test_the_command_refuses_to_write_a_part_of_the_table() -> None:
    result = CliRunner().invoke(run.main, ["--write", "--front", "http-api"])
    assert result.exit_code == 2
    assert "--write needs every suite and every front." in result.stderr


def test_an_unknown_suite_is_refused_by_name() -> None:
    result = CliRunner().invoke(run.main, ["--framework", "bottle"])
    assert result.exit_code == 2
    assert "'bottle' is not one of" in result.stderr


def test_everything_goes_below_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUITES_DIR", str(tmp_path))
    assert fetch.home() == tmp_path
    monkeypatch.delenv("SUITES_DIR")
    assert fetch.home() == fetch.CHECKOUT / ".suites"
