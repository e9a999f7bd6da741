"""close() of a WSGI app's iterable: called once, whatever happens, as a real server calls it."""

from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest
from flask import Flask, Response

from tests.event_builders import SOURCES, http_api
from tests.response_reading import failure_for, response_for
from wsgi_lambda import Adapter

PLAIN = [("Content-Type", "text/plain")]
SENT = [("content-type", "text/plain")]


class Closing:
    """An iterable that counts how often it is closed, and may break."""

    def __init__(self, chunks: Iterable[bytes], breaks: bool = False) -> None:
        self.chunks = chunks
        self._breaks = breaks
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        if self._breaks:
            raise LookupError("half way")

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_iterable_is_closed_once(name: str, method: str) -> None:
    closing = Closing([b"hello"])

    def app(environ: Any, start_response: Any) -> Closing:
        start_response("200 OK", PLAIN)
        return closing

    response = Adapter(validator(app))(SOURCES[name](method=method))
    body = "hello" if method == "GET" else ""
    assert response == response_for(name, headers=SENT, body=body)
    assert closing.closed == 1


@pytest.mark.parametrize(
    ("closing", "headers"),
    [
        pytest.param(Closing([b"hello"], breaks=True), PLAIN, id="it raises"),
        pytest.param(Closing([b"hello"]), [("X", "a\r\nb")], id="bad header"),
        pytest.param(Closing(["hello"]), PLAIN, id="text"),  # type: ignore[list-item]
        pytest.param(Closing([b"x" * 7_000_000]), PLAIN, id="7 MB"),
        pytest.param(Closing([b"hello"]), [("Content-Length", "1")], id="too long"),
    ],
)
def test_an_iterable_is_closed_once_whatever_goes_wrong(closing: Closing, headers: Any) -> None:
    def app(environ: Any, start_response: Any) -> Closing:
        start_response("200 OK", headers)
        return closing

    assert Adapter(app)(http_api()) == failure_for("http_api")
    assert closing.closed == 1


def test_an_exception_in_close_does_not_cost_the_reply(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(list[bytes]):
        def close(self) -> None:
            raise LookupError("in close")

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return Failing([b"hello"])

    expected = response_for("http_api", headers=SENT, body="hello")
    assert Adapter(app)(http_api()) == expected
    assert "LookupError: in close" in caplog.text


def test_what_flask_tears_down_is_torn_down() -> None:
    ended = []
    app = Flask("closing")
    app.teardown_request(lambda error: ended.append("request"))

    def endpoint() -> Response:
        def pieces() -> Iterator[str]:
            try:
                yield "one "
                yield "two"
            finally:
                ended.append("stream")

        response = Response(pieces(), mimetype="text/plain")
        response.call_on_close(lambda: ended.append("response"))
        return response

    app.add_url_rule("/", "endpoint", endpoint)
    assert Adapter(app)(http_api())["body"] == "one two"
    assert sorted(ended) == ["request", "response", "stream"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
def test_an_order_to_stop_propagates(error: BaseException) -> None:
    closing = Closing([])

    def app(environ: Any, start_response: Any) -> Any:
        def chunks() -> Iterator[bytes]:
            raise error
            yield b""

        start_response("200 OK", PLAIN)
        closing.chunks = chunks()
        return closing

    with pytest.raises(type(error)) as raised:
        Adapter(app)(http_api())
    assert raised.value is error
    assert closing.closed == 1
