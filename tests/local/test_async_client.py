"""AsyncClient: like Client, on the event loop of the test."""

import asyncio
import threading
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters.local import AsyncClient
from tests.local.local_fronts import AppRequest, FrontCase, MakeHandler, ViewReply


def test_an_async_client_works_with_every_front(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    front, settings = front_case

    def view(request: AppRequest) -> ViewReply:
        headers = [("content-type", "image/png"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        return (
            201,
            headers,
            f"{request.method} {request.root_path} {request.path} ".encode() + request.body,
        )

    async def test() -> None:
        async with AsyncClient(make_handler(view), front, **settings) as client:
            reply = await client.post("/a%20b", content=b"\x00\xff")
        root = front_case.root_path
        assert reply.status_code == 201
        assert reply.content == f"POST {root} /a b ".encode() + b"\x00\xff"
        assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]

    asyncio.run(test())


def test_an_asgi_app_runs_on_the_loop_of_the_test_from_startup_to_shutdown() -> None:
    loops = []
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                messages.append(message["type"])
                await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def test() -> None:
        async with AsyncClient(Adapter(app), "http-api") as client:
            await asyncio.gather(client.get("/"), client.get("/"))
            assert messages == ["lifespan.startup"]
        assert messages == ["lifespan.startup", "lifespan.shutdown"]
        assert loops == [asyncio.get_running_loop()] * 3

    asyncio.run(test())


def test_requests_to_an_asgi_app_run_concurrently() -> None:
    async def test() -> None:
        barrier = asyncio.Barrier(2)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await barrier.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        client = AsyncClient(Adapter(app, lifespan="off"), "http-api")
        async with asyncio.timeout(5):
            replies = await asyncio.gather(client.get("/"), client.get("/"))
        assert [reply.status_code for reply in replies] == [200, 200]

    asyncio.run(test())


def test_a_handler_without_handle_runs_in_a_thread_and_stops_with_the_client() -> None:
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


def test_exceptions_are_raised_in_the_test_unless_raise_exceptions_is_false(
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


def test_replies_of_the_front_do_not_call_the_handler(caplog: pytest.LogCaptureFixture) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    async def test() -> None:
        client = AsyncClient(handler, "http-api", stage="prod")
        assert (await client.get("https://testserver/dev")).status_code == 404
        assert (await client.post("/", content=bytes(7_000_000))).status_code == 413

    asyncio.run(test())
    assert len(caplog.messages) == 1
