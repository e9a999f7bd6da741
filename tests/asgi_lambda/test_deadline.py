"""What happens just before Lambda would kill an ASGI app."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest

from asgi_lambda import Adapter
from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import http_api

EVENT = http_api.event_from_request(Request(), Front())
TIMED_OUT = {
    "statusCode": 504,
    "headers": {"content-type": "text/plain; charset=utf-8"},
    "body": "Gateway Timeout",
    "isBase64Encoded": False,
}

Contexts = Callable[[float], Any]


async def reply(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def test_an_app_that_is_late_is_cancelled_and_the_client_gets_504(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    ended = []

    async def slow_thing() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await slow_thing()

    begun = time.monotonic()
    assert Adapter(app, lifespan="off")(EVENT, context(2.0)) == TIMED_OUT
    assert 1.7 < time.monotonic() - begun < 2.0
    assert ended == [True]
    stacks, error = told()
    assert "is still running just before Lambda's deadline" in stacks
    assert "in slow_thing" in stacks
    assert "Thread MainThread" in stacks
    assert error.endswith("The app was not done before Lambda's deadline.")
    assert "5f2c8e0a" in stacks
    assert "5f2c8e0a" in error


def test_of_many_tasks_the_log_shows_the_requests_own_and_a_few_more(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    others: list[asyncio.Task[None]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def other() -> None:
            await asyncio.sleep(60)

        others.extend(asyncio.create_task(other(), name="other") for _ in range(200))
        try:
            await asyncio.sleep(60)
        finally:
            for task in others:
                task.cancel()

    assert Adapter(app, lifespan="off")(EVENT, context(2.0)) == TIMED_OUT
    lines = told()[0].splitlines()
    assert lines[1] == "The request awaits:"
    assert len([line for line in lines if line.startswith("Task ")]) == 19
    assert [line for line in lines if line.endswith(" more tasks, not shown")] != []


def test_an_app_that_awaits_the_disconnect_gets_it_at_the_deadline(context: Contexts) -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        messages.append(await receive())
        messages.append(await receive())
        with pytest.raises(OSError, match="The client is gone"):
            await reply(send)

    assert Adapter(app, lifespan="off")(EVENT, context(1.0)) == TIMED_OUT
    assert messages == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_a_reply_that_is_complete_is_sent_although_its_background_task_overruns(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    cancelled = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    response = Adapter(app, lifespan="off")(EVENT, context(1.0))
    assert (response["statusCode"], response["body"]) == (200, "ok")
    assert cancelled == [True]
    assert told()[-1].startswith("Work behind the reply was not done")


def test_an_app_that_cannot_be_cancelled_is_given_up_and_named(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    stubborn = True

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while stubborn and scope["path"] == "/":
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue
        await reply(send)

    handler = Adapter(app, lifespan="off")
    begun = time.monotonic()
    assert handler(EVENT, context(2.0)) == TIMED_OUT
    assert time.monotonic() - begun < 2.0
    assert "in app" in told()[0]
    stubborn = False
    other = http_api.event_from_request(Request(path="/x", raw_path="/x"), Front())
    assert handler(other, context(5))["body"] == "ok"


def test_an_app_that_blocks_the_loop_is_named_by_the_watchdog(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    def blocking_call() -> None:
        time.sleep(1.2)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        blocking_call()
        await reply(send)

    assert Adapter(app, lifespan="off")(EVENT, context(1.0))["statusCode"] == 200
    assert len(told()) == 1
    assert "in blocking_call" in told()[0]


def test_a_margin_of_none_means_never(context: Contexts, caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.1)
        await reply(send)

    handler = Adapter(app, lifespan="off", deadline_margin=None)
    assert handler(EVENT, context(0.05))["statusCode"] == 200
    assert caplog.messages == []


def test_a_context_without_time_means_no_deadline() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send)

    class Odd:
        def get_remaining_time_in_millis(self) -> float:
            return float("nan")

    class Broken:
        def get_remaining_time_in_millis(self) -> int:
            raise NotImplementedError

    class Endless:
        def get_remaining_time_in_millis(self) -> int:
            return 10**400

    for context in (None, object(), Odd(), Broken(), Endless(), MagicMock()):
        assert Adapter(app, lifespan="off")(EVENT, context)["statusCode"] == 200


def test_the_deadline_holds_for_handle_too(context: Contexts) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    handler = Adapter(app, lifespan="off")
    assert asyncio.run(handler.handle(EVENT, context(1.0))) == TIMED_OUT


def test_a_startup_that_is_late_is_named_and_its_event_gets_504(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await open_pool()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await asyncio.sleep(60)

    async def open_pool() -> None:
        time.sleep(1.3)

    handler = Adapter(app)
    assert handler(EVENT, context(1.0)) == TIMED_OUT
    assert "in open_pool" in told()[0]
    handler.stop()


def test_504_among_the_statuses_to_raise_fails_the_invocation(context: Contexts) -> None:
    from lambda_adapters import FailedStatus

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    handler = Adapter(app, lifespan="off", raise_on_statuses=(504,))
    with pytest.raises(FailedStatus, match="with 504"):
        handler(EVENT, context(1.0))


def test_finished_requests_are_not_reported(
    context: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send)

    handler = Adapter(app, lifespan="off")
    handler(EVENT, context(1.0))
    threads = threading.enumerate()
    for seconds in (0.2, 0.1, 0.3):
        handler(EVENT, context(seconds))
    time.sleep(0.35)
    assert caplog.messages == []
    assert threading.enumerate() == threads
