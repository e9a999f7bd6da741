"""One environment's long life: so many events of a mixture, looked at on the way.

    python -m tests.long_life.long_run 3000

prints the figures as JSON. An event without its own right answer ends it with a traceback.
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

from tests.long_life.looking import BOUNDS, Logs, caches, grown, look, resident
from tests.long_life.mixed_apps import Chunks
from tests.long_life.mixture import ADAPTERS, FRONTS, own_name, played, request_of
from tests.long_life.phases import every_kind, fork, meet, one_thread, own_loop, sixteen_threads

FEWEST = 2_000
SAMPLES = 10  # of the resident memory in each third
CACHED, URLS = 2_000, 300  # more than our caches hold, and than urllib's


@dataclass(slots=True)
class Figures:
    """What was measured. Memory in bytes, times in seconds; `grown`: what is more at the end than
    after the warm-up, `grown_at_fork`: what is more in the parent behind the fork than before;
    `cached`: entries of each cache, and its bound."""

    events: int = 0
    forked_events: int = 0
    played: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    resident: dict[str, int] = field(default_factory=dict)
    traced: dict[str, int] = field(default_factory=dict)
    traced_events: int = 0
    traced_lines: list[str] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    grown: dict[str, tuple[int, int]] = field(default_factory=dict)
    grown_at_fork: dict[str, tuple[int, int]] = field(default_factory=dict)
    objects: int = 0
    open_iterables: int = 0
    log_lines: dict[str, int] = field(default_factory=dict)
    cached: dict[str, tuple[int, int]] = field(default_factory=dict)


def live(events: int) -> Figures:
    """Play the whole life in this process: a tenth to warm up, three thirds with a fork in the
    middle, three tenths under tracemalloc. Raises AssertionError for a wrong answer."""
    figures, begun, used = Figures(), time.perf_counter(), time.process_time()
    tenth = events // 10
    third = 2 * tenth
    with logs() as handler:
        warm_up(range(tenth))
        before = look()
        figures.resident["after the warm-up"] = resident()
        for place, name in enumerate(("first third", "middle third", "last third")):
            start = tenth + place * third
            figures.resident[name] = mixed(range(start, start + third))
            if place == 1:
                figures.grown_at_fork = around(lambda: fork(range(tenth)))
                figures.forked_events = tenth
        figures.cached = {n: (len(cache), BOUNDS[type(cache)]) for n, cache in caches().items()}
        after = look()
        trace(range(tenth + 3 * third, events), figures)
        figures.log_lines = dict(handler.lines)
    figures.played = dict(played.counts)
    figures.events = played.counts.total()
    figures.before, figures.after, figures.grown = before.counts, after.counts, grown(before, after)
    figures.objects = after.objects.total() - before.objects.total()
    figures.open_iterables = Chunks.open
    figures.seconds = time.perf_counter() - begun
    figures.processor_seconds = time.process_time() - used
    return figures


@contextlib.contextmanager
def logs() -> Iterator[Logs]:
    """Nothing but a count of the lines is kept, here and for asyncio's and Flask's own loggers."""
    handler = Logs()
    logging.root.addHandler(handler)
    try:
        yield handler
    finally:
        logging.root.removeHandler(handler)


def warm_up(numbers: range) -> None:
    """Whatever is made once is made now, as many worker threads as there ever are among it."""
    fill_caches(numbers.start)
    every_kind(numbers.start)
    mixed(numbers)
    meet(numbers.start)


def fill_caches(number: int) -> None:
    """Names of headers and URLs that were not seen before, more of them than any cache holds, so
    that its table is made anew as well."""
    for source, front in FRONTS[::2]:
        request = request_of(number, f"/echoes/{number:07}")
        request.headers += [(own_name(number + more), "1") for more in range(CACHED)]
        for adapter in ("asgi", "wsgi"):
            ADAPTERS[adapter](source.event_from_request(request, front))
    for more in range(URLS):
        urlsplit(f"https://example.com/sync/{number + more:07}")


def mixed(numbers: range) -> int:
    """Seven tenths on one thread, a fifth on sixteen, a tenth on a loop of the caller's own; the
    median of the resident memory on the way."""
    alone = numbers[: len(numbers) * 7 // 10]
    shared = numbers[len(alone) : len(numbers) * 9 // 10]
    seen = []
    for sample in range(SAMPLES):
        one_thread(alone[len(alone) * sample // SAMPLES : len(alone) * (sample + 1) // SAMPLES])
        seen.append(resident())
    sixteen_threads(shared)
    seen.append(resident())
    own_loop(numbers[len(alone) + len(shared) :])
    seen.append(resident())
    return int(median(seen))


def around(action: Callable[[], None]) -> dict[str, tuple[int, int]]:
    before = look()
    action()
    return grown(before, look())


def trace(numbers: range, figures: Figures) -> None:
    """A third of the numbers lets what is made anew now and then be traced; the rest counts."""
    settled = numbers[: len(numbers) // 3]
    rest = numbers[len(settled) :]
    tracemalloc.start()
    try:
        fill_caches(settled.start)
        mixed(settled)
        first = snapshot()
        mixed(rest)
        last = snapshot()
    finally:
        tracemalloc.stop()
    figures.traced_events = len(rest)
    figures.traced = {"before": total(first), "after": total(last)}
    largest = [line for line in last.compare_to(first, "lineno") if line.size_diff > 1024]
    figures.traced_lines = [str(line) for line in largest[:10]]


def snapshot() -> tracemalloc.Snapshot:
    look()
    # linecache holds the lines of each source file that ever stood in a traceback.
    others = [
        tracemalloc.Filter(False, file) for file in (tracemalloc.__file__, linecache.__file__)
    ]
    return tracemalloc.take_snapshot().filter_traces(others)


def total(taken: tracemalloc.Snapshot) -> int:
    return sum(block.size for block in taken.traces)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].isdigit() or int(arguments[0]) < FEWEST:
        print(f"Expected one argument: how many events, {FEWEST} at least.", file=sys.stderr)
        return 2
    print(json.dumps(asdict(live(int(arguments[0])))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
