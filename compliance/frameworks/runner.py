"""Running one suite once, in a process of its own, directly or through one front. [I/O]"""

import os
import shutil
import subprocess
from pathlib import Path

from compliance.frameworks.download import CHECKOUT
from compliance.frameworks.lambda_transport import FRONT
from compliance.frameworks.outcomes import RECORD, Outcomes, outcomes_from
from compliance.frameworks.projects import Framework

DIRECT = "direct"
_SECONDS = 1800.0  # for one run: far more than any takes, so that a hang ends
_RAN = (0, 1)  # exit codes of pytest and runtests.py when tests were run, failed ones included
_SHOWN = 20


class DidNotRun(Exception):
    """A suite ended without having been run to its end; the message has the end of its output."""


def run(framework: Framework, front: str, python: str, sdist: Path, folder: Path) -> Outcomes:
    """Every test's outcome. `front` is DIRECT or a front's name. Raises DidNotRun.

    The suite runs in a copy of its sdist: tests that fail may leave files behind, which would make
    others fail in the next run.
    """
    files = _files(framework, sdist)
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
            raise _ended(framework, front, f"it took more than {_SECONDS:.0f} s", log) from None
    outcomes = outcomes_from(record)
    if code not in _RAN:
        raise _ended(framework, front, f"it ended with exit code {code}", log)
    if not any(outcome.result == "passed" for outcome in outcomes.values()):
        raise _ended(framework, front, "none of its tests passed", log)
    return outcomes


def _files(framework: Framework, sdist: Path) -> list[str]:
    """What its patterns stand for; each stands for something, or the suite has changed."""
    folder = framework.cwd(sdist)
    found = {pattern: sorted(folder.glob(pattern)) for pattern in framework.files}
    missing = [pattern for pattern, paths in found.items() if not paths]
    if missing:
        raise DidNotRun(
            f"The suite of {framework.name} has no {', '.join(missing)} any more. "
            "Mend its files in compliance/frameworks/projects.py."
        )
    return [str(path.relative_to(folder)) for paths in found.values() for path in paths]


def _ended(framework: Framework, front: str, how: str, log: Path) -> DidNotRun:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN:]
    said = "\n".join(f"  {line}" for line in lines)
    return DidNotRun(
        f"The suite of {framework.name} did not run ({front}): {how}. All of its output is in "
        f"{log}; the end of it:\n{said}"
    )
