"""Gateway: errors, the replies that clients get, and what is printed."""

import asyncio
import threading
from typing import Any

import pytest

from tests.local.gateways import OK, create_gateway, run_server, send_request
from tests.local.local_fronts import REFUSALS, FrontCase


@pytest.mark.parametrize("front", REFUSALS)
@pytest.mark.parametrize("error", [LookupError("no such thing"), SystemExit(3)])
def test_an_exception_of_the_handler_is_printed_and_the_front_sends_its_error_reply(
    front: str, error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise error

    reply = send_request(
        create_gateway(handler, FrontCase(front, {})),
        "GET",
        "/",
        headers={"authorization": "s3cret"},
    )

    assert (reply.status_code, reply.text) == REFUSALS[front]
    output = capsys.readouterr()
    lines = output.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert "test_gateway_errors.py" in lines[1]
    assert lines[-2].startswith(f"{type(error).__name__}: {error}")
    name = type(error).__name__
    assert lines[-1] == f"movies: the handler raised {name}; see the traceback above."
    assert "s3cret" not in output.err + output.out


TIMEOUT_REPLIES = {
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


@pytest.mark.parametrize("front", TIMEOUT_REPLIES)
def test_a_late_function_gives_a_timeout_reply_and_keeps_its_thread(
    front: str, capsys: pytest.CaptureFixture[str]
) -> None:
    release = threading.Event()
    calls = []

    def handler(event: Any, context: Any) -> Any:
        calls.append(event)
        release.wait(10)
        return OK

    gateway = create_gateway(handler, FrontCase(front, {}), timeout=0.1)

    first = send_request(gateway, "GET", "/")
    second = send_request(gateway, "GET", "/")
    release.set()
    third = send_request(gateway, "GET", "/third")

    assert third.status_code == 200
    assert [(reply.status_code, reply.text) for reply in (first, second)] == [
        TIMEOUT_REPLIES[front]
    ] * 2
    message = (
        "movies: no response after 0.1 s, so the client got a timeout error. The thread of the "
        "function is still busy; it handles one event at a time, so later events wait. If the "
        "handler never returns, press Ctrl-C and start again."
    )
    assert capsys.readouterr().err.splitlines() == [message, message]
    assert len(calls) == 2  # the second event was dropped: its client had its reply


def test_a_malformed_response_is_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gateway = create_gateway(
        lambda event, context: {"statusCode": 200, "x": 1}, FrontCase("rest-api", {})
    )

    assert send_request(gateway, "GET", "/").status_code == 502
    assert capsys.readouterr().err == (
        "movies: The response is not valid for rest-api: got dict with the keys statusCode, x. "
        "Expected a status, headers and a body with the names and types on the front's page in the "
        "documentation.\n"
    )


def test_a_status_that_uvicorn_cannot_send_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = create_gateway(lambda event, context: {"statusCode": 799})

    assert send_request(gateway, "GET", "/").status_code == 500
    assert capsys.readouterr().err == (
        "movies: status 799 cannot be sent by the local server; expected at most 599.\n"
    )


@pytest.mark.parametrize(("front", "size"), [("http-api", 12_000_000), ("load-balancer", 1048577)])
def test_a_body_that_is_too_large_is_not_passed_to_the_function(
    front: str, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    with run_server(create_gateway(handler, FrontCase(front, {}))) as client:
        reply = client.post("/", content=bytes(size))

    assert reply.status_code == 413
    output = capsys.readouterr()
    assert output.err.startswith(f"movies: The request is too large for {front}, which passes")
    assert f"{size} B in" in output.out


def test_a_client_that_disconnects_during_its_body_gets_no_reply() -> None:
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
        raise AssertionError("the client has disconnected")

    asyncio.run(create_gateway(handler)({"type": "http"}, receive, send))
    assert list(messages) == []


def test_a_scope_does_not_need_raw_path_and_client() -> None:
    events: list[Any] = []
    messages = []

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
        messages.append(message)

    asyncio.run(create_gateway(handler)(scope, receive, send))

    assert events[0]["rawPath"] == "/*"
    assert events[0]["requestContext"]["domainName"] == "localhost"
    assert messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": b"ok"},
    ]


def test_a_websocket_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="got 'websocket'"):
        asyncio.run(create_gateway(print)({"type": "websocket"}, None, None))  # type: ignore[arg-type]
