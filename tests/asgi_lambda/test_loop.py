"""Requests are served even if other code uses or changes the event loop of the thread."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgi_lambda import Adapter
from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import response_for

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}


@pytest.fixture(autouse=True)
def _no_current_loop() -> Iterator[None]:
    yield
    asyncio.set_event_loop(None)


@pytest.fixture
def handler() -> Iterator[Any]:
    """An Adapter whose app keeps objects of the startup's event loop."""
    state: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            state["lock"] = asyncio.Lock()
            state["loop"] = asyncio.get_running_loop()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        assert state["loop"] is asyncio.get_running_loop()
        async with state["lock"]:
            await asyncio.sleep(0)
        await send(START)
        await send(BODY)

    adapter = Adapter(app)
    yield adapter
    adapter.stop()


def run_a_coroutine() -> None:
    asyncio.run(asyncio.sleep(0))


def unset_the_loop() -> None:
    asyncio.set_event_loop(None)


def set_a_closed_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()


def set_a_loop_after_use() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


LOOP_CHANGES = [run_a_coroutine, unset_the_loop, set_a_closed_loop, set_a_loop_after_use]


@pytest.mark.parametrize("change_loops", LOOP_CHANGES)
def test_requests_are_served_after_other_code_changes_the_event_loop(
    change_loops: Callable[[], None], handler: Any
) -> None:
    change_loops()
    for name, build in BUILDERS.items():
        assert handler(build()) == response_for(name, body="hello")
        change_loops()


@pytest.mark.parametrize("change_loops", LOOP_CHANGES)
def test_requests_are_served_in_another_thread(
    change_loops: Callable[[], None], handler: Any
) -> None:
    def serve() -> Any:
        change_loops()
        response = handler(http_api())
        asyncio.set_event_loop(None)
        return response

    for _ in range(3):  # a new thread each time; the first one starts the lifespan
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(serve).result(10) == response_for("http_api", body="hello")
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_requests_are_served_while_a_loop_runs(handler: Any) -> None:
    async def main() -> list[Any]:
        return [handler(http_api()) for _ in range(3)]

    assert asyncio.run(main()) == [response_for("http_api", body="hello")] * 3
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_handle_runs_on_the_callers_loop() -> None:
    lifespan_messages = []
    loops = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            lifespan_messages.append(await receive())
            await send({"type": "lifespan.startup.complete"})
            lifespan_messages.append(await receive())
            return
        loops.append(asyncio.get_running_loop())
        await send(START)
        await send(BODY)

    handler = Adapter(app)

    async def main() -> list[Any]:
        responses = await asyncio.gather(*[handler.handle(http_api()) for _ in range(3)])
        assert loops == [asyncio.get_running_loop()] * 3
        await handler.shutdown()
        return responses

    assert asyncio.run(main()) == [response_for("http_api", body="hello")] * 3
    assert lifespan_messages == [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def test_an_endpoint_in_a_worker_thread_can_call_asyncio_run() -> None:
    def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse(asyncio.run(asyncio.sleep(0.001, "hello")))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    assert [handler(http_api())["body"] for _ in range(3)] == ["hello"] * 3


GARBAGE_COLLECTION = """
import gc, threading
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from asgi_lambda import Adapter

async def first(request):
    return PlainTextResponse("first")

def threaded(request):
    return PlainTextResponse(str(threading.get_ident()))

event = {"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}
handler = Adapter(Starlette(routes=[Route("/", first), Route("/x", threaded)]), lifespan="off")
handler(event)
gc.collect()
print(len({handler(event | {"rawPath": "/x"})["body"] for _ in range(5)}))
"""


def test_the_worker_thread_survives_a_garbage_collection() -> None:
    # In a new process, because in this one anyio may already reference the objects.
    command = [sys.executable, "-W", "error", "-c", GARBAGE_COLLECTION]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (result.stdout, result.stderr) == ("1\n", "")


def test_the_current_event_loop_of_the_thread_does_not_change(handler: Any) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        handler(http_api())
        assert asyncio.get_event_loop() is loop
    finally:
        loop.close()
