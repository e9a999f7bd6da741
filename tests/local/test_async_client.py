"""AsyncClient: the client's twin on the test's own loop."""

import asyncio
import threading
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters.local import AsyncClient
from tests.local.playing import MakeHandler, Played, Seen


def test_every_front_serves_an_async_test(played: Played, make_handler: MakeHandler) -> None:
    front, settings = played

    def answer(seen: Seen) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = [("content-type", "image/png"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        return 201, headers, f"{seen.method} {seen.root} {seen.path} ".encode() + seen.body

    async def test() -> None:
        async with AsyncClient(make_handler(answer), front, **settings) as client:
            reply = await client.post("/a%20b", content=b"\x00\xff")
        root = "/prod" if "stage" in settings else ""
        assert reply.status_code == 201
        assert reply.content == f"POST {root} /a b ".encode() + b"\x00\xff"
        assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]

    asyncio.run(test())


def test_an_asgi_app_runs_on_the_tests_loop_from_startup_to_shutdown() -> None:
    loops = []
    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                told.append(message["type"])
                await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def test() -> None:
        async with AsyncClient(Adapter(app), "http-api") as client:
            await asyncio.gather(client.get("/"), client.get("/"))
            assert told == ["lifespan.startup"]
        assert told == ["lifespan.startup", "lifespan.shutdown"]
        assert loops == [asyncio.get_running_loop()] * 3

    asyncio.run(test())


def test_requests_of_an_asgi_app_overlap() -> None:
    async def test() -> None:
        both = asyncio.Barrier(2)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await both.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        client = AsyncClient(Adapter(app, lifespan="off"), "http-api")
        async with asyncio.timeout(5):
            replies = await asyncio.gather(client.get("/"), client.get("/"))
        assert [reply.status_code for reply in replies] == [200, 200]

    asyncio.run(test())


def test_a_handler_without_handle_runs_in_a_thread_and_is_stopped_there() -> None:
    class Handler:
        def __init__(self) -> None:
            self.calls: list[str] = []

        def __call__(self, event: Any, context: Any) -> Any:
            assert threading.current_thread() is not threading.main_thread()
            self.calls.append(event["rawPath"])
            return {"statusCode": 200}

        def stop(self) -> None:
            self.calls.append("stop")

    handler = Handler()

    async def test() -> None:
        async with AsyncClient(handler, "http-api") as client:
            assert (await client.get("/x")).status_code == 200

    asyncio.run(test())
    assert handler.calls == ["/x", "stop"]


def test_exceptions_reach_the_test_unless_they_are_not_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise LookupError("no such thing")

    async def test() -> None:
        with pytest.raises(LookupError, match="no such thing"):
            await AsyncClient(handler).get("/")
        reply = await AsyncClient(handler, raise_exceptions=False).get("/")
        assert (reply.status_code, reply.text) == (502, '{"message": "Internal server error"}')

    asyncio.run(test())
    assert caplog.messages == ["The handler raised an exception."]


def test_the_fronts_own_answers_need_no_handler(caplog: pytest.LogCaptureFixture) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    async def test() -> None:
        client = AsyncClient(handler, "http-api", stage="prod")
        assert (await client.get("https://testserver/dev")).status_code == 404
        assert (await client.post("/", content=bytes(7_000_000))).status_code == 413

    asyncio.run(test())
    assert len(caplog.messages) == 1
