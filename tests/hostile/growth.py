"""How the cost of a call grows with its input: CPU time by ratio, memory by its peak."""

import gc
import tracemalloc
from collections.abc import Callable
from time import thread_time

FACTOR = 8
# Linear work gives 8, with cold caches and under coverage up to 26; quadratic work gives 64.
ALLOWED = 40
_FLOOR = 0.004


def grows_too_fast(made: Callable[[int], Callable[[], object]], size: int) -> str:
    """What to say where eight times the input costs over ALLOWED times the CPU time; "" where not.

    `made(n)` prepares a call on input of size n; only the call is timed, in this thread's CPU time,
    so that a busy machine does not count. Measured again up to five times: work that really is
    quadratic never passes, a hiccup does not fail.
    """
    small, large = made(size), made(FACTOR * size)
    for _ in range(5):
        before = max(min(_seconds(small) for _ in range(3)), _FLOOR)
        after = _seconds(large)
        if after <= ALLOWED * before:
            return ""
    return f"{size}: {before * 1000:.1f} ms, {FACTOR * size}: {after * 1000:.1f} ms"


def _seconds(call: Callable[[], object]) -> float:
    gc.disable()  # its passes come when they like
    try:
        start = thread_time()
        call()
        return thread_time() - start
    finally:
        gc.enable()


def peak_of(call: Callable[[], object]) -> int:
    """The most bytes that were allocated at once during a call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def retained_by(call: Callable[[], object]) -> int:
    """The bytes that are still held once a call is over."""
    tracemalloc.start()
    try:
        call()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
