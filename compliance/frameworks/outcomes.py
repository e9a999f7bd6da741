"""What happened to each test: a JSON line a test, written by the plugins, read by the harness."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

RECORD = "LAMBDA_SUITES_RECORD"
"""The environment variable with the path of the file to write."""


@dataclass(slots=True, frozen=True)
class Outcome:
    """`result`: passed, failed, skipped or error. `why`: the failure's first line. `carried`: how
    many requests of the test went through Lambda."""

    result: str
    why: str = ""
    carried: int = 0


Outcomes = dict[str, Outcome]
"""A test's id to what happened to it."""


class Recorder:
    """Appends to a file, each line at once, so that a suite that dies leaves what it did."""

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, test: str, result: str, why: str, carried: int) -> None:
        """One test is done."""
        if not self._path:
            return
        line = {"test": test, "result": result, "why": why[:400], "carried": carried}
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def recorder() -> Recorder:
    """The recorder that the environment asks for; without one, nothing is written."""
    return Recorder(os.environ.get(RECORD, ""))


def outcomes_from(path: Path) -> Outcomes:
    """What a run has written. A test that is there twice has its worse outcome."""
    outcomes: Outcomes = {}
    if not path.exists():
        return outcomes
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        new = Outcome(told["result"], told["why"], told["carried"])
        old = outcomes.get(told["test"])
        if old is None or old.result == "passed":
            outcomes[told["test"]] = new
    return outcomes
