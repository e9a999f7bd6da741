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
from lambda_adapters.http.caches import (
    MAX_LIST_LENGTH,
    MAX_LISTS,
    MAX_TEXT_LENGTH,
    MAX_TEXTS,
    ListCache,
    TextCache,
)
from lambda_adapters.invocation.environment import environment
from lambda_adapters.invocation.watchdog import watchdog
from tests.long_life.looking import BOUNDS, MOST_OBJECTS, caches, grown, look
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
    these caches their length as well."""
    assert {type(cache) for cache in caches().values()} == set(BOUNDS)


def test_a_cache_of_texts_keeps_short_ones_and_starts_anew_when_it_is_full() -> None:
    asked = []

    def upper(name: str) -> str:
        asked.append(name)
        return name.upper()

    names = TextCache(upper)
    long = "b" * (MAX_TEXT_LENGTH + 1)
    given = ["a" * MAX_TEXT_LENGTH, long, *map(str, range(MAX_TEXTS - 1))]
    for _ in range(2):
        assert [names[name] for name in given] == [name.upper() for name in given]
    assert (len(names), asked) == (MAX_TEXTS, [*given, long])
    assert names["one more"] == "ONE MORE"
    assert names == {"one more": "ONE MORE"}


def test_a_cache_of_lists_keeps_short_ones_and_starts_anew_when_it_is_full() -> None:
    asked = []

    def count(texts: tuple[str, ...]) -> int:
        asked.append(texts)
        return len(texts)

    cache = ListCache(count)
    long = ("b" * MAX_LIST_LENGTH,)
    given = [("a" * (MAX_LIST_LENGTH - 1),), long, *[(str(n), "c") for n in range(MAX_LISTS - 1)]]
    for _ in range(2):
        assert [cache[texts] for texts in given] == [len(texts) for texts in given]
    assert (len(cache), asked) == (MAX_LISTS, [*given, long])
    assert cache["new", "d"] == 2
    assert len(cache) == 1
