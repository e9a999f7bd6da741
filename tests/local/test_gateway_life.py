"""Gateway: its start and its end, and what it says meanwhile."""

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
from tests.local.gateways import OK, asked, lived, play, serving_on_a_port


class Handler:
    """A handler that notes its start and its stop, and may fail at either."""

    def __init__(self, told: list[str], fails: str = "") -> None:
        self._told = told
        self._fails = fails

    def __call__(self, event: Any, context: Any) -> Any:
        self._told.append("event")
        return OK

    def start(self) -> None:
        self._do("start")

    def stop(self) -> None:
        self._do("stop")

    def _do(self, what: str) -> None:
        self._told.append(what)
        if what == self._fails:
            raise LookupError(f"cannot {what}")


def test_functions_start_before_the_first_event_and_stop_at_the_end() -> None:
    told: list[str] = []

    with serving_on_a_port(play(Handler(told))) as client:
        assert told == ["start"]
        client.get("/")
    assert told == ["start", "event", "stop"]


def test_the_lifespan_of_an_app_starts_with_the_gateway() -> None:
    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        for _ in range(2):
            message = await receive()
            told.append(message["type"])
            await send({"type": f"{message['type']}.complete"})

    with serving_on_a_port(play(Adapter(app))):
        assert told == ["lifespan.startup"]
    assert told == ["lifespan.startup", "lifespan.shutdown"]


def test_a_function_that_cannot_start_is_seen_at_once_and_the_others_are_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    third: list[str] = []
    gateway = Gateway(
        [
            Function(Handler(first), ["/a"], "first"),
            Function(Handler(second, fails="start"), ["/b"], "second"),
            Function(Handler(third), ["/c"], "third"),
        ]
    )

    assert asyncio.run(lived(gateway)) == ["lifespan.startup.failed"]
    assert (first, second, third) == (["start", "stop"], ["start"], [])
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2:] == [
        "LookupError: cannot start",
        "second: its start raised LookupError; see the traceback above.",
    ]


def test_a_stop_that_fails_is_shown_and_the_others_stop_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first: list[str] = []
    second: list[str] = []
    gateway = Gateway(
        [
            Function(Handler(first, fails="stop"), ["/a"], "first"),
            Function(Handler(second), ["/b"], "second"),
        ]
    )

    assert asyncio.run(lived(gateway)) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert (first, second) == (["start", "stop"], ["start", "stop"])
    assert capsys.readouterr().err.endswith(
        "first: its stop raised LookupError; see the traceback above.\n"
    )
    assert gateway.stuck is False


def test_a_function_that_is_still_busy_at_the_end_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "_STOP_SECONDS", 0.05)
    free = threading.Event()

    def handler(event: Any, context: Any) -> Any:
        free.wait(10)
        return OK

    gateway = play(handler, timeout=0.05)

    async def request() -> None:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get("/")

    assert asyncio.run(lived(gateway, request)) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    free.set()
    assert gateway.stuck is True
    assert capsys.readouterr().err.splitlines()[-1] == (
        "movies: still busy, so it was not shut down."
    )


def test_a_line_per_request_tells_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = play(lambda event, context: OK, ("rest-api", {"stage": "prod"}))

    asked(gateway, "POST", "/prod/a%20b?token=s3cret", content=b"four")
    asked(gateway, "GET", "/elsewhere", headers={"cookie": "s3cret"})

    lines = [line.split(" ") for line in capsys.readouterr().out.splitlines()]
    times = [line.pop(-8) for line in lines]
    assert all(float(time) >= 0 for time in times)
    assert [" ".join(line) for line in lines] == [
        "POST    /prod/a%20b rest-api movies 200 ms, 4 B in, 2 B out",
        "GET     /elsewhere rest-api - 403 ms, 0 B in, 42 B out",
    ]


@pytest.mark.parametrize(
    ("no_color", "coloured"),
    [(None, True), ("", True), ("1", False)],
)
def test_colours_are_for_terminals_that_want_them(
    no_color: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)

    asked(play(lambda event, context: OK), "GET", "/")

    assert ("\x1b[32m\x1b[1m200\x1b[0m" in terminal.getvalue()) is coloured
    assert ("\x1b" in terminal.getvalue()) is coloured


def test_uvicorn_adds_nothing_to_what_the_gateway_says(capfd: pytest.CaptureFixture[str]) -> None:
    with serving_on_a_port(play(lambda event, context: OK)) as client:
        client.get("/")

    shown = capfd.readouterr()
    assert len(shown.out.splitlines()) == 1
    assert shown.err == ""


def test_a_request_that_is_under_way_at_the_end_is_named_and_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun, release = threading.Event(), threading.Event()

    def handler(event: Any, context: Any) -> Any:
        begun.set()
        release.wait(10)
        return OK

    gateway = play(handler)

    async def end_meanwhile() -> httpx.Response:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            request = asyncio.create_task(client.get("/slow"))
            await asyncio.to_thread(begun.wait, 10)
            request.cancel()
            return await request

    reply = asyncio.run(end_meanwhile())
    release.set()

    assert (reply.status_code, reply.text) == (500, '{"message":"Internal Server Error"}')
    assert "GET /slow was still running and was given up." in capsys.readouterr().err
