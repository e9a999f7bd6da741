"""One environment, 100,000 events: what has grown at the end, and the figures of docs/long_life.md.

    make long-life

The life itself is in tests/long_life, and `make test` plays a short one. Exit code 1 where
something has grown, 2 where it cannot run; a traceback where an event got a wrong answer.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EVENTS = 100_000
MOST_RESIDENT, MOST_TRACED = 4 * 1024 * 1024, 200_000  # bytes


def main(arguments: list[str]) -> int:
    if not Path("/proc/self/statm").exists():
        print("Expected /proc/self, which tells memory and descriptors: run it on Linux.")
        return 2
    if not (ROOT / "tests" / "long_life").exists():
        print(f"Expected {ROOT / 'tests'}, got no such folder: run it from a checkout.")
        return 2
    sys.path.insert(0, str(ROOT))
    life = importlib.import_module("tests.long_life.long_run")
    events = arguments[0] if arguments else str(EVENTS)
    if len(arguments) > 1 or not events.isdigit() or int(events) < life.FEWEST:
        print(f"Expected how many events, {life.FEWEST} at least, or nothing for {EVENTS}.")
        return 2
    figures = life.live(int(events))
    for name, value in rows(figures):
        print(f"| {name} | {value} |")
    faults = faults_of(figures)
    print("\n".join(faults) or "Nothing has grown.")
    return 1 if faults else 0


def rows(figures: Any) -> list[tuple[str, str]]:
    """The table of docs/long_life.md: what was measured, and the figure."""
    kinds = figures.played
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
        *((f"resident memory, {name}", mib(size)) for name, size in figures.resident.items()),
        ("events under tracemalloc", f"{figures.traced_events:,}"),
        ("traced memory before and after them", " → ".join(map(kib, figures.traced.values()))),
        *counts,
        *((f"cache: {name}", f"{size} of {most}") for name, (size, most) in figures.cached.items()),
        ("objects that the garbage collector knows", f"{figures.objects:+,}"),
    ]


def faults_of(figures: Any) -> list[str]:
    """A sentence for whatever has grown."""
    faults = [
        f"{name} grew from {before} to {after}."
        for grown in (figures.grown, figures.grown_at_fork)
        for name, (before, after) in grown.items()
    ]
    resident = figures.resident["last third"] - figures.resident["middle third"]
    if resident > MOST_RESIDENT:
        faults.append(f"Resident memory grew by {mib(resident)} from the middle to the last third.")
    traced = figures.traced["after"] - figures.traced["before"]
    if traced > MOST_TRACED:
        faults += [f"Traced memory grew by {kib(traced)}, here:", *figures.traced_lines]
    if figures.open_iterables:
        faults.append(f"{figures.open_iterables} iterables of WSGI apps were never closed.")
    return faults


def mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"


def kib(size: int) -> str:
    return f"{size / 1024:.1f} KiB"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
