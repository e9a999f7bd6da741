"""What would make an environment age or stop: each of these did, before it had a test."""

import asyncio
import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import http_api

EVENT = http_api.event_from_request(Request(), Front())
ROOT = Path(__file__).parents[2]


async def reply(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await reply(send)


def test_an_async_generator_that_is_left_early_is_not_named_as_a_task(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """asyncio closes it in a task of its own: its name is another one each time, so each request
    had a warning, and the names stayed."""
    closed = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async for _ in numbers():
            break
        await reply(send)

    handler = asgi_lambda.Adapter(app, lifespan="off")
    for _ in range(20):
        assert handler(EVENT)["body"] == "ok"
    assert len(closed) > 10
    assert caplog.messages == []


def test_long_header_names_do_not_stay_in_memory() -> None:
    """Clients choose them, 10 KB each: a count alone does not bound a cache."""

    def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ok"]

    adapters: list[Any] = [
        asgi_lambda.Adapter(hello, lifespan="off"),
        wsgi_lambda.Adapter(wsgi_app),
    ]
    tracemalloc.start()
    try:
        for handler in adapters:
            for number in range(300):
                name = f"X-{number:07}".ljust(8_000, "x")
                assert handler({**EVENT, "headers": {name: "1"}})["body"] == "ok"
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1024 * 1024


SWEEPER = """
import asyncio, threading
from asgi_lambda import Adapter

event = {"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}

async def sweep():
    await asyncio.sleep(0)
    for task in asyncio.all_tasks():
        task.cancel()

async def app(scope, receive, send):
    asyncio.create_task(sweep())
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"ok"})

handler = Adapter(app, lifespan="off")
"""


@pytest.mark.parametrize(
    "calls",
    [
        "statuses = [handler(event)['statusCode'] for _ in range(20)]",
        "statuses = []\n"
        "def call():\n"
        "    statuses.extend(handler(event)['statusCode'] for _ in range(20))\n"
        "threads = [threading.Thread(target=call, daemon=True) for _ in range(8)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()",
    ],
    ids=["one thread", "eight threads"],
)
def test_a_request_whose_task_is_cancelled_before_it_began_is_answered(calls: str) -> None:
    """A left-over task that cancels all others hung the next request for ever."""
    done = subprocess.run(
        [sys.executable, "-c", f"{SWEEPER}\n{calls}\nprint(sorted(set(statuses)))"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout in ("[200]\n", "[200, 500]\n")
