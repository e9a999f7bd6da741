"""The lifespan of ASGI apps: once per process, as behind a real server."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgi_lambda import Adapter
from lambda_adapters import StartupFailed
from tests.event_builders import SOURCES, http_api
from tests.response_reading import response_for

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}
HELLO = response_for("http_api", body="hello")


def test_five_requests_are_one_startup_and_no_shutdown() -> None:
    received = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            received.append(await receive())
            await send({"type": "lifespan.startup.complete"})
            received.append(await receive())
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send(START)
        await send(BODY)

    handler = Adapter(app)
    assert [handler(http_api()) for _ in range(5)] == [HELLO] * 5
    assert received == [{"type": "lifespan.startup"}]
    handler.stop()
    assert received == [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def test_a_startup_is_once_whatever_the_sources() -> None:
    startups = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            startups.append(await receive())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await send(START)
        await send(BODY)

    handler = Adapter(app)
    for build in SOURCES.values():
        assert handler(build())["statusCode"] == 200
    assert len(startups) == 1
    handler.stop()


class SessionManager:
    """Like that of the MCP SDK: it may be run once, and requests need it running."""

    def __init__(self) -> None:
        self._ran = False
        self._tasks: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        if self._ran:
            raise RuntimeError("run() can only be called once per instance")
        self._ran = True
        async with asyncio.TaskGroup() as self._tasks:
            yield
        self._tasks = None

    async def handle(self) -> str:
        if self._tasks is None:
            raise RuntimeError("the task group is not initialized")
        return await self._tasks.create_task(asyncio.sleep(0.001, "served"))


def test_a_session_manager_that_may_start_once_serves_every_request() -> None:
    manager = SessionManager()

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        async with manager.run():
            yield

    async def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse(await manager.handle())

    handler = Adapter(Starlette(routes=[Route("/", endpoint)], lifespan=lifespan))
    assert [handler(http_api())["body"] for _ in range(3)] == ["served"] * 3
    handler.stop()


def test_a_session_outlives_the_request_that_opened_it(caplog: pytest.LogCaptureFixture) -> None:
    manager = SessionManager()
    heard: list[str] = []

    async def session(queue: asyncio.Queue[str]) -> None:
        while (message := await queue.get()) != "close":
            heard.append(message)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
        async with manager.run(), asyncio.TaskGroup() as sessions:
            yield {"sessions": sessions}

    async def endpoint(request: Any) -> PlainTextResponse:
        if request.method == "POST":
            queue: asyncio.Queue[str] = asyncio.Queue()
            app.state.queue = queue
            request.state.sessions.create_task(session(queue))
        app.state.queue.put_nowait(request.url.query)
        await asyncio.sleep(0)
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])], lifespan=lifespan)
    handler = Adapter(app)
    with caplog.at_level(logging.ERROR):
        for method, query in [("POST", "one"), ("GET", "two"), ("GET", "close")]:
            assert handler(http_api(method=method, query=query))["body"] == "ok"
        handler.stop()
    assert heard == ["one", "two"]
    assert caplog.messages == []


def test_an_exception_in_shutdown_is_logged_once_and_costs_no_reply(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        yield
        raise LookupError("the pool is gone")

    async def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    handler = Adapter(Starlette(routes=[Route("/", endpoint)], lifespan=lifespan))
    assert handler(http_api())["statusCode"] == 200
    handler.stop()
    del handler
    gc.collect()  # what nobody retrieved would be logged by asyncio now
    assert caplog.text.count("LookupError: the pool is gone") == 1
    assert [record.name for record in caplog.records] == ["lambda_adapters"]


def test_an_exception_in_startup_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        raise LookupError("no database")
        yield

    handler = Adapter(Starlette(lifespan=lifespan))
    with pytest.raises(StartupFailed, match="LookupError: no database"):
        handler(http_api())
    del handler
    gc.collect()
    assert [record.name for record in caplog.records if record.name == "asyncio"] == []


def test_a_bare_exception_in_shutdown_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            raise LookupError("the pool is gone")
        await send(START)
        await send(BODY)

    handler = Adapter(app)
    assert handler(http_api()) == HELLO
    handler.stop()
    assert "LookupError: the pool is gone" in caplog.text


def rejecting(how: str) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await send(START)
            await send(BODY)
        elif how == "raises":
            raise NotImplementedError("only http")
        elif how == "raises after receive":
            await receive()
            raise NotImplementedError("only http")
        elif how == "fails":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no database"})

    return app


HOWS = ["raises", "raises after receive", "returns", "fails"]


@pytest.mark.parametrize("how", HOWS)
def test_an_app_that_rejects_the_lifespan_does_not_start_where_it_must(how: str) -> None:
    handler = Adapter(rejecting(how), lifespan="on")
    for _ in range(2):
        with pytest.raises(StartupFailed):
            handler(http_api())


@pytest.mark.parametrize("how", HOWS)
def test_an_app_that_rejects_the_lifespan_fails_init_on_lambda_where_it_must(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    with pytest.raises(StartupFailed):
        Adapter(rejecting(how), lifespan="on")


@pytest.mark.parametrize("how", ["raises", "raises after receive", "returns"])
def test_an_app_that_knows_no_lifespan_is_served_under_auto(how: str) -> None:
    handler = Adapter(rejecting(how))
    assert [handler(http_api()), handler(http_api())] == [HELLO, HELLO]


def test_an_app_whose_startup_fails_is_not_served_under_auto_either() -> None:
    with pytest.raises(StartupFailed, match="no database"):
        Adapter(rejecting("fails"))(http_api())


def test_without_a_lifespan_the_app_is_never_asked() -> None:
    kinds = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kinds.append(scope["type"])
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    assert [handler(http_api()), handler(http_api())] == [HELLO, HELLO]
    assert kinds == ["http", "http"]


def test_each_request_has_its_own_copy_of_the_state() -> None:
    seen = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
        yield {"pool": ["shared"]}

    async def endpoint(request: Any) -> PlainTextResponse:
        seen.append(dict(request.scope["state"]))
        request.state.user = "me"
        return PlainTextResponse("hello")

    handler = Adapter(Starlette(routes=[Route("/", endpoint)], lifespan=lifespan))
    handler(http_api())
    handler(http_api())
    assert seen == [{"pool": ["shared"]}] * 2
    assert seen[0]["pool"] is seen[1]["pool"]
    handler.stop()
