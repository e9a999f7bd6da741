"""ASGI apps with errors, with SystemExit and with streaming responses."""

import asyncio
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
from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import error_response_for, response_for

Message = dict[str, Any]
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"hello"}


def answer(*messages: Any, name: str = "http_api") -> Any:
    """The response when an app sends these messages and returns."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return Adapter(app, lifespan="off")(BUILDERS[name]())


@pytest.mark.parametrize("name", BUILDERS)
def test_an_app_that_returns_without_a_reply_gives_500(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert answer(name=name) == error_response_for(name)
    [message] = caplog.messages
    assert "The app returned without a response" in message


@pytest.mark.parametrize("name", BUILDERS)
def test_an_incomplete_reply_gives_500(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert answer(START, {**BODY, "more_body": True}, name=name) == error_response_for(name)
    [message] = caplog.messages
    assert "in the middle of its response" in message


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
@pytest.mark.parametrize("after_reply", [False, True], ids=["before the reply", "after the reply"])
def test_system_exit_and_keyboard_interrupt_propagate(
    error: BaseException, after_reply: bool, make_context: Callable[[float], Any]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stop":
            if after_reply:
                await send(START)
                await send(BODY)
            raise error
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    with pytest.raises(type(error)) as raised:
        handler(http_api("/stop"), make_context(30))
    assert raised.value is error
    assert handler(http_api(), make_context(30)) == response_for("http_api", body="hello")


def test_system_exit_in_a_child_task_propagates() -> None:
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


EXIT_SCRIPT = """
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
def test_system_exit_ends_the_process_with_its_code_and_no_other_output(
    where: str, output: str
) -> None:
    command = [sys.executable, "-c", EXIT_SCRIPT, where]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (3, output, "")


def test_a_waiting_receive_gets_the_disconnect_when_the_reply_is_complete(
    make_context: Callable[[float], Any],
) -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

        async def listen() -> None:
            messages.append(await receive())

        listener = asyncio.create_task(listen())
        await asyncio.sleep(0)
        assert not listener.done()
        await send(START)
        await send(BODY)
        await listener

    context = make_context(5)
    response = Adapter(app, lifespan="off")(http_api(), context)
    assert response == response_for("http_api", body="hello")
    assert messages == [{"type": "http.disconnect"}]
    assert context.get_remaining_time_in_millis() > 4000


async def async_chunks() -> AsyncIterator[bytes]:
    for chunk in (b"one ", b"two ", b"three"):
        await asyncio.sleep(0.001)
        yield chunk


def sync_chunks() -> Iterator[bytes]:
    yield from (b"one ", b"two ", b"three")


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("chunks", [async_chunks, sync_chunks])
def test_the_chunks_of_a_streaming_response_are_joined(name: str, chunks: Any) -> None:
    async def endpoint(request: Any) -> StreamingResponse:
        return StreamingResponse(chunks(), media_type="text/event-stream")

    app = Starlette(routes=[Route("/", endpoint)])
    response = Adapter(app, lifespan="off", root_path="")(BUILDERS[name]())
    kind = ("content-type", "text/event-stream; charset=utf-8")
    assert response == response_for(name, headers=[kind], body="one two three")


def test_a_streaming_response_works_with_middleware_that_checks_for_a_disconnect() -> None:
    async def endpoint(request: Any) -> StreamingResponse:
        return StreamingResponse(async_chunks(), media_type="text/plain")

    class DisconnectCheck(BaseHTTPMiddleware):
        async def dispatch(self, request: Any, call_next: Any) -> Any:
            assert not await request.is_disconnected()
            return await call_next(request)

    app = Starlette(routes=[Route("/", endpoint)], middleware=[Middleware(DisconnectCheck)])
    response = Adapter(app, lifespan="off")(http_api())
    assert response["body"] == "one two three"
