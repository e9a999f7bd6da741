"""Sends 100,000 events through one environment and prints what has grown.

    make long-life

It prints the figures of docs/long_life.md. The events are in tests/long_life, and `make test` sends
fewer of them. Exit code 1: something has grown. 2: it cannot run here. A traceback: an event got a
wrong answer.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EVENTS = 100_000
MAX_RESIDENT, MAX_TRACED = 4 * 1024 * 1024, 200_000  # bytes


def main(arguments: list[str]) -> int:
    if not Path("/proc/self/statm").exists():
        print("Expected /proc/self, which has the memory and the descriptors. Run it on Linux.")
        return 2
    if not (ROOT / "tests" / "long_life").exists():
        print(f"Expected the folder {ROOT / 'tests'}, got none. Run it from a checkout.")
        return 2
    sys.path.insert(0, str(ROOT))
    long_run = importlib.import_module("tests.long_life.long_run")
    events = arguments[0] if arguments else str(EVENTS)
    if len(arguments) > 1 or not events.isdigit() or int(events) < long_run.MIN_EVENTS:
        fewest = long_run.MIN_EVENTS
        print(f"Expected a number of events, at least {fewest}, or nothing for {EVENTS}.")
        return 2
    figures = long_run.run(int(events))
    for name, value in rows_from_figures(figures):
        print(f"| {name} | {value} |")
    faults = find_faults(figures)
    print("\n".join(faults) or "Nothing has grown.")
    return 1 if faults else 0


def rows_from_figures(figures: Any) -> list[tuple[str, str]]:
    """The rows of the table in docs/long_life.md: what was measured, and the figure."""
    kinds = figures.case_counts
    late = sum(count for name, count in kinds.items() if " is_late" in name)
    large = sum(count for name, count in kinds.items() if "is_too_large" in name)
    counts = [
        (name, f"{figures.before.get(name, 0)} → {figures.after.get(name, 0)}")
        for name in sorted(figures.before.keys() | figures.after.keys())
    ]
    return [
        ("events, each with its own right answer", f"{figures.events:,}"),
        ("kinds of events", str(len(kinds))),
        ("deadlines reached", f"{late:,}"),
        ("replies too large", f"{large:,}"),
        ("log lines", f"{sum(figures.log_lines.values()):,}"),
        ("events in the forked child", f"{figures.forked_events:,}"),
        ("seconds, of the clock", f"{figures.seconds:.0f}"),
        ("seconds, of the processor", f"{figures.processor_seconds:.0f}"),
        *(
            (f"resident memory, {name}", format_mib(size))
            for name, size in figures.resident.items()
        ),
        ("events under tracemalloc", f"{figures.traced_events:,}"),
        (
            "traced memory before and after them",
            " → ".join(map(format_kib, figures.traced.values())),
        ),
        *counts,
        *(
            (f"cache: {name}", f"{size} of {most}")
            for name, (size, most) in figures.cache_sizes.items()
        ),
        ("objects that the garbage collector knows", f"{figures.objects:+,}"),
    ]


def find_faults(figures: Any) -> list[str]:
    """A sentence for each thing that has grown."""
    faults = [
        f"{name} grew from {before} to {after}."
        for grown in (figures.growth, figures.growth_at_fork)
        for name, (before, after) in grown.items()
    ]
    resident = figures.resident["last third"] - figures.resident["middle third"]
    if resident > MAX_RESIDENT:
        faults.append(
            f"Resident memory grew by {format_mib(resident)} from the middle to the last third."
        )
    traced = figures.traced["after"] - figures.traced["before"]
    if traced > MAX_TRACED:
        faults += [
            f"Traced memory grew by {format_kib(traced)}, in these lines:",
            *figures.traced_lines,
        ]
    if figures.open_iterables:
        faults.append(f"{figures.open_iterables} iterables of WSGI apps were never closed.")
    return faults


def format_mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"


def format_kib(size: int) -> str:
    return f"{size / 1024:.1f} KiB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
