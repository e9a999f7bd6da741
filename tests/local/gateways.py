"""Helpers that run a gateway: on a port, without a port, and through a lifespan."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx

from lambda_adapters.local import server as server_module
from lambda_adapters.local.function import Function
from lambda_adapters.local.gateway import Gateway
from tests.local.local_fronts import FrontCase

OK = {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "ok"}
HTTP_API = FrontCase("http-api", {})


@contextlib.contextmanager
def run_server(gateway: Gateway) -> Iterator[httpx.Client]:
    """Run uvicorn on a free port in a thread. Yields a client whose URLs start at the stage."""
    listener = server_module.open_listener("127.0.0.1", 0)
    started = threading.Event()
    server = server_module.create_server(gateway, started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert started.wait(10)
        with httpx.Client(base_url=server_module.url_of(listener, gateway), timeout=10) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


def create_gateway(handler: Any, front_case: FrontCase = HTTP_API, **options: Any) -> Gateway:
    functions = [Function(handler, name="movies")]
    return Gateway(functions, front_case.name, **front_case.options, **options)


def send_request(gateway: Gateway, method: str, url: str, **options: Any) -> httpx.Response:
    """Send one request to the gateway without a port."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, url, **options)

    return asyncio.run(send())


async def do_nothing() -> None:
    pass


async def run_lifespan(
    gateway: Gateway, before_shutdown: Callable[[], Awaitable[None]] = do_nothing
) -> list[Any]:
    """Run startup, `before_shutdown` and shutdown. Returns the types of the gateway's messages."""
    types: list[Any] = []

    async def receive() -> Any:
        if not types:
            return {"type": "lifespan.startup"}
        await before_shutdown()
        return {"type": "lifespan.shutdown"}

    async def send(message: Any) -> None:
        types.append(message["type"])

    await gateway({"type": "lifespan"}, receive, send)
    return types
