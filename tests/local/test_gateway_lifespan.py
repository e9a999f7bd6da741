"""Gateway: startup, shutdown, and what it prints."""

import asyncio
import io
import sys
import threading
from typing import Any

import httpx
import pytest

from asgi_lambda import Adapter
from lambda_adapters.local import gateway as gateway_module
from lambda_adapters.local.function import Function
from lambda_adapters.local.gateway import Gateway
from tests.local.gateways import OK, create_gateway, run_lifespan, run_server, send_request
from tests.local.local_fronts import FrontCase


class Handler:
    """A handler that records its calls. The start or the stop can fail."""

    def __init__(self, calls: list[str], failing_call: str = "") -> None:
        self._calls = calls
        self._failing_call = failing_call

    def __call__(self, event: Any, context: Any) -> Any:
        self._calls.append("event")
        return OK

    def start(self) -> None:
        self._record("start")

    def stop(self) -> None:
        self._record("stop")

    def _record(self, name: str) -> None:
        self._calls.append(name)
        if name == self._failing_call:
            raise LookupError(f"cannot {name}")


def test_functions_start_before_the_first_event_and_stop_at_the_end() -> None:
    calls: list[str] = []

    with run_server(create_gateway(Handler(calls))) as client:
        assert calls == ["start"]
        client.get("/")
    assert calls == ["start", "event", "stop"]


def test_the_lifespan_of_an_app_starts_with_the_gateway() -> None:
    calls = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        for _ in range(2):
            message = await receive()
            calls.append(message["type"])
            await send({"type": f"{message['type']}.complete"})

    with run_server(create_gateway(Adapter(app))):
        assert calls == ["lifespan.startup"]
    assert calls == ["lifespan.startup", "lifespan.shutdown"]


def test_a_function_that_fails_to_start_is_reported_and_others_are_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    third: list[str] = []
    gateway = Gateway(
        [
            Function(Handler(first), ["/a"], "first"),
            Function(Handler(second, failing_call="start"), ["/b"], "second"),
            Function(Handler(third), ["/c"], "third"),
        ]
    )

    assert asyncio.run(run_lifespan(gateway)) == ["lifespan.startup.failed"]
    assert (first, second, third) == (["start", "stop"], ["start"], [])
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2:] == [
        "LookupError: cannot start",
        "second: its start raised LookupError; see the traceback above.",
    ]


def test_a_function_that_fails_to_stop_is_reported_and_others_stop(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    gateway = Gateway(
        [
            Function(Handler(first, failing_call="stop"), ["/a"], "first"),
            Function(Handler(second), ["/b"], "second"),
        ]
    )

    assert asyncio.run(run_lifespan(gateway)) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert (first, second) == (["start", "stop"], ["start", "stop"])
    assert capsys.readouterr().err.endswith(
        "first: its stop raised LookupError; see the traceback above.\n"
    )
    assert gateway.stuck is False


def test_a_function_that_is_busy_at_shutdown_is_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "_STOP_SECONDS", 0.05)
    release = threading.Event()

    def handler(event: Any, context: Any) -> Any:
        release.wait(10)
        return OK

    gateway = create_gateway(handler, timeout=0.05)

    async def request() -> None:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get("/")

    assert asyncio.run(run_lifespan(gateway, request)) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    release.set()
    assert gateway.stuck is True
    assert capsys.readouterr().err.splitlines()[-1] == (
        "movies: still busy, so it was not shut down."
    )


def test_each_request_is_printed_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = create_gateway(lambda event, context: OK, FrontCase("rest-api", {"stage": "prod"}))

    send_request(gateway, "POST", "/prod/a%20b?token=s3cret", content=b"four")
    send_request(gateway, "GET", "/elsewhere", headers={"cookie": "s3cret"})

    lines = [line.split(" ") for line in capsys.readouterr().out.splitlines()]
    times = [line.pop(-8) for line in lines]
    assert all(float(time) >= 0 for time in times)
    assert [" ".join(line) for line in lines] == [
        "POST    /prod/a%20b rest-api movies 200 ms, 4 B in, 2 B out",
        "GET     /elsewhere rest-api - 403 ms, 0 B in, 42 B out",
    ]


@pytest.mark.parametrize(
    ("no_color", "colored"),
    [(None, True), ("", True), ("1", False)],
)
def test_colors_are_used_in_a_terminal_without_no_color(
    no_color: str | None, colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)

    send_request(create_gateway(lambda event, context: OK), "GET", "/")

    assert ("\x1b[32m\x1b[1m200\x1b[0m" in terminal.getvalue()) is colored
    assert ("\x1b" in terminal.getvalue()) is colored


def test_uvicorn_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with run_server(create_gateway(lambda event, context: OK)) as client:
        client.get("/")

    output = capfd.readouterr()
    assert len(output.out.splitlines()) == 1
    assert output.err == ""


def test_a_request_that_is_running_at_shutdown_is_reported_and_gets_a_reply(
    capsys: pytest.CaptureFixture[str],
) -> None:
    started, release = threading.Event(), threading.Event()

    def handler(event: Any, context: Any) -> Any:
        started.set()
        release.wait(10)
        return OK

    gateway = create_gateway(handler)

    async def cancel_request() -> httpx.Response:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            request = asyncio.create_task(client.get("/slow"))
            await asyncio.to_thread(started.wait, 10)
            request.cancel()
            return await request

    reply = asyncio.run(cancel_request())
    release.set()

    assert (reply.status_code, reply.text) == (500, '{"message":"Internal Server Error"}')
    assert "GET /slow was still running at shutdown" in capsys.readouterr().err
