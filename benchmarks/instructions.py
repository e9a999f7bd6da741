"""Counts the instructions of an event with valgrind. Other load on the machine does not matter.

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

WARM_UP, COUNTED = 200, 500
"""How many events are sent before the count, and during it."""


def measure_instruction_ratio(case: str, peer: str) -> float | None:
    """Our instructions for an event, divided by those of a peer. None without valgrind."""
    if shutil.which("valgrind") is None:
        return None
    return count_instructions(case, "lambda-adapters") / count_instructions(case, peer)


@cache
def count_instructions(case: str, handler: str) -> float:
    """Instructions of one event. Valgrind counts between the two calls of `switch_counting`."""
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
    """Serve events in a process under valgrind."""
    from benchmarks import workloads
    from benchmarks.ratios import CASES

    logging.disable(logging.CRITICAL)
    case = CASES[case_name]
    handler = case.handlers()[handler_name]
    context = workloads.Context()
    events = cycle(workloads.build_events(case.source, case.body))
    for event in islice(events, WARM_UP):
        handler(event, context)
    switch_counting("on")
    for event in islice(events, COUNTED):
        handler(event, context)
    switch_counting("off")


def switch_counting(state: str) -> None:
    """Tell valgrind to count the instructions of this process ("on"), or to stop ("off")."""
    command = ["callgrind_control", f"--instr={state}", str(os.getpid())]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    if sys.argv[3:] == ["count"]:
        main(sys.argv[1], sys.argv[2])
    else:
        print(measure_instruction_ratio(*sys.argv[1:]))
