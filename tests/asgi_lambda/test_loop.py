"""What others do to event loops, and requests that are served all the same."""

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
from tests.event_builders import SOURCES, http_api
from tests.response_reading import response_for

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}


@pytest.fixture(autouse=True)
def _no_current_loop() -> Iterator[None]:
    yield
    asyncio.set_event_loop(None)


@pytest.fixture
def handler() -> Iterator[Any]:
    """An adapter whose app keeps something of the loop's from its startup."""
    kept: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            kept["lock"] = asyncio.Lock()
            kept["loop"] = asyncio.get_running_loop()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        assert kept["loop"] is asyncio.get_running_loop()
        async with kept["lock"]:
            await asyncio.sleep(0)
        await send(START)
        await send(BODY)

    adapter = Adapter(app)
    yield adapter
    adapter.stop()


def run_a_coroutine() -> None:
    asyncio.run(asyncio.sleep(0))


def leave_no_loop() -> None:
    asyncio.set_event_loop(None)


def leave_a_closed_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()


def leave_an_open_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


DISTURBANCES = [run_a_coroutine, leave_no_loop, leave_a_closed_loop, leave_an_open_loop]


@pytest.mark.parametrize("disturb", DISTURBANCES)
def test_requests_are_served_before_and_after(disturb: Callable[[], None], handler: Any) -> None:
    disturb()
    for name, build in SOURCES.items():
        assert handler(build()) == response_for(name, body="hello")
        disturb()


@pytest.mark.parametrize("disturb", DISTURBANCES)
def test_requests_are_served_on_another_thread(disturb: Callable[[], None], handler: Any) -> None:
    def serve() -> Any:
        disturb()
        response = handler(http_api())
        asyncio.set_event_loop(None)
        return response

    for _ in range(3):  # a new thread each time, and one of them starts the lifespan
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(serve).result(10) == response_for("http_api", body="hello")
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_requests_are_served_while_a_loop_runs(handler: Any) -> None:
    async def main() -> list[Any]:
        return [handler(http_api()) for _ in range(3)]

    assert asyncio.run(main()) == [response_for("http_api", body="hello")] * 3
    assert handler(http_api()) == response_for("http_api", body="hello")


def test_requests_are_awaited_on_the_callers_own_loop() -> None:
    started = []
    loops = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            started.append(await receive())
            await send({"type": "lifespan.startup.complete"})
            started.append(await receive())
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
    assert started == [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def test_an_app_may_run_a_loop_of_its_own_in_a_thread() -> None:
    def endpoint(request: Any) -> PlainTextResponse:
        return PlainTextResponse(asyncio.run(asyncio.sleep(0.001, "hello")))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    assert [handler(http_api())["body"] for _ in range(3)] == ["hello"] * 3


COLLECTED = """
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


def test_the_loop_survives_a_garbage_collection() -> None:
    # In a process of its own: here anyio may already hold what the collector would take.
    command = [sys.executable, "-W", "error", "-c", COLLECTED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_loop_is_nobodys_current_one(handler: Any) -> None:
    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)
    try:
        handler(http_api())
        assert asyncio.get_event_loop() is mine
    finally:
        mine.close()
