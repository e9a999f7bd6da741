"""The phases of a long life: one thread, sixteen threads, a loop of the caller's own, a fork."""

import asyncio
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator

from lambda_adapters.invocation.environment import environment
from tests.long_life import framework_apps
from tests.long_life.mixed_apps import THREADS, ended, started
from tests.long_life.mixture import (
    ADAPTERS,
    ASGI,
    LATE,
    ODD,
    WSGI,
    Kind,
    Turn,
    http_turn,
    oversized_turn,
    play,
    play_here,
    played,
    turn_of,
)

BOTH = (ASGI, WSGI)
_MEETS = Kind("fastapi", "meets")
_OF_A_LOOP = 3  # descriptors: its selector, and the two sockets that wake it
_CANCELLED = Kind("asgi", "is_left_by_its_caller")


def turns(numbers: Iterable[int]) -> Iterator[Turn]:
    """Of both kinds of app, in turn."""
    for number in numbers:
        yield turn_of(number // 2, BOTH[number % 2])


def one_thread(numbers: range) -> None:
    for turn in turns(numbers):
        play(turn)


def every_kind(number: int) -> None:
    """One of each, the late and the oversized among them."""
    for kind in ASGI + WSGI:
        play(http_turn(kind, number))
    for kind in LATE:
        play(http_turn(kind, number, seconds=0.05))
    for adapter in ("asgi", "wsgi"):
        play(oversized_turn(number, adapter))
        for odd in ODD:
            play(odd(number, adapter))


def sixteen_threads(numbers: range) -> None:
    """Each adapter in turn is called by all threads at once; each checks its own replies."""
    share = len(numbers) // len(ADAPTERS)
    for index, name in enumerate(ADAPTERS):
        kinds = [kind for kind in ASGI + WSGI if kind.adapter == name]
        first = numbers.start + index * share
        at_once([range(first + thread, first + share, THREADS) for thread in range(THREADS)], kinds)


def meet(number: int) -> None:
    """Sixteen requests that wait for each other, in as many worker threads of one loop."""
    at_once([range(number + thread, number + thread + 1) for thread in range(THREADS)], [_MEETS])


def at_once(parts: list[range], kinds: list[Kind]) -> None:
    """A thread for each part. Raises what one of them raised; AssertionError where one hangs."""
    errors: list[BaseException] = []

    def work(part: range) -> None:
        try:
            for number in part:
                play(http_turn(kinds[number % len(kinds)], number))
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


def own_loop(numbers: range) -> None:
    """`await adapter.handle(...)`, eight requests at once, one more that its caller cancels."""
    asyncio.run(_own_loop(numbers))


async def _own_loop(numbers: range) -> None:
    for first in range(numbers.start, numbers.stop, 9):
        last = min(first + 9, numbers.stop) - 1
        turn = http_turn(_CANCELLED, last)
        cancelled = asyncio.create_task(play_here(turn))
        await asyncio.gather(*(play_here(turn_of(n, ASGI)) for n in range(first, last)))
        cancelled.cancel()
        try:
            await cancelled
        except asyncio.CancelledError:
            played.add(turn)
            continue
        raise AssertionError("a cancelled request went on")
    for name in ("asgi", "fastapi", "starlette"):
        await ADAPTERS[name].shutdown()


def fork(numbers: range) -> None:
    """The child serves on in an environment of its own and shuts it down; the parent waits.

    Raises AssertionError where the child, which tells its reason on stderr, did not do as
    documented.
    """
    parent = os.getpid()
    with warnings.catch_warnings():  # Python warns of any fork while there are threads
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
    before = len(started), len(ended)
    descriptors = os.listdir("/proc/self/fd")
    inherited = environment._inherited[-2]
    one_thread(numbers)
    meet(numbers.start)
    both = [os.getpid()] * 2  # lifespans: of "asgi" and of "fastapi"
    assert started[before[0] :] == both, started
    assert environment.loop is not inherited
    assert len(os.listdir("/proc/self/fd")) == len(descriptors) + _OF_A_LOOP
    environment.close()
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)
    assert ended[before[1] :] == both, ended
    assert framework_apps.Done.count > 0
