"""Send many events through one environment, and measure what grows.

    python -m tests.long_life.long_run 3000

prints the figures as JSON. A wrong response ends it with a traceback.
"""

import contextlib
import json
import linecache
import logging
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from statistics import median
from urllib.parse import urlsplit

from tests.long_life.mixed_apps import Chunks
from tests.long_life.mixture import ADAPTERS, FRONTS, case_counts, make_request, unique_header_name
from tests.long_life.phases import (
    run_at_barrier,
    run_every_kind,
    run_in_fork,
    run_in_one_thread,
    run_in_sixteen_threads,
    run_on_own_loop,
)
from tests.long_life.snapshots import BOUNDS, LogCounter, caches, growth, resident, take_snapshot

MIN_EVENTS = 2_000
SAMPLES = 10  # of the resident memory, in each third
HEADER_NAMES, URLS = 2_000, 300  # more than the caches of the library and of urllib hold


@dataclass(slots=True)
class Figures:
    """The results of a run. Memory in bytes, times in seconds.

    `growth`: from the warm-up to the end. `growth_at_fork`: in the parent, from before the fork to
    after it. `cache_sizes`: the entries of each cache and their maximum.
    """

    events: int = 0
    forked_events: int = 0
    case_counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    resident: dict[str, int] = field(default_factory=dict)
    traced: dict[str, int] = field(default_factory=dict)
    traced_events: int = 0
    traced_lines: list[str] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    growth: dict[str, tuple[int, int]] = field(default_factory=dict)
    growth_at_fork: dict[str, tuple[int, int]] = field(default_factory=dict)
    objects: int = 0
    open_iterables: int = 0
    log_lines: dict[str, int] = field(default_factory=dict)
    cache_sizes: dict[str, tuple[int, int]] = field(default_factory=dict)


def run(events: int) -> Figures:
    """Send the events in this process: a tenth to warm up, then three thirds of two tenths each
    with a fork after the second, then three tenths with tracemalloc. Raises AssertionError for a
    wrong response."""
    figures, started_at, cpu_before = Figures(), time.perf_counter(), time.process_time()
    tenth = events // 10
    third = 2 * tenth
    with count_log_lines() as handler:
        warm_up(range(tenth))
        before = take_snapshot()
        figures.resident["after the warm-up"] = resident()
        for index, name in enumerate(("first third", "middle third", "last third")):
            start = tenth + index * third
            figures.resident[name] = run_mixture(range(start, start + third))
            if index == 1:
                figures.growth_at_fork = growth_during(lambda: run_in_fork(range(tenth)))
                figures.forked_events = tenth
        figures.cache_sizes = {
            n: (len(cache), BOUNDS[type(cache)]) for n, cache in caches().items()
        }
        after = take_snapshot()
        trace(range(tenth + 3 * third, events), figures)
        figures.log_lines = dict(handler.lines)
    figures.case_counts = dict(case_counts.counts)
    figures.events = case_counts.counts.total()
    figures.before, figures.after = before.counts, after.counts
    figures.growth = growth(before, after)
    figures.objects = after.objects.total() - before.objects.total()
    figures.open_iterables = Chunks.open
    figures.seconds = time.perf_counter() - started_at
    figures.processor_seconds = time.process_time() - cpu_before
    return figures


@contextlib.contextmanager
def count_log_lines() -> Iterator[LogCounter]:
    """Count the log lines of all loggers, without keeping them."""
    handler = LogCounter()
    logging.root.addHandler(handler)
    try:
        yield handler
    finally:
        logging.root.removeHandler(handler)


def warm_up(numbers: range) -> None:
    """Create what is created only once, such as the maximum number of worker threads."""
    fill_caches(numbers.start)
    run_every_kind(numbers.start)
    run_mixture(numbers)
    run_at_barrier(numbers.start)


def fill_caches(number: int) -> None:
    """Use more new header names and URLs than any cache holds, so that full caches are cleared."""
    for source, front in FRONTS:
        request = make_request(number, f"/echoes/{number:07}")
        request.headers += [
            (unique_header_name(number + more), "1") for more in range(HEADER_NAMES)
        ]
        for adapter in ("asgi", "wsgi"):
            ADAPTERS[adapter](source.event_from_request(request, front))
    for more in range(URLS):
        urlsplit(f"https://example.com/sync/{number + more:07}")


def run_mixture(numbers: range) -> int:
    """Send seven tenths in one thread, a fifth in sixteen threads and a tenth on the caller's loop.
    Return the median of the resident memory."""
    alone = numbers[: len(numbers) * 7 // 10]
    shared = numbers[len(alone) : len(numbers) * 9 // 10]
    sizes = []
    for sample in range(SAMPLES):
        run_in_one_thread(
            alone[len(alone) * sample // SAMPLES : len(alone) * (sample + 1) // SAMPLES]
        )
        sizes.append(resident())
    run_in_sixteen_threads(shared)
    sizes.append(resident())
    run_on_own_loop(numbers[len(alone) + len(shared) :])
    sizes.append(resident())
    return int(median(sizes))


def growth_during(action: Callable[[], None]) -> dict[str, tuple[int, int]]:
    before = take_snapshot()
    action()
    return growth(before, take_snapshot())


def trace(numbers: range, figures: Figures) -> None:
    """Measure the traced memory. The first third of the events is a warm-up for tracemalloc."""
    first_part = numbers[: len(numbers) // 3]
    rest = numbers[len(first_part) :]
    tracemalloc.start()
    try:
        fill_caches(first_part.start)
        run_mixture(first_part)
        first = take_traced_snapshot()
        run_mixture(rest)
        last = take_traced_snapshot()
    finally:
        tracemalloc.stop()
    figures.traced_events = len(rest)
    figures.traced = {"before": total(first), "after": total(last)}
    largest = [line for line in last.compare_to(first, "lineno") if line.size_diff > 1024]
    figures.traced_lines = [str(line) for line in largest[:10]]


def take_traced_snapshot() -> tracemalloc.Snapshot:
    take_snapshot()
    # linecache keeps the lines of each source file that was in a traceback
    others = [
        tracemalloc.Filter(False, file) for file in (tracemalloc.__file__, linecache.__file__)
    ]
    return tracemalloc.take_snapshot().filter_traces(others)


def total(taken: tracemalloc.Snapshot) -> int:
    return sum(block.size for block in taken.traces)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].isdigit() or int(arguments[0]) < MIN_EVENTS:
        print(f"Expected one argument: how many events, {MIN_EVENTS} at least.", file=sys.stderr)
        return 2
    print(json.dumps(asdict(run(int(arguments[0])))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
