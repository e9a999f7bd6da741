"""start_response, write and exc_info of PEP 3333, and WSGI apps with errors."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest

from tests.event_builders import BUILDERS, http_api
from tests.expected_responses import error_response_for, response_for
from wsgi_lambda import Adapter

PLAIN = [("Content-Type", "text/plain")]
PLAIN_SENT = [("content-type", "text/plain")]
MakeContext = Callable[[float], Any]


@pytest.mark.parametrize("name", BUILDERS)
def test_a_generator_app_sets_its_status_when_it_is_iterated(name: str) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("201 Created", PLAIN)
        yield b"made "
        yield b"it"

    response = Adapter(app)(BUILDERS[name]())
    expected = response_for(name, 201, PLAIN_SENT, "made it")
    if name.startswith("load_balancer"):
        expected["statusDescription"] = "201 Created"
    assert response == expected


def test_an_empty_generator_app_sets_its_status() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("202 Accepted", PLAIN)
        return
        yield b""

    assert Adapter(app)(http_api()) == response_for("http_api", 202, PLAIN_SENT)


@pytest.mark.parametrize("name", BUILDERS)
def test_exc_info_before_any_output_replaces_the_reply(name: str) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("X-Draft", "1")])
        try:
            raise LookupError("of the app")
        except LookupError:
            start_response("500 Internal Server Error", PLAIN, sys.exc_info())
        return [b"sorry"]

    response = Adapter(validator(app))(BUILDERS[name]())
    assert response == response_for(name, 500, PLAIN_SENT, "sorry")


def test_exc_info_before_the_first_chunk_of_a_generator_replaces_the_reply() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b""
        try:
            raise LookupError("of the app")
        except LookupError:
            start_response("503 Service Unavailable", PLAIN, sys.exc_info())
        yield b"sorry"

    assert Adapter(app)(http_api()) == response_for("http_api", 503, PLAIN_SENT, "sorry")


def test_exc_info_after_output_raises_the_error_and_gives_500(
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

    assert Adapter(app)(http_api()) == error_response_for("http_api")
    assert raised == [True]
    assert caplog.text.count("LookupError: of the app") == 1


@pytest.mark.parametrize("name", BUILDERS)
def test_write_calls_during_iteration_keep_their_order(name: str) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        write = start_response("200 OK", PLAIN)

        def chunks() -> Iterator[bytes]:
            write(b"1")
            yield b"2"
            write(b"3")
            yield b"4"

        return chunks()

    assert Adapter(validator(app))(BUILDERS[name]()) == response_for(name, 200, PLAIN_SENT, "1234")


def test_write_calls_before_the_iteration_come_first() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", PLAIN)(b"first ")
        return [b"second"]

    response = Adapter(app)(http_api())
    assert response == response_for("http_api", 200, PLAIN_SENT, "first second")


def start_twice(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", PLAIN)
    start_response("200 OK", [("X-Two", "2")])
    return [b"hello"]


def start_twice_with_exc_info_none(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", PLAIN)
    start_response("200 OK", PLAIN, None)
    return [b"hello"]


def raise_after_a_chunk(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    yield b"half"
    raise LookupError("of the app")


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(start_twice, id="start_response twice"),
        pytest.param(start_twice_with_exc_info_none, id="start_response twice, exc_info None"),
        pytest.param(raise_after_a_chunk, id="an exception after a chunk"),
    ],
)
@pytest.mark.parametrize("name", ["http_api", "load_balancer"])
def test_an_app_error_gives_500_and_one_line_in_the_log(
    app: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Adapter(app)(BUILDERS[name]()) == error_response_for(name)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_late_app_is_logged_while_it_runs_and_its_reply_is_sent(
    make_context: MakeContext, caplog: pytest.LogCaptureFixture
) -> None:
    messages = []

    def query_the_database() -> None:
        timeout_at = time.monotonic() + 30
        while not caplog.messages and time.monotonic() < timeout_at:
            time.sleep(0.001)
        messages.extend(caplog.messages)

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environ["aws.context"].approach_deadline()
        query_the_database()
        start_response("200 OK", PLAIN)
        return [b"hello"]

    response = Adapter(validator(app))(http_api("/slow"), make_context(30))
    assert response == response_for("http_api", headers=PLAIN_SENT, body="hello")
    [message] = messages
    assert f"{make_context(30).aws_request_id}: GET /slow is still running" in message
    assert "in query_the_database" in message
