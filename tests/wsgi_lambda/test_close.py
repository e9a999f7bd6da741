"""close() of a WSGI app's iterable is called once, also after an error."""

from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from flask import Flask, Response

from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import error_response_for, response_for
from wsgi_lambda import Adapter

PLAIN = [("Content-Type", "text/plain")]
PLAIN_SENT = [("content-type", "text/plain")]


class ClosableChunks:
    """An iterable that counts its close() calls. With `fails`, its iteration raises."""

    def __init__(self, chunks: Iterable[bytes], fails: bool = False) -> None:
        self.chunks = chunks
        self._breaks = fails
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        if self._breaks:
            raise LookupError("after the chunks")

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_iterable_is_closed_once(name: str, method: str) -> None:
    chunks = ClosableChunks([b"hello"])

    def app(environ: Any, start_response: Any) -> ClosableChunks:
        start_response("200 OK", PLAIN)
        return chunks

    response = Adapter(validator(app))(BUILDERS[name](method=method))
    body = "hello" if method == "GET" else ""
    assert response == response_for(name, headers=PLAIN_SENT, body=body)
    assert chunks.closed == 1


@pytest.mark.parametrize(
    ("chunks", "headers"),
    [
        pytest.param(ClosableChunks([b"hello"], fails=True), PLAIN, id="it raises"),
        pytest.param(ClosableChunks([b"hello"]), [("X", "a\r\nb")], id="bad header"),
        pytest.param(ClosableChunks(["hello"]), PLAIN, id="text"),  # type: ignore[list-item]
        pytest.param(ClosableChunks([b"x" * 7_000_000]), PLAIN, id="7 MB"),
        pytest.param(ClosableChunks([b"hello"]), [("Content-Length", "1")], id="too long"),
    ],
)
def test_the_iterable_is_closed_once_after_an_error(chunks: ClosableChunks, headers: Any) -> None:
    def app(environ: Any, start_response: Any) -> ClosableChunks:
        start_response("200 OK", headers)
        return chunks

    assert Adapter(app)(http_api()) == error_response_for("http_api")
    assert chunks.closed == 1


def test_an_exception_in_close_is_logged_and_the_reply_is_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class CloseFails(list[bytes]):
        def close(self) -> None:
            raise LookupError("in close")

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return CloseFails([b"hello"])

    expected = response_for("http_api", headers=PLAIN_SENT, body="hello")
    assert Adapter(app)(http_api()) == expected
    assert caplog.messages == ["The app raised an exception after its reply, in close()."]
    assert "LookupError: in close" in caplog.text


def test_the_teardown_functions_of_flask_run() -> None:
    calls = []
    app = Flask("closing")
    app.teardown_request(lambda error: calls.append("request"))

    def endpoint() -> Response:
        def stream() -> Iterator[str]:
            try:
                yield "one "
                yield "two"
            finally:
                calls.append("stream")

        response = Response(stream(), mimetype="text/plain")
        response.call_on_close(lambda: calls.append("response"))
        return response

    app.add_url_rule("/", "endpoint", endpoint)
    assert Adapter(app)(http_api())["body"] == "one two"
    assert sorted(calls) == ["request", "response", "stream"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
def test_system_exit_and_keyboard_interrupt_during_iteration_propagate(
    error: BaseException,
) -> None:
    chunks = ClosableChunks([])

    def app(environ: Any, start_response: Any) -> Any:
        def raise_error() -> Iterator[bytes]:
            raise error
            yield b""

        start_response("200 OK", PLAIN)
        chunks.chunks = raise_error()
        return chunks

    with pytest.raises(type(error)) as raised:
        Adapter(app)(http_api())
    assert raised.value is error
    assert chunks.closed == 1
