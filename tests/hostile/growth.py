"""Measure how CPU time and memory of a call grow with its input."""

import gc
import tracemalloc
from collections.abc import Callable
from time import thread_time

SIZE_FACTOR = 8
# Linear work takes 8 times as long (with cold caches and coverage up to 26), quadratic work 64.
MAX_TIME_FACTOR = 40
_MIN_SECONDS = 0.004


def find_excess_growth(prepare: Callable[[int], Callable[[], object]], size: int) -> str:
    """Return a message if 8 times the input takes more than MAX_TIME_FACTOR times the CPU time,
    else "".

    `prepare(n)` returns a call for input of size n. Only the call is timed, in CPU time of this
    thread. It is measured up to five times, so that one slow measurement does not fail a test.
    """
    small, large = prepare(size), prepare(SIZE_FACTOR * size)
    for _ in range(5):
        before = max(min(_seconds(small) for _ in range(3)), _MIN_SECONDS)
        after = _seconds(large)
        if after <= MAX_TIME_FACTOR * before:
            return ""
    return f"{size}: {before * 1000:.1f} ms, {SIZE_FACTOR * size}: {after * 1000:.1f} ms"


def _seconds(call: Callable[[], object]) -> float:
    gc.disable()  # a collection would add to the time
    try:
        start = thread_time()
        call()
        return thread_time() - start
    finally:
        gc.enable()


def peak_memory(call: Callable[[], object]) -> int:
    """The peak of the memory allocated during a call, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def retained_memory(call: Callable[[], object]) -> int:
    """The memory that is still allocated after a call, in bytes."""
    tracemalloc.start()
    try:
        call()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
