"""One HTTP request through a WSGI app: environ, start_response, the iterable, and errors."""

import contextvars
import logging
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest

from lambda_adapters import ConfigurationError, FailedStatus, Front, Request
from lambda_adapters.sources.api_gateway import http_api, rest_api
from lambda_adapters.sources.registry import all_sources
from wsgi_lambda import Adapter

INTERNAL_SERVER_ERROR = {
    "statusCode": 500,
    "headers": {"content-type": "text/plain; charset=utf-8"},
    "body": "Internal Server Error",
    "isBase64Encoded": False,
}


def event(path: str = "/", method: str = "GET", **fields: Any) -> dict[str, Any]:
    request = Request(method=method, path=path, raw_path=path, **fields)
    return http_api.event_from_request(request, Front())


def test_the_environ_is_complete() -> None:
    environs = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environs.append(environ)
        start_response("200 OK", [])
        return []

    rest_event = rest_api.event_from_request(
        Request(
            method="POST",
            root_path="/prod",
            path="/caf\u00e9/\ufffd",
            raw_path="/caf%C3%A9/%E9",
            query="a=1&b=",
            headers=[
                ("host", "example.com"), ("x-one", "1"), ("x-one", "\u00e9"),
                ("cookie", "a=b"), ("cookie", "c=d"), ("content-type", "text/plain"),
                ("x_one", "evil"), ("proxy", "evil"), ("content_type", "evil"),
            ],
            body=b"hi",
            client=("203.0.113.9", 0),
            server=("example.com", 443),
        ),
        Front(stage="prod"),
    )  # fmt: skip
    context = object()
    Adapter(app)(rest_event, context)
    (environ,) = environs
    assert environ.pop("HTTP_X_AMZN_TRACE_ID").startswith("Root=1-")
    body = environ.pop("wsgi.input")
    assert isinstance(body, BytesIO)
    assert body.read() == b"hi"
    assert environ == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/prod",
        "PATH_INFO": "/caf\u00c3\u00a9/\u00e9",
        "QUERY_STRING": "a=1&b=",
        "REQUEST_URI": "/prod/caf%C3%A9/%E9?a=1&b=",
        "RAW_URI": "/prod/caf%C3%A9/%E9?a=1&b=",
        "SERVER_NAME": "example.com",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.9",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "2",
        "HTTP_HOST": "example.com",
        "HTTP_X_ONE": "1,\u00e9",
        "HTTP_COOKIE": "a=b; c=d",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_X_FORWARDED_PORT": "443",
        "HTTP_X_FORWARDED_PROTO": "https",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "aws.event": rest_event,
        "aws.context": context,
        "aws.path_parameters": {},
        "aws.caller": None,
    }


def test_60_000_headers_with_one_name_are_joined() -> None:
    values = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        values.append(environ["HTTP_X"])
        start_response("200 OK", [])
        return []

    event = rest_api.event_from_request(Request(), Front())
    Adapter(app)({**event, "multiValueHeaders": {"x": ["y" * 100] * 60_000}})
    assert values == [",".join(["y" * 100] * 60_000)]


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_requests_and_replies_pass_wsgiref_validate(source: Any) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(10)
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [environ["REQUEST_METHOD"].encode(), b" ", body]

    request = Request("POST", body=b"\xff\x00", client=("2001:db8::1", 0))
    response = Adapter(validator(app))(source.event_from_request(request, Front()))
    reply = source.reply_from_response(response, request, Front())
    assert (reply.status, reply.body) == (200, b"POST \xff\x00")
    response = Adapter(validator(app))(source.event_from_request(Request(), Front()))
    assert source.reply_from_response(response, Request(), Front()).status == 200


def serve(app: Any, method: str = "GET", **options: Any) -> Any:
    return Adapter(app, **options)(event(method=method))


def test_a_generator_app_can_write_and_yield() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield b""
        write = start_response(
            "201 Made", [("X-A", " 1"), ("x-a", "2\t"), ("Content-Length", "11")]
        )
        write(b"one ")
        yield b"two "
        write(b"six")

    assert serve(app) == {
        "statusCode": 201,
        "headers": {"x-a": "1, 2"},
        "body": "one two six",
        "isBase64Encoded": False,
    }


def test_exc_info_without_an_exception_counts_as_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [], (None, None, None))
        start_response("200 OK", [], (None, None, None))
        return []

    assert serve(app) == INTERNAL_SERVER_ERROR
    assert caplog.messages == ["Request -: The app called start_response twice without exc_info."]


@pytest.mark.parametrize(
    ("status", "headers", "chunks", "error"),
    [
        (200, [], [], 'Expected a status such as "200 OK", got int.'),
        ("OK", [], [], 'Expected a status such as "200 OK", got one without a three-digit code.'),
        ("100 Continue", [], [], "The app sent status 100; expected 200 to 999."),
        ("200 A\r\nB", [], [], "The status holds a character that no status line can have, such "
                               "as CR."),
        ("200 OK", None, [], "Expected headers as a list of (name, value), both str, got "
         "something else."),
        ("200 OK", [("a",)], [], "Expected headers as a list of (name, value), both str, got "
         "something else."),
        ("200 OK", [("a", 1)], [], "Expected headers as a list of (name, value), both str, got "
         "something else."),
        ("200 OK", [(b"a", "b")], [], "Expected headers as a list of (name, value), both str, got "
         "something else."),
        ("200 OK", [("a", "b\r\nc: d")], [], "The app sent a header whose name is not a token, or "
         "whose value holds a control character such as CR or LF; no server would pass it on."),
        ("200 OK", [("a", "\u20ac")], [], "The app sent a header whose name is not a token, or "
         "whose value holds a control character such as CR or LF; no server would pass it on."),
        ("200 OK", [("a", "b\nc: d")], [], "The app sent a header whose name is not a token, or "
         "whose value holds a control character such as CR or LF; no server would pass it on."),
        ("200 OK", [("a\r\nb", "c")], [], "The app sent a header whose name is not a token, or "
         "whose value holds a control character such as CR or LF; no server would pass it on."),
        ("200 OK", [("a", b"b")], [], "Expected headers as a list of (name, value), both str, got "
         "something else."),
        ("200 OK", [], ["text"], "Expected bytes as body, got str."),
        ("200 OK", [], [None], "Expected bytes as body, got NoneType."),
        (None, [], [b"x"], "The app sent a body before it called start_response."),
        (None, [], [], "The app returned without a call of start_response."),
        ("200 OK", [("Content-Length", "1")], [b"xy"], "The app's body is longer than its "
         "Content-Length of 1 bytes."),
        ("200 OK", [("Content-Length", "3")], [b"xy"], "The app's body has 2 bytes; its "
         "Content-Length said 3."),
    ],
)  # fmt: skip
def test_a_protocol_error_gives_500_and_one_line_in_the_log(
    status: Any, headers: Any, chunks: Any, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        if status is not None:
            start_response(status, headers)
        return chunks

    assert serve(app) == INTERNAL_SERVER_ERROR
    assert caplog.messages == [f"Request -: {error}"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_an_exception_gives_500_and_one_log_record_with_the_request_id(
    make_context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise ValueError("the reason")

    assert Adapter(app)(event(), make_context(30)) == INTERNAL_SERVER_ERROR
    (record,) = caplog.records
    assert record.getMessage() == (
        "Request 5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11: The app raised an exception."
    )
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ValueError)


def test_a_file_is_served_with_wsgi_file_wrapper() -> None:
    data = bytes(range(256)) * 100

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "image/png")])
        return environ["wsgi.file_wrapper"](BytesIO(data), 1000)

    request = Request()
    reply = http_api.reply_from_response(serve(app), request, Front())
    assert reply.body == data


def test_the_call_the_iteration_and_close_share_one_context() -> None:
    variable = contextvars.ContextVar("variable", default="outside")
    values = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            values.append(variable.get())
            yield b"ok"

        def close(self) -> None:
            values.append(variable.get())

    def app(environ: Any, start_response: Any) -> Chunks:
        variable.set("inside")
        start_response("200 OK", [])
        return Chunks()

    serve(app)
    assert values == ["inside", "inside"]
    assert variable.get() == "outside"


def test_raise_on_statuses_fails_the_invocation() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("503 Busy", [])
        return [b"x"]

    with pytest.raises(FailedStatus, match="with 503"):
        serve(app, raise_on_statuses=(503,))


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_system_exit_and_keyboard_interrupt_from_the_app_propagate(
    kind: type[BaseException],
) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise kind

    with pytest.raises(kind):
        serve(app)


def test_events_are_posted_to_the_events_path_and_http_requests_for_it_get_404() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [environ["PATH_INFO"].encode().join([b'"', b'"'])]

    handler = Adapter(app, events_path="/events")
    assert handler({"key": 1}) == "/events"
    assert handler(event("/events"))["statusCode"] == 404
    assert handler(event("/other"))["body"] == '"/other"'
    assert handler({"source": "serverless-plugin-warmup"}) == {}


def test_the_error_for_an_asgi_app_names_asgi_lambda() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(ConfigurationError, match="from asgi_lambda import Adapter") as error:
        Adapter(app)  # type: ignore[arg-type]
    assert str(error.value).startswith("Expected a WSGI app: app(environ, start_response), got")


def test_remote_port_is_set_if_the_port_is_known() -> None:
    clients = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        clients.append((environ["REMOTE_ADDR"], environ.get("REMOTE_PORT")))
        start_response("200 OK", [])
        return []

    for address in ("203.0.113.9:4711", "203.0.113.9", ""):
        http_event = event()
        http_event["requestContext"]["http"]["sourceIp"] = address
        Adapter(app)(http_event)
    assert clients == [("203.0.113.9", "4711"), ("203.0.113.9", None), ("", None)]


def test_an_app_that_returns_none_gives_500_and_a_hint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def app(environ: Any, start_response: Any) -> None:
        start_response("200 OK", [])

    assert serve(app) == INTERNAL_SERVER_ERROR
    assert caplog.messages == [
        "Request -: Expected the app to return an iterable of bytes, got NoneType. "
        "Is a return missing?"
    ]


@pytest.mark.parametrize(
    ("app", "hint"),
    [
        ("module:app", "Pass the app itself."),
        (None, "Pass the app itself."),
        (lambda: None, "If it creates the app, call it: Adapter(create_app())."),
        (lambda one: None, "Pass the app itself, or wrap it in a function that takes these"),
        (lambda scope, receive, send: None, "from asgi_lambda import Adapter."),
    ],
)
def test_an_invalid_app_raises_configuration_error_with_a_hint(app: Any, hint: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Adapter(app)
    assert hint in str(error.value)
