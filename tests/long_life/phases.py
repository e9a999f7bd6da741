"""The phases of the long-life test: one thread, sixteen threads, the caller's loop, a fork."""

import asyncio
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator

from lambda_adapters.invocation.environment import environment
from tests.long_life import framework_apps
from tests.long_life.mixed_apps import THREADS, shutdowns, startups
from tests.long_life.mixture import (
    ADAPTERS,
    ASGI,
    LATE,
    OTHER_CASES,
    WSGI,
    Case,
    Kind,
    case_counts,
    case_for,
    http_case,
    oversized_case,
    run_case,
    run_case_async,
)

BOTH = (ASGI, WSGI)
_AT_BARRIER = Kind("fastapi", "waits_at_the_barrier")
_LOOP_DESCRIPTORS = 3  # its selector, and the two sockets that wake it
_CANCELLED = Kind("asgi", "is_cancelled_by_its_caller")


def cases(numbers: Iterable[int]) -> Iterator[Case]:
    """Events for ASGI and WSGI apps, alternating."""
    for number in numbers:
        yield case_for(number // 2, BOTH[number % 2])


def run_in_one_thread(numbers: range) -> None:
    for case in cases(numbers):
        run_case(case)


def run_every_kind(number: int) -> None:
    """Run one event of each kind, with late and oversized ones."""
    for kind in ASGI + WSGI:
        run_case(http_case(kind, number))
    for kind in LATE:
        run_case(http_case(kind, number, seconds=0.05))
    for adapter in ("asgi", "wsgi"):
        run_case(oversized_case(number, adapter))
        for odd in OTHER_CASES:
            run_case(odd(number, adapter))


def run_in_sixteen_threads(numbers: range) -> None:
    """Call one Adapter after the other from all threads at the same time."""
    share = len(numbers) // len(ADAPTERS)
    for index, name in enumerate(ADAPTERS):
        kinds = [kind for kind in ASGI + WSGI if kind.adapter == name]
        first = numbers.start + index * share
        run_in_threads(
            [range(first + thread, first + share, THREADS) for thread in range(THREADS)], kinds
        )


def run_at_barrier(number: int) -> None:
    """Run sixteen requests that wait for each other, each in a worker thread of the same loop."""
    run_in_threads(
        [range(number + thread, number + thread + 1) for thread in range(THREADS)], [_AT_BARRIER]
    )


def run_in_threads(parts: list[range], kinds: list[Kind]) -> None:
    """Run each part in a thread. Raises the first error; AssertionError if a thread hangs."""
    errors: list[BaseException] = []

    def work(part: range) -> None:
        try:
            for number in part:
                run_case(http_case(kinds[number % len(kinds)], number))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(part,), daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    if any(thread.is_alive() for thread in threads):
        raise AssertionError("a thread still waits for its reply after 300 s")
    if errors:
        raise errors[0]


def run_on_own_loop(numbers: range) -> None:
    """`await adapter.handle(...)`: eight requests at a time, and one more that is cancelled."""
    asyncio.run(_run_on_own_loop(numbers))


async def _run_on_own_loop(numbers: range) -> None:
    for first in range(numbers.start, numbers.stop, 9):
        last = min(first + 9, numbers.stop) - 1
        case = http_case(_CANCELLED, last)
        cancelled = asyncio.create_task(run_case_async(case))
        await asyncio.gather(*(run_case_async(case_for(n, ASGI)) for n in range(first, last)))
        cancelled.cancel()
        try:
            await cancelled
        except asyncio.CancelledError:
            case_counts.add(case)
            continue
        raise AssertionError("a cancelled request went on")
    for name in ("asgi", "fastapi", "starlette"):
        await ADAPTERS[name].shutdown()


def run_in_fork(numbers: range) -> None:
    """Serve the events in a forked child with a new environment, and shut it down there.

    Raises AssertionError if the child fails; the child writes its traceback to stderr.
    """
    parent = os.getpid()
    with warnings.catch_warnings():  # Python warns about a fork while threads run
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            _in_child(numbers, parent)
            status = 0
        except BaseException:
            traceback.print_exc(file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(status)
    if os.waitpid(child, 0)[1] != 0:
        raise AssertionError("the forked child failed: its traceback is above")


def _in_child(numbers: range, parent: int) -> None:
    assert os.getpid() != parent
    before = len(startups), len(shutdowns)
    descriptors = os.listdir("/proc/self/fd")
    inherited = environment._inherited[-2]
    run_in_one_thread(numbers)
    run_at_barrier(numbers.start)
    pids = [os.getpid()] * 2  # the lifespans of "asgi" and "fastapi"
    assert startups[before[0] :] == pids, startups
    assert environment.loop is not inherited
    assert len(os.listdir("/proc/self/fd")) == len(descriptors) + _LOOP_DESCRIPTORS
    environment.close()
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)
    assert shutdowns[before[1] :] == pids, shutdowns
    assert framework_apps.BackgroundWork.count > 0
