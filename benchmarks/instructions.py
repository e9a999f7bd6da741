"""Instructions that an event takes, counted by valgrind: the same whatever else the machine does.

python -m benchmarks.instructions "asgi http_api" mangum
"""

import logging
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from itertools import cycle, islice

WARM, COUNTED = 200, 500
"""Events before the count, and in it."""


def instruction_ratio(case: str, peer: str) -> float | None:
    """Our instructions for an event of a case, as a ratio of a peer's; None without valgrind."""
    if shutil.which("valgrind") is None:
        return None
    return instructions(case, "lambda-adapters") / instructions(case, peer)


@cache
def instructions(case: str, handler: str) -> float:
    """Instructions of one event. Valgrind counts only between the two calls of `count`."""
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
    command += ["--callgrind-out-file=/dev/null", sys.executable, "-m", "benchmarks.instructions"]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(  # noqa: S603
        [*command, case, handler, "count"], env=environment, capture_output=True, text=True
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(f"Expected valgrind to count, got:\n{done.stderr}")
    return int(found[1]) / COUNTED


def main(case_name: str, handler_name: str) -> None:
    """Serve events, some of which valgrind counts."""
    from benchmarks import workloads
    from benchmarks.ratios import CASES

    logging.disable(logging.CRITICAL)
    case = CASES[case_name]
    handler = case.handlers()[handler_name]
    context = workloads.Context()
    events = cycle(workloads.events(case.source, case.body))
    for event in islice(events, WARM):
        handler(event, context)
    count("on")
    for event in islice(events, COUNTED):
        handler(event, context)
    count("off")


def count(switch: str) -> None:
    """Tell the valgrind that runs this process to count, or to stop."""
    command = ["callgrind_control", f"--instr={switch}", str(os.getpid())]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    if sys.argv[3:] == ["count"]:
        main(sys.argv[1], sys.argv[2])
    else:
        print(instruction_ratio(*sys.argv[1:]))
