"""The outcome of each test: one JSON line per test, written by the plugins, read by `run`."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

RECORD = "LAMBDA_SUITES_RECORD"
"""The environment variable with the path of the file to write."""


@dataclass(slots=True, frozen=True)
class Outcome:
    """`result` is passed, failed, skipped or error. `message` is the beginning of the error.
    `requests` is the number of requests that the test sent through Lambda."""

    result: str
    message: str = ""
    requests: int = 0


Outcomes = dict[str, Outcome]
"""Test ids and their outcomes."""


class Recorder:
    """Appends lines to a file. Each line is written at once, so a crash loses none of them."""

    def __init__(self, path: str) -> None:
        self._path = path

    def write(self, test: str, result: str, message: str, requests: int) -> None:
        """Write the outcome of one test. Without a path this does nothing."""
        if not self._path:
            return
        line = {"test": test, "result": result, "message": message[:400], "requests": requests}
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def recorder_from_environment() -> Recorder:
    """The recorder for the file that the environment names. Without a name it writes nothing."""
    return Recorder(os.environ.get(RECORD, ""))


def read_outcomes(path: Path) -> Outcomes:
    """The outcomes of a run. If a test is in the file more than once, a failure counts."""
    outcomes: Outcomes = {}
    if not path.exists():
        return outcomes
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        new = Outcome(entry["result"], entry["message"], entry["requests"])
        old = outcomes.get(entry["test"])
        if old is None or old.result == "passed":
            outcomes[entry["test"]] = new
    return outcomes
