"""What an Adapter for ASGI does shortly before Lambda's deadline."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgi_lambda import Adapter
from lambda_adapters import FailedStatus
from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import error_response_for, response_for

MakeContext = Callable[[float], Any]
LogMessages = Callable[[], list[str]]

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}
HELLO = response_for("http_api", body="hello")
TIMED_OUT = error_response_for("http_api", 504, "Gateway Timeout")


async def reply(send: Any) -> None:
    await send(START)
    await send(BODY)


async def wait_past_the_deadline(scope: Any) -> None:
    """Advance the clock to the deadline, then never return."""
    scope["aws.context"].approach_deadline()
    await asyncio.sleep(60)


async def late_app(scope: Any, receive: Any, send: Any) -> None:
    await wait_past_the_deadline(scope)


def block_until(condition: Callable[[], Any]) -> None:
    """Block this thread until the condition is true."""
    timeout_at = time.monotonic() + 30
    while not condition() and time.monotonic() < timeout_at:
        time.sleep(0.001)


@pytest.mark.parametrize("name", BUILDERS)
def test_a_late_app_is_cancelled_gives_504_and_its_stack_is_logged(
    name: str, make_context: MakeContext, log_messages: LogMessages
) -> None:
    cancelled = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await wait_past_the_deadline(scope)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    context = make_context(30)
    response = Adapter(app, lifespan="off")(BUILDERS[name]("/slow"), context)

    assert response == error_response_for(name, 504, "Gateway Timeout")
    assert cancelled == [True]
    stacks, error = log_messages()
    request = f"{context.aws_request_id}: GET /slow is still running just before Lambda's deadline"
    assert request in stacks
    assert "in wait_past_the_deadline" in stacks
    assert "Thread MainThread" in stacks
    assert error == (
        f"Request {context.aws_request_id}: The app did not finish before Lambda's deadline."
    )


def test_the_log_shows_the_task_of_the_request_and_a_few_others(
    make_context: MakeContext, log_messages: LogMessages
) -> None:
    others: list[asyncio.Task[None]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def other() -> None:
            await asyncio.sleep(60)

        others.extend(asyncio.create_task(other(), name="other") for _ in range(200))
        await asyncio.sleep(0)
        try:
            await wait_past_the_deadline(scope)
        finally:
            for task in others:
                task.cancel()

    assert Adapter(app, lifespan="off")(http_api(), make_context(30)) == TIMED_OUT
    lines = log_messages()[0].splitlines()
    assert lines[1] == "The request awaits:"
    assert len([line for line in lines if line.startswith("Task ")]) == 19
    assert [line for line in lines if line.endswith(" more tasks, not shown")] != []


def test_a_late_app_gets_the_disconnect_and_then_send_raises_os_error(
    make_context: MakeContext,
) -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        scope["aws.context"].approach_deadline()
        messages.append(await receive())
        messages.append(await receive())
        with pytest.raises(OSError, match="The client is disconnected"):
            await reply(send)

    assert Adapter(app, lifespan="off")(http_api(), make_context(30)) == TIMED_OUT
    assert messages == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


@pytest.mark.parametrize("pause", [0, 0.001, None])
def test_an_app_that_is_late_during_its_reply_gives_504(
    pause: float | None, make_context: MakeContext
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        scope["aws.context"].approach_deadline()
        while True:
            await send({**BODY, "more_body": True})
            if pause is not None:
                await asyncio.sleep(pause)

    assert Adapter(app, lifespan="off")(http_api(), make_context(30)) == TIMED_OUT


def test_a_complete_reply_is_sent_even_if_a_background_task_is_late(
    make_context: MakeContext, log_messages: LogMessages
) -> None:
    cancelled = []

    async def work(context: Any) -> None:
        context.approach_deadline()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def endpoint(request: Request) -> PlainTextResponse:
        background = BackgroundTask(work, request.scope["aws.context"])
        return PlainTextResponse("accepted", background=background)

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    response = handler(http_api(), make_context(30))

    assert (response["statusCode"], response["body"]) == (200, "accepted")
    assert cancelled == [True]
    assert "before Lambda's deadline and was cancelled" in log_messages()[-1]


def test_a_background_task_finishes_before_the_handler_returns(make_context: MakeContext) -> None:
    finished = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        finished.append(True)

    async def endpoint(request: Request) -> PlainTextResponse:
        return PlainTextResponse("accepted", background=BackgroundTask(work))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    assert handler(http_api(), make_context(30))["body"] == "accepted"
    assert finished == [True]


def test_an_app_that_ignores_its_cancellation_gives_504(
    make_context: MakeContext, log_messages: LogMessages
) -> None:
    stop = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stubborn":
            scope["aws.context"].approach_deadline()
            while not stop.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await stop.wait()
        else:
            stop.set()
            await asyncio.sleep(0.01)
        await reply(send)

    handler = Adapter(app, lifespan="off")
    assert handler(http_api("/stubborn"), make_context(30)) == TIMED_OUT
    assert "in app" in log_messages()[0]
    assert handler(http_api()) == HELLO


def test_a_late_blocking_call_is_logged_while_it_blocks(
    make_context: MakeContext, caplog: pytest.LogCaptureFixture, log_messages: LogMessages
) -> None:
    messages = []

    def blocking_call() -> None:
        block_until(lambda: caplog.messages)
        messages.extend(caplog.messages)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["aws.context"].approach_deadline()
        blocking_call()
        await reply(send)

    assert Adapter(app, lifespan="off")(http_api("/blocks"), make_context(30)) == HELLO
    assert log_messages() == messages
    [message] = messages
    assert "GET /blocks is still running" in message
    assert "in blocking_call" in message


def test_a_late_startup_is_logged_and_gives_504(
    make_context: MakeContext, log_messages: LogMessages, caplog: pytest.LogCaptureFixture
) -> None:
    context = make_context(30)

    def open_pool() -> None:
        context.approach_deadline()
        block_until(lambda: caplog.messages)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            open_pool()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await asyncio.sleep(60)

    handler = Adapter(app)
    assert handler(http_api(), context) == TIMED_OUT
    assert "in open_pool" in log_messages()[0]
    handler.stop()


def test_the_deadline_applies_to_handle(make_context: MakeContext) -> None:
    handler = Adapter(late_app, lifespan="off")
    assert asyncio.run(handler.handle(http_api(), make_context(30))) == TIMED_OUT


def test_504_in_raise_on_statuses_fails_the_invocation(make_context: MakeContext) -> None:
    handler = Adapter(late_app, lifespan="off", raise_on_statuses=(504,))
    with pytest.raises(FailedStatus, match="with 504"):
        handler(http_api(), make_context(30))


def test_deadline_margin_none_disables_the_deadline(
    make_context: MakeContext, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["aws.context"].approach_deadline()
        await asyncio.sleep(0.01)
        await reply(send)

    handler = Adapter(app, lifespan="off", deadline_margin=None)
    assert handler(http_api(), make_context(30)) == HELLO
    assert caplog.messages == []


def test_a_context_without_a_valid_remaining_time_means_no_deadline() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send)

    class NotANumber:
        def get_remaining_time_in_millis(self) -> float:
            return float("nan")

    class Broken:
        def get_remaining_time_in_millis(self) -> int:
            raise TypeError

    class Endless:
        def get_remaining_time_in_millis(self) -> int:
            return 10**400

    for context in (None, object(), NotANumber(), Broken(), Endless(), MagicMock()):
        assert Adapter(app, lifespan="off")(http_api(), context) == HELLO


def test_finished_requests_are_not_reported(
    make_context: MakeContext, clock: Any, log_messages: LogMessages
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/late":
            await wait_past_the_deadline(scope)
        await reply(send)

    handler = Adapter(app, lifespan="off")
    handler(http_api(), make_context(30))
    threads = threading.enumerate()
    for seconds in (20, 10, 40):
        assert handler(http_api(), make_context(seconds)) == HELLO
    clock.advance(100)

    # Only the late request is logged, and the watchdog's thread is still the same.
    handler(http_api("/late"), make_context(30))
    assert len([message for message in log_messages() if "is still running" in message]) == 1
    assert threading.enumerate() == threads
