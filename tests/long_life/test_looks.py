"""The looks of a long life see what grows: else "nothing has grown" would mean nothing."""

import asyncio
import logging
import os
import threading
from functools import partial
from time import monotonic
from typing import Any

import pytest

from lambda_adapters import UnknownEvent
from lambda_adapters.http.caches import LONGEST, MOST, TextCache
from lambda_adapters.invocation.deadline import watchdog
from lambda_adapters.invocation.environment import environment
from tests.long_life.looking import MOST_OBJECTS, caches, grown, look
from tests.long_life.mixture import Turn, play

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="no /proc here")


class Kept:
    """Something that a leak keeps."""


class Watched:
    def at_deadline(self) -> None:
        """What the watchdog would do."""


def test_two_looks_at_an_idle_environment_see_nothing_grow() -> None:
    before = look()
    assert grown(before, look()) == {}


def test_what_is_left_open_has_grown() -> None:
    ends = threading.Event()
    thread = threading.Thread(target=ends.wait, name="left")
    handler = logging.NullHandler()
    kept: list[Kept] = []
    tasks: list[asyncio.Task[Any]] = []

    async def leave() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(60)))

    token = Watched()
    watchdog.watch(token, monotonic() + 60)  # now its thread is there
    watchdog.forget(token)
    before = look()
    reader, writer = os.pipe()
    thread.start()
    logging.getLogger("lambda_adapters").addHandler(handler)
    watchdog.watch(token, monotonic() + 60)
    environment.call(leave)
    kept += [Kept() for _ in range(MOST_OBJECTS + 1)]
    try:
        more = {name: after - before for name, (before, after) in grown(before, look()).items()}
    finally:
        os.close(reader)
        os.close(writer)
        ends.set()
        thread.join()
        logging.getLogger("lambda_adapters").removeHandler(handler)
        watchdog.forget(token)
        tasks[0].cancel()
        environment.call(partial(asyncio.sleep, 0))
    assert more == {
        "descriptors": 2,
        "threads: left": 1,
        "handlers of loggers": 1,
        "requests at the watchdog": 1,
        "tasks on the loop": 1,
        "timers of the loop": 1,
        f"objects: {__name__}.Kept": MOST_OBJECTS + 1,
    }


def test_a_wrong_answer_ends_the_life() -> None:
    def check(response: Any) -> None:
        raise AssertionError(response)

    with pytest.raises(AssertionError, match="{}"):
        play(Turn("ping", "wsgi", {"source": "serverless-plugin-warmup"}, check))
    with pytest.raises(AssertionError, match="expected UnknownEvent, got a response"):
        play(Turn("ping", "wsgi", {"source": "serverless-plugin-warmup"}, None, UnknownEvent))


def test_every_cache_has_a_bound() -> None:
    """Header names and media types come from clients and from apps: lru_cache bounds their number,
    Names their length as well."""
    assert len(caches()) >= 4
    assert {
        name: type(cache) for name, cache in caches().items() if type(cache) is not TextCache
    } == {}


def test_names_remember_short_ones_and_begin_anew_when_there_are_too_many() -> None:
    asked = []

    def upper(name: str) -> str:
        asked.append(name)
        return name.upper()

    names = TextCache(upper)
    long = "b" * (LONGEST + 1)
    given = ["a" * LONGEST, long, *map(str, range(MOST - 1))]
    for _ in range(2):
        assert [names[name] for name in given] == [name.upper() for name in given]
    assert (len(names), asked) == (MOST, [*given, long])
    assert names["one more"] == "ONE MORE"
    assert names == {"one more": "ONE MORE"}
