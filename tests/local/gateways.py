"""Gateways for the tests: on a port, without one, and through a lifespan."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx

from lambda_adapters.local import server as serving
from lambda_adapters.local.function import Function
from lambda_adapters.local.gateway import Gateway
from tests.local.playing import Played

OK = {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "ok"}


@contextlib.contextmanager
def serving_on_a_port(gateway: Gateway) -> Iterator[httpx.Client]:
    """uvicorn on a free port, in a thread; a client for it, relative to the stage."""
    listener = serving.listening("127.0.0.1", 0)
    up = threading.Event()
    server = serving.server_of(gateway, up.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert up.wait(10)
        with httpx.Client(base_url=serving.url_of(listener, gateway), timeout=10) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive()


def play(handler: Any, played: Played = ("http-api", {}), **options: Any) -> Gateway:
    front, settings = played
    return Gateway([Function(handler, name="movies")], front, **settings, **options)


def asked(gateway: Gateway, method: str, url: str, **options: Any) -> httpx.Response:
    """One request to the gateway without a port."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, url, **options)

    return asyncio.run(ask())


async def nothing() -> None:
    pass


async def lived(gateway: Gateway, meanwhile: Callable[[], Awaitable[None]] = nothing) -> list[Any]:
    """The gateway's answers to a lifespan of startup and shutdown."""
    answers: list[Any] = []

    async def receive() -> Any:
        if not answers:
            return {"type": "lifespan.startup"}
        await meanwhile()
        return {"type": "lifespan.shutdown"}

    async def send(message: Any) -> None:
        answers.append(message["type"])

    await gateway({"type": "lifespan"}, receive, send)
    return answers
