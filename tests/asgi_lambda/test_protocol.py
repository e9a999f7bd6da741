"""Apps that keep to ASGI or break it, answered as a real server answers them."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse
from starlette.routing import Route

from asgi_lambda import Adapter
from tests.event_builders import SOURCES, http_api
from tests.response_reading import failure_for, response_for

Message = dict[str, Any]
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"hello"}


def answer(*messages: Any, name: str = "http_api") -> Any:
    """The response to an app that sends these messages, whatever `send` says, and returns."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return Adapter(app, lifespan="off")(SOURCES[name]())


@pytest.mark.parametrize("name", SOURCES)
def test_an_app_that_returns_without_a_response_is_a_500(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert answer(name=name) == failure_for(name)
    [message] = caplog.messages
    assert "The app returned without a response" in message


@pytest.mark.parametrize("name", SOURCES)
def test_a_reply_that_is_cut_off_is_a_500_rather_than_a_whole_one(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert answer(START, {**BODY, "more_body": True}, name=name) == failure_for(name)
    [message] = caplog.messages
    assert "in the middle of its response" in message


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([START], id="start only"),
        pytest.param([BODY], id="body first"),
        pytest.param([START, START, BODY], id="start twice"),
        pytest.param([{**START, "status": "200"}, BODY], id="status as text"),
        pytest.param([{**START, "status": 1000}, BODY], id="status of four digits"),
        pytest.param([{**START, "headers": [("a", "b")]}, BODY], id="headers as text"),
        pytest.param([START, {**BODY, "body": "text"}], id="body as text"),
        pytest.param([{"type": "http.response.unknown"}, START, BODY], id="unknown message"),
        pytest.param([{}, START, BODY], id="no type"),
    ],
)
def test_an_app_that_breaks_the_protocol_is_a_500_and_one_line_in_the_log(
    messages: list[Message], caplog: pytest.LogCaptureFixture
) -> None:
    assert answer(*messages) == failure_for("http_api")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_an_app_that_raises_is_a_500_with_its_traceback_in_the_log_once(
    caplog: pytest.LogCaptureFixture, context: Callable[[float], Any]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError("of the app")

    response = Adapter(app, lifespan="off")(http_api(), context(30))
    assert response == failure_for("http_api")
    assert caplog.text.count("LookupError: of the app") == 1
    assert context(30).aws_request_id in caplog.messages[0]


def test_an_exception_behind_the_reply_does_not_cost_it(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        await send(BODY)
        raise LookupError("too late")

    assert Adapter(app, lifespan="off")(http_api()) == response_for("http_api", body="hello")
    assert "LookupError: too late" in caplog.text


def test_what_is_sent_behind_the_end_of_the_reply_does_no_harm() -> None:
    assert answer(START, BODY, BODY, START) == response_for("http_api", body="hello")


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
@pytest.mark.parametrize("started", [False, True], ids=["before a reply", "behind it"])
def test_an_order_to_stop_propagates(error: BaseException, started: bool) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stop":
            if started:
                await send(START)
                await send(BODY)
            raise error
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    with pytest.raises(type(error)) as raised:
        handler(http_api("/stop"))
    assert raised.value is error
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_an_order_to_stop_from_a_child_task_propagates() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stop":
            async with asyncio.TaskGroup() as group:
                group.create_task(leave())
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    with pytest.raises(SystemExit):
        handler(http_api("/stop"))
    assert handler(http_api()) == response_for("http_api", body="hello")


LEAVING = """
import asyncio, sys
from asgi_lambda import Adapter

async def leave():
    raise SystemExit(3)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if sys.argv[1] == "startup":
            await leave()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("shut down")
        await send({"type": "lifespan.shutdown.complete"})
    elif sys.argv[1] == "app":
        await leave()
    else:
        await asyncio.create_task(leave())

Adapter(app)({"rawPath": "/", "requestContext": {"http": {"method": "GET"}}})
"""


@pytest.mark.parametrize(
    ("where", "output"), [("app", "shut down\n"), ("child task", "shut down\n"), ("startup", "")]
)
def test_an_order_to_stop_ends_the_process_without_a_fuss(where: str, output: str) -> None:
    command = [sys.executable, "-c", LEAVING, where]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, output, "")


def test_an_order_to_stop_propagates_on_a_loop_of_the_callers_own() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        asyncio.run(Adapter(app, lifespan="off").handle(http_api()))


def test_a_request_comes_once_and_whole() -> None:
    received = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        received.append(await receive())
        await send(START)
        await send(BODY)
        received.append(await receive())
        received.append(await receive())

    Adapter(app, lifespan="off")(http_api(method="POST", body="a=1"))
    assert received == [
        {"type": "http.request", "body": b"a=1", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_an_app_that_awaits_the_disconnect_before_it_responds_gets_it_at_the_deadline(
    context: Callable[[float], Any], caplog: pytest.LogCaptureFixture
) -> None:
    received = []
    refused = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        received.append(await receive())
        received.append(await receive())
        try:
            await send(START)
        except OSError as error:
            refused.append(error)

    limit = context(2.0)
    response = Adapter(app, lifespan="off")(http_api(), limit)
    assert response == failure_for("http_api", 504, "Gateway Timeout")
    assert limit.get_remaining_time_in_millis() > 0
    empty = {"type": "http.request", "body": b"", "more_body": False}
    assert received == [empty, {"type": "http.disconnect"}]
    assert len(refused) == 1


def test_a_listener_for_the_disconnect_hears_of_it_when_the_reply_is_complete(
    context: Callable[[float], Any],
) -> None:
    heard = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

        async def listen() -> None:
            heard.append(await receive())

        listener = asyncio.create_task(listen())
        await asyncio.sleep(0)
        assert not listener.done()
        await send(START)
        await send(BODY)
        await listener

    limit = context(5)
    assert Adapter(app, lifespan="off")(http_api(), limit) == response_for("http_api", body="hello")
    assert heard == [{"type": "http.disconnect"}]
    assert limit.get_remaining_time_in_millis() > 4000


async def slowly() -> AsyncIterator[bytes]:
    for piece in (b"one ", b"two ", b"three"):
        await asyncio.sleep(0.001)
        yield piece


def in_a_thread() -> Iterator[bytes]:
    yield from (b"one ", b"two ", b"three")


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("pieces", [slowly, in_a_thread])
def test_every_chunk_of_a_streaming_response_arrives(name: str, pieces: Any) -> None:
    async def endpoint(request: Any) -> StreamingResponse:
        return StreamingResponse(pieces(), media_type="text/event-stream")

    app = Starlette(routes=[Route("/", endpoint)])
    response = Adapter(app, lifespan="off", root_path="")(SOURCES[name]())
    kind = ("content-type", "text/event-stream; charset=utf-8")
    assert response == response_for(name, headers=[kind], body="one two three")


def test_a_streaming_response_passes_through_middleware_that_watches_for_the_client() -> None:
    async def endpoint(request: Any) -> StreamingResponse:
        return StreamingResponse(slowly(), media_type="text/plain")

    class Watching(BaseHTTPMiddleware):
        async def dispatch(self, request: Any, call_next: Any) -> Any:
            assert not await request.is_disconnected()
            return await call_next(request)

    app = Starlette(routes=[Route("/", endpoint)], middleware=[Middleware(Watching)])
    response = Adapter(app, lifespan="off")(http_api())
    assert response["body"] == "one two three"
