"""Apps that keep to PEP 3333 or break it, answered as a real server answers them."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest

from tests.event_builders import SOURCES, http_api
from tests.response_reading import failure_for, response_for
from wsgi_lambda import Adapter

PLAIN = [("Content-Type", "text/plain")]
SENT = [("content-type", "text/plain")]
Contexts = Callable[[float], Any]


@pytest.mark.parametrize("name", SOURCES)
def test_a_generator_that_starts_late_has_its_own_status(name: str) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("201 Created", PLAIN)
        yield b"made "
        yield b"it"

    response = Adapter(app)(SOURCES[name]())
    expected = response_for(name, 201, SENT, "made it")
    if name.startswith("load_balancer"):
        expected["statusDescription"] = "201 Created"
    assert response == expected


def test_a_generator_without_a_body_has_its_own_status() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("202 Accepted", PLAIN)
        return
        yield b""

    assert Adapter(app)(http_api()) == response_for("http_api", 202, SENT)


@pytest.mark.parametrize("name", SOURCES)
def test_an_error_page_before_any_output_replaces_the_reply(name: str) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("X-Draft", "1")])
        try:
            raise LookupError("of the app")
        except LookupError:
            start_response("500 Internal Server Error", PLAIN, sys.exc_info())
        return [b"sorry"]

    response = Adapter(validator(app))(SOURCES[name]())
    assert response == response_for(name, 500, SENT, "sorry")


def test_an_error_page_of_a_generator_before_its_output_replaces_the_reply() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b""
        try:
            raise LookupError("of the app")
        except LookupError:
            start_response("503 Service Unavailable", PLAIN, sys.exc_info())
        yield b"sorry"

    assert Adapter(app)(http_api()) == response_for("http_api", 503, SENT, "sorry")


def test_an_error_page_behind_output_raises_the_error_and_is_a_500(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b"half"
        error = LookupError("of the app")
        try:
            raise error
        except LookupError:
            try:
                start_response("500 Oops", PLAIN, sys.exc_info())
            except LookupError as again:
                raised.append(again is error)
                raise
        yield b"never"

    assert Adapter(app)(http_api()) == failure_for("http_api")
    assert raised == [True]
    assert caplog.text.count("LookupError: of the app") == 1


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_written_inside_the_iterator_keeps_its_place(name: str) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        write = start_response("200 OK", PLAIN)

        def chunks() -> Iterator[bytes]:
            write(b"1")
            yield b"2"
            write(b"3")
            yield b"4"

        return chunks()

    assert Adapter(validator(app))(SOURCES[name]()) == response_for(name, 200, SENT, "1234")


def test_what_is_written_before_the_iterable_comes_first() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", PLAIN)(b"first ")
        return [b"second"]

    response = Adapter(app)(http_api())
    assert response == response_for("http_api", 200, SENT, "first second")


def started_twice(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", PLAIN)
    start_response("200 OK", [("X-Two", "2")])
    return [b"hello"]


def started_twice_with_null(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", PLAIN)
    start_response("200 OK", PLAIN, None)
    return [b"hello"]


def never_started(environ: Any, start_response: Any) -> list[bytes]:
    return [b"hello"]


def never_started_and_empty(environ: Any, start_response: Any) -> list[bytes]:
    return []


def no_iterable(environ: Any, start_response: Any) -> None:
    start_response("200 OK", PLAIN)


def raising(environ: Any, start_response: Any) -> list[bytes]:
    raise LookupError("of the app")


def raising_half_way(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    yield b"half"
    raise LookupError("of the app")


def starting_with(status: Any, headers: Any) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, headers)
        return [b"hello"]

    return app


def text_body(environ: Any, start_response: Any) -> list[str]:
    start_response("200 OK", PLAIN)
    return ["hello"]


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(started_twice, id="start_response twice"),
        pytest.param(started_twice_with_null, id="start_response twice, exc_info None"),
        pytest.param(never_started, id="no start_response"),
        pytest.param(never_started_and_empty, id="nothing at all"),
        pytest.param(no_iterable, id="None returned"),
        pytest.param(raising, id="an exception"),
        pytest.param(raising_half_way, id="an exception half way"),
        pytest.param(text_body, id="text as body"),
        pytest.param(starting_with(200, PLAIN), id="status as number"),
        pytest.param(starting_with("abc", PLAIN), id="status without code"),
        pytest.param(starting_with("200 O\r\nK", PLAIN), id="CRLF in reason"),
        pytest.param(starting_with("200 OK", [("X-A", "1\r\nSet-Cookie: b=2")]), id="CRLF"),
        pytest.param(starting_with("200 OK", [("X-A", "1\nX-B: 2")]), id="LF"),
        pytest.param(starting_with("200 OK", [("X-A\r\nX-B", "1")]), id="CRLF in name"),
        pytest.param(starting_with("200 OK", [("X-A", "10 €")]), id="outside latin-1"),
        pytest.param(starting_with("200 OK", [("X-A", 1)]), id="number as value"),
        pytest.param(starting_with("200 OK", [("X-A", b"1")]), id="bytes as value"),
        pytest.param(starting_with("200 OK", None), id="no headers"),
        pytest.param(starting_with("200 OK", [("Content-Length", "9")]), id="too short"),
    ],
)
@pytest.mark.parametrize("name", ["http_api", "load_balancer"])
def test_a_broken_app_is_a_500_and_one_line_in_the_log(
    app: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Adapter(app)(SOURCES[name]()) == failure_for(name)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_late_app_is_named_in_the_log_while_it_runs_and_its_reply_is_sent(
    context: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    heard = []

    def query_the_database() -> None:
        time.sleep(2.5)
        heard.extend(caplog.messages)

    def app(environ: Any, start_response: Any) -> list[bytes]:
        query_the_database()
        start_response("200 OK", PLAIN)
        return [b"hello"]

    response = Adapter(validator(app))(http_api("/slow"), context(1.0))
    assert response == response_for("http_api", headers=SENT, body="hello")
    [message] = heard
    assert f"{context(0).aws_request_id}: GET /slow is still running" in message
    assert "in query_the_database" in message
