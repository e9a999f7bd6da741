"""Runs one suite once, in a separate process, directly or through one front. [I/O]"""

import os
import shutil
import subprocess
from pathlib import Path

from compliance.frameworks.download import CHECKOUT
from compliance.frameworks.lambda_transport import FRONT
from compliance.frameworks.outcomes import RECORD, Outcomes, read_outcomes
from compliance.frameworks.projects import Framework

DIRECT = "direct"
_SECONDS = 1800.0  # for one run: far more than any run takes, to end one that hangs
_COMPLETED = (
    0,
    1,
)  # exit codes of pytest and runtests.py when the tests were run, even if some fail
_SHOWN_LINES = 20


class DidNotRun(Exception):
    """A suite did not run to its end. The message contains the end of its output."""


def run_suite(framework: Framework, front: str, python: str, sdist: Path, folder: Path) -> Outcomes:
    """The outcome of every test. `front` is DIRECT or the name of a front. Raises DidNotRun.

    The suite runs in a copy of its sdist: failed tests may leave files that would make other tests
    fail in the next run.
    """
    files = _find_files(framework, sdist)
    copy = folder / "copies" / framework.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(sdist, copy, symlinks=True)
    results = folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    record = results / f"{framework.name}.{front}.jsonl"
    log = record.with_suffix(".log")
    command = (python, *framework.command, *files)
    record.unlink(missing_ok=True)
    environment = os.environ | {
        FRONT: "" if front == DIRECT else front,
        RECORD: str(record),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with log.open("w", encoding="utf-8") as output:
        try:
            code = subprocess.run(  # noqa: S603 - our own command
                command,
                cwd=framework.cwd(copy),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            reason = f"it took more than {_SECONDS:.0f} s"
            raise _error_with_log(framework, front, reason, log) from None
    outcomes = read_outcomes(record)
    if code not in _COMPLETED:
        raise _error_with_log(framework, front, f"it ended with exit code {code}", log)
    if not any(outcome.result == "passed" for outcome in outcomes.values()):
        raise _error_with_log(framework, front, "none of its tests passed", log)
    return outcomes


def _find_files(framework: Framework, sdist: Path) -> list[str]:
    """The files that the patterns match. Raises DidNotRun if a pattern matches none."""
    folder = framework.cwd(sdist)
    found = {pattern: sorted(folder.glob(pattern)) for pattern in framework.files}
    missing = [pattern for pattern, paths in found.items() if not paths]
    if missing:
        raise DidNotRun(
            f"The suite of {framework.name} has no {', '.join(missing)} any more. "
            "Update its files in compliance/frameworks/projects.py."
        )
    return [str(path.relative_to(folder)) for paths in found.values() for path in paths]


def _error_with_log(framework: Framework, front: str, reason: str, log: Path) -> DidNotRun:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
    output = "\n".join(f"  {line}" for line in lines)
    return DidNotRun(
        f"The suite of {framework.name} did not run ({front}): {reason}. The whole output is in "
        f"{log}. Its last lines:\n{output}"
    )
