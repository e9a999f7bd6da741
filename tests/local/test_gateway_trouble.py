"""Gateway: what goes wrong, what the client gets and what the terminal says."""

import asyncio
import threading
from typing import Any

import pytest

from tests.local.gateways import OK, asked, play, serving_on_a_port
from tests.local.playing import REFUSALS


@pytest.mark.parametrize("front", REFUSALS)
@pytest.mark.parametrize("error", [LookupError("no such thing"), SystemExit(3)])
def test_a_handler_that_raises_shows_its_traceback_and_the_front_answers(
    front: str, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise error

    reply = asked(play(handler, (front, {})), "GET", "/", headers={"authorization": "s3cret"})

    assert (reply.status_code, reply.text) == REFUSALS[front]
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "test_gateway_trouble.py" in lines[1]
    assert lines[-2].startswith(f"{type(error).__name__}: {error}")
    kind = type(error).__name__
    assert lines[-1] == f"movies: the handler raised {kind}; see the traceback above."
    assert "s3cret" not in shown.err + shown.out


LATE = {
    "rest-api": (504, '{"message": "Endpoint request timed out"}'),
    "http-api": (503, '{"message":"Service Unavailable"}'),
    "http-api-v1": (503, '{"message":"Service Unavailable"}'),
    "function-url": (502, "Internal Server Error"),
    "load-balancer": (
        502,
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
    ),
}


@pytest.mark.parametrize("front", LATE)
def test_a_late_function_costs_the_client_a_timeout_and_its_thread_goes_on(
    front: str, capsys: pytest.CaptureFixture[str]
) -> None:
    free = threading.Event()
    calls = []

    def handler(event: Any, context: Any) -> Any:
        calls.append(event)
        free.wait(10)
        return OK

    gateway = play(handler, (front, {}), timeout=0.1)

    late = asked(gateway, "GET", "/")
    behind_it = asked(gateway, "GET", "/")
    free.set()
    in_time = asked(gateway, "GET", "/third")

    assert in_time.status_code == 200
    assert [(reply.status_code, reply.text) for reply in (late, behind_it)] == [LATE[front]] * 2
    said = (
        "movies: no response after 0.1 s, so the client was told that it timed out. Its thread "
        "is still busy; it takes one event at a time, so the next ones wait until it is done. If "
        "it never will be, press Ctrl-C and start again."
    )
    assert capsys.readouterr().err.splitlines() == [said, said]
    assert len(calls) == 2  # nobody waited for the second one any more


def test_a_malformed_response_is_explained_in_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gateway = play(lambda event, context: {"statusCode": 200, "x": 1}, ("rest-api", {}))

    assert asked(gateway, "GET", "/").status_code == 502
    assert capsys.readouterr().err == (
        "movies: The response is not what rest-api takes: got dict with the keys statusCode, x. "
        "Expected a status, headers and a body under the names and of the types that the front's "
        "page in the documentation has.\n"
    )


def test_a_status_that_uvicorn_cannot_send_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = play(lambda event, context: {"statusCode": 799})

    assert asked(gateway, "GET", "/").status_code == 500
    assert capsys.readouterr().err == (
        "movies: status 799 cannot be sent from here; expected up to 599.\n"
    )


@pytest.mark.parametrize(("front", "size"), [("http-api", 12_000_000), ("load-balancer", 1048577)])
def test_a_body_that_is_too_large_is_not_given_to_the_function(
    front: str, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    with serving_on_a_port(play(handler, (front, {}))) as client:
        reply = client.post("/", content=bytes(size))

    assert reply.status_code == 413
    shown = capsys.readouterr()
    assert shown.err.startswith(f"movies: The request is too large for {front}, which gives a")
    assert f"{size} B in" in shown.out


def test_a_client_that_leaves_before_its_body_is_whole_costs_nothing() -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    messages = iter(
        [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there")

    asyncio.run(play(handler)({"type": "http"}, receive, send))


def test_a_scope_without_raw_path_or_client_will_do() -> None:
    events: list[Any] = []
    sent = []

    def handler(event: Any, context: Any) -> Any:
        events.append(event)
        return OK

    scope = {
        "type": "http",
        "method": "OPTIONS",
        "scheme": "http",
        "path": "*",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(play(handler)(scope, receive, send))

    assert events[0]["rawPath"] == "/*"
    assert events[0]["requestContext"]["domainName"] == "localhost"
    assert sent == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": b"ok"},
    ]


def test_what_is_neither_http_nor_lifespan_is_refused() -> None:
    with pytest.raises(ValueError, match="got 'websocket'"):
        asyncio.run(play(print)({"type": "websocket"}, None, None))  # type: ignore[arg-type]
