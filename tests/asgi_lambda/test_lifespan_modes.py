"""Lifespans with Starlette, and apps without a lifespan for each value of `lifespan`."""

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
from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import response_for

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}
HELLO = response_for("http_api", body="hello")


def test_events_of_all_sources_share_one_startup() -> None:
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
    for build in BUILDERS.values():
        assert handler(build())["statusCode"] == 200
    assert len(startups) == 1
    handler.stop()


class SessionManager:
    """Like the session manager of the MCP SDK: it can run only once, and requests need it."""

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


def test_a_resource_that_can_only_start_once_works_for_every_request() -> None:
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


def test_a_task_of_the_lifespan_outlives_the_request_that_started_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    manager = SessionManager()
    messages: list[str] = []

    async def session(queue: asyncio.Queue[str]) -> None:
        while (message := await queue.get()) != "close":
            messages.append(message)

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
    assert messages == ["one", "two"]
    assert caplog.messages == []


def test_an_exception_in_a_starlette_shutdown_is_logged_once(
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
    gc.collect()  # asyncio would now log an exception that was never retrieved
    assert caplog.messages[0].startswith("The app's shutdown failed: Traceback")
    assert caplog.text.count("LookupError: the pool is gone") == 1
    assert [record.name for record in caplog.records] == ["lambda_adapters"]


def test_an_exception_in_startup_raises_startup_failed_and_asyncio_logs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
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


def app_without_lifespan(how: str) -> Any:
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


ERRORS = {
    "raises": "raised an exception in its lifespan",
    "raises after receive": "raised an exception in its lifespan",
    "returns": "without 'lifespan.startup.complete'",
    "fails": "no database",
}


@pytest.mark.parametrize(("how", "error"), ERRORS.items())
def test_with_lifespan_on_an_app_without_a_lifespan_raises_startup_failed(
    how: str, error: str
) -> None:
    handler = Adapter(app_without_lifespan(how), lifespan="on")
    for _ in range(2):
        with pytest.raises(StartupFailed, match=error):
            handler(http_api())


@pytest.mark.parametrize("how", ERRORS)
def test_with_lifespan_on_an_app_without_a_lifespan_fails_the_init_phase_on_lambda(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    with pytest.raises(StartupFailed):
        Adapter(app_without_lifespan(how), lifespan="on")


@pytest.mark.parametrize("how", ["raises", "raises after receive", "returns"])
def test_with_lifespan_auto_an_app_without_a_lifespan_is_served(how: str) -> None:
    handler = Adapter(app_without_lifespan(how))
    assert [handler(http_api()), handler(http_api())] == [HELLO, HELLO]
