"""Snapshots detect leaks, and the caches are bounded."""

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
from tests.long_life.mixture import Case, run_case
from tests.long_life.snapshots import BOUNDS, MAX_NEW_OBJECTS, caches, growth, take_snapshot

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="no /proc here")


class LeakedObject:
    """An object that a test keeps, like a leak."""


class WatchedRequest:
    def at_deadline(self) -> None:
        """Not called before the test ends."""


def test_nothing_grows_in_an_idle_environment() -> None:
    before = take_snapshot()
    assert growth(before, take_snapshot()) == {}


def test_leaks_are_growth() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="left")
    handler = logging.NullHandler()
    objects: list[LeakedObject] = []
    tasks: list[asyncio.Task[Any]] = []

    async def leave() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(60)))

    request = WatchedRequest()
    watchdog.watch(request, monotonic() + 60)  # start its thread
    watchdog.forget(request)
    before = take_snapshot()
    reader, writer = os.pipe()
    thread.start()
    logging.getLogger("lambda_adapters").addHandler(handler)
    watchdog.watch(request, monotonic() + 60)
    environment.call(leave)
    objects += [LeakedObject() for _ in range(MAX_NEW_OBJECTS + 1)]
    try:
        result = {
            name: after - before
            for name, (before, after) in growth(before, take_snapshot()).items()
        }
    finally:
        os.close(reader)
        os.close(writer)
        end.set()
        thread.join()
        logging.getLogger("lambda_adapters").removeHandler(handler)
        watchdog.forget(request)
        tasks[0].cancel()
        environment.call(partial(asyncio.sleep, 0))
    assert result == {
        "descriptors": 2,
        "threads: left": 1,
        "handlers of loggers": 1,
        "watched requests": 1,
        "tasks on the loop": 1,
        "timers of the loop": 1,
        f"objects: {__name__}.LeakedObject": MAX_NEW_OBJECTS + 1,
    }


def test_a_wrong_result_raises_assertion_error() -> None:
    def check(response: Any) -> None:
        raise AssertionError(response)

    with pytest.raises(AssertionError, match="{}"):
        run_case(Case("ping", "wsgi", {"source": "serverless-plugin-warmup"}, check))
    with pytest.raises(AssertionError, match="expected UnknownEvent, got a response"):
        run_case(Case("ping", "wsgi", {"source": "serverless-plugin-warmup"}, None, UnknownEvent))


def test_every_cache_is_bounded() -> None:
    """Clients and apps choose header names and media types. lru_cache limits only the number of
    entries, these caches also their length."""
    assert {type(cache) for cache in caches().values()} == set(BOUNDS)


def test_a_text_cache_keeps_short_texts_and_is_cleared_when_it_is_full() -> None:
    calls = []

    def upper(name: str) -> str:
        calls.append(name)
        return name.upper()

    names = TextCache(upper)
    long = "b" * (MAX_TEXT_LENGTH + 1)
    keys = ["a" * MAX_TEXT_LENGTH, long, *map(str, range(MAX_TEXTS - 1))]
    for _ in range(2):
        assert [names[name] for name in keys] == [name.upper() for name in keys]
    assert (len(names), calls) == (MAX_TEXTS, [*keys, long])
    assert names["one more"] == "ONE MORE"
    assert names == {"one more": "ONE MORE"}


def test_a_list_cache_keeps_short_lists_and_is_cleared_when_it_is_full() -> None:
    calls = []

    def count(texts: tuple[str, ...]) -> int:
        calls.append(texts)
        return len(texts)

    cache = ListCache(count)
    long = ("b" * MAX_LIST_LENGTH,)
    keys = [("a" * (MAX_LIST_LENGTH - 1),), long, *[(str(n), "c") for n in range(MAX_LISTS - 1)]]
    for _ in range(2):
        assert [cache[texts] for texts in keys] == [len(texts) for texts in keys]
    assert (len(cache), calls) == (MAX_LISTS, [*keys, long])
    assert cache["new", "d"] == 2
    assert len(cache) == 1
