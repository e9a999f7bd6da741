"""Late apps and tasks left behind. Lambda kills without a word; a server's clients just wait."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgi_lambda import Adapter
from tests.event_builders import SOURCES, http_api
from tests.response_reading import failure_for, response_for

Contexts = Callable[[float], Any]
START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}


@pytest.mark.parametrize("name", SOURCES)
def test_a_late_app_is_a_504_and_the_log_tells_where_it_was(
    name: str, context: Contexts, told: Callable[[], list[str]]
) -> None:
    cancelled = []

    async def query_the_database() -> None:
        try:
            await asyncio.sleep(4)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await query_the_database()
        await send(START)
        await send(BODY)

    limit = context(2.0)
    response = Adapter(app, lifespan="off")(SOURCES[name]("/slow"), limit)
    assert 0 < limit.get_remaining_time_in_millis() < 300
    assert response == failure_for(name, 504, "Gateway Timeout")
    assert cancelled == [True]
    late = [message for message in told() if "is still running" in message]
    assert len(late) == 1
    assert f"{limit.aws_request_id}: GET /slow" in late[0]
    assert "in query_the_database" in late[0]


def test_an_app_in_the_middle_of_its_reply_at_the_deadline_is_a_504(context: Contexts) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        while True:
            await send({**BODY, "more_body": True})
            await asyncio.sleep(0.02)

    limit = context(2.0)
    response = Adapter(app, lifespan="off")(http_api(), limit)
    assert response == failure_for("http_api", 504, "Gateway Timeout")
    assert limit.get_remaining_time_in_millis() > 0


def test_an_app_that_will_not_be_cancelled_is_given_up_in_time(context: Contexts) -> None:
    stop = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stubborn":
            while not stop.is_set():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.01)
        else:
            stop.set()
            await asyncio.sleep(0.03)
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    limit = context(2.0)
    response = handler(http_api("/stubborn"), limit)
    assert response == failure_for("http_api", 504, "Gateway Timeout")
    assert limit.get_remaining_time_in_millis() > 0
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_a_blocking_call_is_named_in_the_log_while_it_blocks(
    context: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    heard = []

    def block() -> None:
        time.sleep(2.5)
        heard.extend(caplog.messages)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        block()
        await send(START)
        await send(BODY)

    response = Adapter(app, lifespan="off")(http_api("/blocks"), context(1.0))
    assert response == response_for("http_api", body="hello")
    [message] = heard
    assert "GET /blocks is still running" in message
    assert "in block" in message


def test_a_reply_that_is_complete_is_sent_although_work_behind_it_is_late(
    context: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    async def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse("accepted", background=BackgroundTask(asyncio.sleep, 4))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    limit = context(2.0)
    response = handler(http_api(), limit)
    assert (response["statusCode"], response["body"]) == (200, "accepted")
    assert limit.get_remaining_time_in_millis() > 0
    assert "Work behind the reply was not done" in caplog.text


def test_a_background_task_is_done_before_the_handler_returns(context: Contexts) -> None:
    done = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(True)

    async def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse("accepted", background=BackgroundTask(work))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    assert handler(http_api(), context(30))["body"] == "accepted"
    assert done == [True]


def test_without_a_margin_the_deadline_is_nobodys_business(
    context: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.06)
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off", deadline_margin=None)
    assert handler(http_api(), context(0.05)) == response_for("http_api", body="hello")
    assert caplog.messages == []


def test_a_late_app_on_a_loop_of_the_callers_own_is_a_504(context: Contexts) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(4)

    limit = context(2.0)
    response = asyncio.run(Adapter(app, lifespan="off").handle(http_api(), limit))
    assert response == failure_for("http_api", 504, "Gateway Timeout")
    assert limit.get_remaining_time_in_millis() > 0


def test_a_task_left_behind_is_named_once_and_runs_on(caplog: pytest.LogCaptureFixture) -> None:
    ended = []

    async def send_the_mail() -> None:
        await asyncio.sleep(0.01)
        ended.append("done")

    tasks = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/mail":
            tasks.append(asyncio.create_task(send_the_mail()))
        else:
            await asyncio.gather(*tasks)
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert handler(http_api("/mail")) == response_for("http_api", body="hello")
    [message] = caplog.messages
    assert "send_the_mail" in message
    assert [task.cancelled() for task in tasks] == [False] * 3
    handler(http_api("/wait"))
    assert ended == ["done"] * 3
