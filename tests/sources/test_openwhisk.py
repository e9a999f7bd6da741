"""Raw web actions of OpenWhisk: events that match, and events and requests both ways."""

from base64 import b64encode
from typing import Any

import pytest

import asgi_lambda
import wsgi_lambda
from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.openwhisk import web_action as openwhisk
from lambda_adapters.sources.source import Source
from tests.sources.event_files import EVENTS, load_event, name_of
from tests.sources.losses import normalize_request
from tests.sources.openwhisk_losses import expected_openwhisk_request

SOURCE: Source = openwhisk
FILES = sorted((EVENTS / "openwhisk").glob("*.json"))


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event of a raw web action, with changes (keys without `__ow_`)."""
    values = {"method": "get", "query": "", "body": "", "headers": {"host": "a.example"}}
    values |= {"path": "/a"} | changes
    return {f"__ow_{name}": value for name, value in values.items()}


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "a.example")],
        "server": ("a.example", 443),
    }
    return Request(**(values | changes))


def encode_base64(data: bytes) -> str:
    return b64encode(data).decode()


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the method is in capitals": (event_with(method="propfind"), request_with(method="PROPFIND")),
    "no method": (event_with(method=None), request_with(method="GET")),
    "an empty path": (event_with(path=""), request_with(path="/", raw_path="/")),
    "no path": (event_with(path=None), request_with(path="/", raw_path="/")),
    "an encoded path": (
        event_with(path="/caf%C3%A9/a%2Fb"),
        request_with(path="/café/a/b", raw_path="/caf%C3%A9/a%2Fb"),
    ),
    "a path with characters that must be encoded": (
        event_with(path="a é?"),
        request_with(path="/a é?", raw_path="/a%20%C3%A9%3F"),
    ),
    "the query": (event_with(query="a=1+2&a=%26&b&="), request_with(query="a=1+2&a=%26&b&=")),
    "a query with characters that must be encoded": (
        event_with(query="a=é #"),
        request_with(query="a=%C3%A9%20%23"),
    ),
    "no query": (event_with(query=None), request_with()),
    "no headers": (event_with(headers=None), request_with(headers=[], server=("localhost", 443))),
    "hop-by-hop headers": (
        event_with(headers={"host": "a.example", "connection": "close", "te": "trailers"}),
        request_with(),
    ),
    "a Content-Length of 0": (
        event_with(headers={"host": "a.example", "content-length": "0"}),
        request_with(headers=[("host", "a.example"), ("content-length", "0")]),
    ),
    "X-Forwarded-Proto and X-Forwarded-Port": (
        event_with(headers={"x-forwarded-proto": "http", "x-forwarded-port": "8080"}),
        request_with(
            scheme="http",
            headers=[("x-forwarded-proto", "http"), ("x-forwarded-port", "8080")],
            server=("localhost", 8080),
        ),
    ),
    "X-Forwarded-For does not set the client": (
        event_with(headers={"host": "a.example", "x-forwarded-for": "192.0.2.1"}),
        request_with(headers=[("host", "a.example"), ("x-forwarded-for", "192.0.2.1")]),
    ),
    "keys without the prefix are ignored": (
        {**event_with(), "httpMethod": "PUT", "path": "/b", "body": "c"},
        request_with(),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_web_action_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert openwhisk.matches(event)
    assert openwhisk.request_from_event(event) == expected


# Content-Type, body in the event, DigitalOcean's flag for base64, expected body.
BODIES: dict[str, tuple[object, object, object, bytes]] = {
    "none": (None, "", None, b""),
    "null": (None, None, None, b""),
    "no type": (None, "AP8=", None, b"\0\xff"),
    "a type that is not a string": (7, "AP8=", None, b"\0\xff"),
    "a malformed type": ("what", "AP8=", None, b"\0\xff"),
    "bytes": ("image/png", "AP8=", None, b"\0\xff"),
    "bytes with a charset": ("Image/PNG; charset=utf-8", "AP8=", None, b"\0\xff"),
    "multipart": ("multipart/form-data; boundary=x", "AP8=", None, b"\0\xff"),
    "a form": ("application/x-www-form-urlencoded", "a=%20&b", None, b"a=%20&b"),
    "text": ("text/plain", "é", None, b"\xc3\xa9"),
    "text that could be base64": ("Text/Plain; Charset=UTF-8", "abcd", None, b"abcd"),
    "text with a lone surrogate": ("text/plain", "\ud800", None, b"?"),
    "JSON": ("application/json", "e30=", None, b"{}"),
    "JSON with a charset": ("application/json;charset=utf-8", "e30=", None, b"{}"),
    "JSON as text": ("application/json", '{"a": "é"}', None, b'{"a": "\xc3\xa9"}'),
    "a registered +json": ("application/problem+json", "true", None, b"true"),
    "an unregistered +json": ("application/ld+json", "e30=", None, b"{}"),
    "an unregistered +json as text": ("application/ld+json", "{}", None, b"{}"),
    "an unregistered type": ("application/x-ndjson", "e30K", None, b"{}\n"),
    "an unregistered type with a charset": (
        "application/x-a; charset=utf-8",
        "abcd",
        None,
        b"abcd",
    ),
    "an unregistered text type": ("text/x-toml", "AP8=", None, b"\0\xff"),
    "an unregistered text type as text": ("text/x-toml", "a = 1", None, b"a = 1"),
    "DigitalOcean's text": ("application/json", "true", False, b"true"),
    "DigitalOcean's bytes": ("text/plain", "AP8=", True, b"\0\xff"),
    "a flag that is not a boolean": ("text/plain", "abcd", "true", b"abcd"),
    "a body that is not a string": ("text/plain", {"a": 1}, None, b'{"a": 1}'),
}


@pytest.mark.parametrize(("content_type", "body", "flag", "expected"), BODIES.values(), ids=BODIES)
def test_the_content_type_decides_whether_a_body_is_text_or_base64(
    content_type: object, body: object, flag: object, expected: bytes
) -> None:
    event = event_with(body=body, headers={"Content-Type": content_type})
    if flag is not None:
        event["__ow_isBase64Encoded"] = flag

    assert openwhisk.request_from_event(event).body == expected


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            event_with(body="%", headers={"content-type": "image/png"}),
            "its Content-Type is not text",
        ),
        (event_with(body="abc"), "its Content-Type is not text"),
        (event_with(body="%", isBase64Encoded=True), "not base64"),
    ],
)
def test_a_body_that_is_not_valid_base64_is_a_bad_request(event: Any, message: str) -> None:
    with pytest.raises(BadRequest, match=message) as caught:
        openwhisk.request_from_event(event)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    "event", [{}, {"__ow_query": ""}, {"http": {"method": "GET"}}, [], "get", None]
)
def test_only_events_with_ow_method_match(event: Any) -> None:
    assert not openwhisk.matches(event)


def test_an_action_that_is_not_raw_gives_400_and_a_hint_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail("the app was called")

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        pytest.fail("the app was called")

    event = {"name": "s3cret", "__ow_method": "get", "__ow_headers": {}, "__ow_path": ""}
    asgi_main = asgi_lambda.Adapter(asgi, lifespan="off", sources=[SOURCE])
    wsgi_main = wsgi_lambda.Adapter(wsgi, sources=[SOURCE])

    responses = [asgi_main(event), wsgi_main(event)]

    assert responses[0] == responses[1]
    assert (responses[0]["statusCode"], responses[0]["body"]) == (400, "Bad Request")
    assert caplog.text.count("Update the action with --web raw.") == 2
    assert "s3cret" not in caplog.text


def test_an_action_can_be_called_without_a_context() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("201 Created", [("Content-Type", "text/plain; charset=utf-8")])
        return [environ["REQUEST_METHOD"].encode(), b" ", environ["PATH_INFO"].encode()]

    main = wsgi_lambda.Adapter(app, sources=[SOURCE])

    assert main(event_with(method="post")) == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "body": "POST /a",
    }


REQUEST = Request(
    "POST",
    scheme="https",
    root_path="/api/v1/web/guest/default/app",
    path="/é",
    raw_path="/%c3%a9/%41%2f[",
    query="a=%2B+&b=%31&a=é&c&&=d&e=f=g&h=%20",
    headers=[
        ("host", "a.example.com"),
        ("x-kind", "1"),
        ("te", "trailers"),
        ("x-kind", "2"),
        ("content-length", "5"),
        ("content-type", "text/plain"),
        ("x-amzn-trace-id", "the client's"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 443),
)


def test_a_request_gives_the_event_of_a_web_action() -> None:
    assert openwhisk.event_from_request(REQUEST, Front()) == {
        "__ow_method": "post",
        "__ow_path": "/%C3%A9/A%2F%5B",
        "__ow_query": "a=%2B+&b=1&a=%C3%A9&c&&=d&e=f%3Dg&h=+",
        "__ow_headers": {
            "host": "a.example.com",
            "x-kind": "2",
            "content-type": "text/plain",
            "x-forwarded-for": "203.0.113.9",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-amzn-trace-id": "the client's",
        },
        "__ow_body": "café",
    }


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([], b"", ""),
        ([], b"a", "YQ=="),
        ([("content-type", "application/json")], b"a", "YQ=="),
        ([("content-type", "application/problem+json")], b"a", "a"),
        ([("content-type", "application/ld+json")], b"a", "YQ=="),
        ([("content-type", "application/x-www-form-urlencoded")], b"a", "a"),
        ([("content-type", "text/plain"), ("content-encoding", "gzip")], b"\xff", "\ufffd"),
        ([("content-type", "image/png; charset=utf-8")], b"a", "YQ=="),
        ([("content-type", "application/x-a; charset=utf-8")], b"a", "a"),
        ([("content-type", "what")], b"a", "YQ=="),
    ],
)
def test_text_bodies_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], body: bytes, expected: str
) -> None:
    event = openwhisk.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert event["__ow_body"] == expected


def test_a_body_without_a_content_type_gets_octet_stream() -> None:
    event = openwhisk.event_from_request(Request("POST", body=b"a"), Front())

    assert event["__ow_headers"]["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_request_of_a_recorded_event_comes_back_unchanged(path: Any) -> None:
    request = SOURCE.request_from_event(load_event(path))

    result = SOURCE.request_from_event(SOURCE.event_from_request(request, Front()))

    assert SOURCE.matches(load_event(path))
    assert normalize_request(SOURCE, result) == expected_openwhisk_request(request)
    assert (result.method, result.path, result.query) == (
        request.method,
        request.path,
        request.query,
    )
    assert result.body == request.body
