"""Regression tests for leaks and hangs that the long-life test found."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import asgi_lambda
from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import http_api

EVENT = http_api.event_from_request(Request(), Front())
ROOT = Path(__file__).parents[2]


async def reply(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await reply(send)


def test_an_async_generator_that_is_not_exhausted_is_not_an_unfinished_task(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """asyncio closes it in a task with a new name each time, so that each request logged a warning
    and the names were kept."""
    ends = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            ends.append(True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async for _ in numbers():
            break
        await reply(send)

    handler = asgi_lambda.Adapter(app, lifespan="off")
    for _ in range(20):
        assert handler(EVENT)["body"] == "ok"
    assert len(ends) > 10
    assert caplog.messages == []


CANCEL_ALL_SCRIPT = """
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
def test_a_request_whose_task_is_cancelled_before_it_starts_gets_a_response(calls: str) -> None:
    """An unfinished task that cancels all tasks made the next request hang."""
    result = subprocess.run(
        [sys.executable, "-c", f"{CANCEL_ALL_SCRIPT}\n{calls}\nprint(sorted(set(statuses)))"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout in ("[200]\n", "[200, 500]\n")
