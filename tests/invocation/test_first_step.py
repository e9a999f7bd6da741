"""start_task runs the first step of a task at once if the loop is idle, else on the loop."""

import asyncio
import contextvars
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters.invocation import first_step
from lambda_adapters.invocation.environment import environment
from lambda_adapters.invocation.first_step import start_task
from tests.event_builders import http_api

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"ok"}


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def start_two_steps(loop: Any) -> tuple[list[str], "asyncio.Task[None]"]:
    """The steps that a task has run when `start_task` returns, and the task."""
    steps: list[str] = []

    async def work() -> None:
        steps.append("first")
        await asyncio.sleep(0)
        steps.append("second")

    return steps, start_task(work, loop)


def test_on_an_idle_loop_the_first_step_runs_at_once(
    loop: asyncio.AbstractEventLoop,
) -> None:
    steps, task = start_two_steps(loop)
    assert (steps, task.done()) == (["first"], False)

    loop.run_until_complete(task)
    assert (steps, task.done()) == (["first", "second"], True)


def add_callback(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(lambda: None)


def add_timer(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(0, lambda: None)


def add_signal_handler(loop: asyncio.AbstractEventLoop) -> None:
    loop.add_signal_handler(10, lambda: None)


def add_socket(loop: asyncio.AbstractEventLoop) -> None:
    reader, writer = socket.socketpair()

    def read() -> None:
        loop.remove_reader(reader)
        reader.close()

    loop.add_reader(reader, read)
    writer.close()


def disable_first_step(loop: asyncio.AbstractEventLoop) -> None:
    first_step.enabled = False


@pytest.mark.parametrize(
    "make_busy", [add_callback, add_timer, add_signal_handler, add_socket, disable_first_step]
)
def test_on_a_busy_loop_the_first_step_waits_for_the_loop(
    make_busy: Callable[[Any], None],
    loop: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_step, "enabled", True)
    make_busy(loop)

    steps, task = start_two_steps(loop)
    assert steps == []

    loop.run_until_complete(task)
    assert steps == ["first", "second"]


def test_on_a_loop_of_another_library_the_first_step_waits_for_the_loop(
    loop: asyncio.AbstractEventLoop,
) -> None:
    class Other:
        """A loop with only the public methods of asyncio's loops."""

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            return getattr(loop, name)

    steps, task = start_two_steps(Other())
    assert steps == []

    while not task.done():
        loop.run_until_complete(asyncio.sleep(0))
    assert steps == ["first", "second"]


def test_the_first_step_runs_with_the_same_loop_task_and_context_as_later_steps(
    loop: asyncio.AbstractEventLoop,
) -> None:
    variable = contextvars.ContextVar("variable", default="")
    contexts: list[Any] = []

    async def generate() -> AsyncIterator[int]:
        yield 1

    async def work() -> None:
        for _ in range(2):
            task = asyncio.current_task()
            assert task is not None
            hooks = sys.get_asyncgen_hooks()
            contexts.append(
                (asyncio.get_running_loop(), task.get_name(), hooks.firstiter, variable.get())
            )
            async for _number in generate():
                await asyncio.sleep(0)

    variable.set("the caller's")
    before = sys.get_asyncgen_hooks()
    task = start_task(work, loop)
    after = sys.get_asyncgen_hooks()
    running = asyncio._get_running_loop()
    loop.run_until_complete(task)

    assert contexts[0] == contexts[1]
    assert contexts[0][:2] == (loop, "request")
    assert (after, running, loop.is_running()) == (before, None, False)


def test_an_app_can_stop_the_loop_in_its_first_step() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    assert [handler(http_api())["body"] for _ in range(2)] == ["ok", "ok"]


@pytest.mark.parametrize("enabled", [True, False])
def test_tasks_of_an_app_run_even_if_requests_end_in_the_first_step(
    enabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_step, "enabled", enabled)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["task"] = asyncio.create_task(tick())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            scope["state"]["task"].cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send(START)
        await send(BODY)

    handler = Adapter(app)
    handler(http_api())
    before = ticks
    for _ in range(10):
        handler(http_api())
    handler.stop()
    assert ticks - before >= 10


def test_a_timer_runs_even_if_requests_end_in_the_first_step() -> None:
    calls: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not calls:
            asyncio.get_running_loop().call_later(0, calls.append, 1)
        await send(START)
        await send(BODY)

    handler = Adapter(app, lifespan="off")
    for _ in range(1000):
        handler(http_api())
        if calls:
            break
    assert calls != []
    assert environment.loop.is_closed() is False


@pytest.mark.parametrize(("value", "enabled"), [("off", "False"), ("", "True"), ("on", "True")])
def test_an_environment_variable_disables_the_first_step(value: str, enabled: str) -> None:
    code = "from lambda_adapters.invocation import first_step; print(first_step.enabled)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"LAMBDA_ADAPTERS_FIRST_STEP": value},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"{enabled}\n"
