"""OpenWhisk's raw web actions: their events, the request each is, and the way back."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.openwhisk import web_action as openwhisk
from lambda_adapters.sources.source import Source
from tests.sources.event_files import EVENTS, event_in, name_of
from tests.sources.losses import comparable
from tests.sources.openwhisk_losses import what_arrives_at_an_action
from tests.sources.strategies import requests

SOURCE: Source = openwhisk
FILES = sorted((EVENTS / "openwhisk").glob("*.json"))


def event(**changes: Any) -> dict[str, Any]:
    """The least that a raw web action gets, with changes (names without `__ow_`)."""
    sent = {"method": "get", "query": "", "body": "", "headers": {"host": "a.example"}}
    sent |= {"path": "/a"} | changes
    return {f"__ow_{name}": value for name, value in sent.items()}


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "a.example")],
        "server": ("a.example", 443),
    }
    return Request(**(values | changes))


def base64(data: bytes) -> str:
    return b64encode(data).decode()


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "the method is in capitals": (event(method="propfind"), request(method="PROPFIND")),
    "no method": (event(method=None), request(method="GET")),
    "an empty path": (event(path=""), request(path="/", raw_path="/")),
    "no path": (event(path=None), request(path="/", raw_path="/")),
    "an encoded path": (
        event(path="/caf%C3%A9/a%2Fb"),
        request(path="/café/a/b", raw_path="/caf%C3%A9/a%2Fb"),
    ),
    "a path that no request line can hold": (
        event(path="a é?"),
        request(path="/a é?", raw_path="/a%20%C3%A9%3F"),
    ),
    "the query": (event(query="a=1+2&a=%26&b&="), request(query="a=1+2&a=%26&b&=")),
    "a query that no request line can hold": (
        event(query="a=é #"),
        request(query="a=%C3%A9%20%23"),
    ),
    "no query": (event(query=None), request()),
    "no headers": (event(headers=None), request(headers=[], server=("localhost", 443))),
    "what the connection had": (
        event(headers={"host": "a.example", "connection": "close", "te": "trailers"}),
        request(),
    ),
    "a Content-Length of nothing": (
        event(headers={"host": "a.example", "content-length": "0"}),
        request(headers=[("host", "a.example"), ("content-length", "0")]),
    ),
    "behind a proxy": (
        event(headers={"x-forwarded-proto": "http", "x-forwarded-port": "8080"}),
        request(
            scheme="http",
            headers=[("x-forwarded-proto", "http"), ("x-forwarded-port", "8080")],
            server=("localhost", 8080),
        ),
    ),
    "X-Forwarded-For is not believed here": (
        event(headers={"host": "a.example", "x-forwarded-for": "192.0.2.1"}),
        request(headers=[("host", "a.example"), ("x-forwarded-for", "192.0.2.1")]),
    ),
    "keys of anybody": ({**event(), "httpMethod": "PUT", "path": "/b", "body": "c"}, request()),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_a_raw_actions_event_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert openwhisk.matches(sent)
    assert openwhisk.request_from_event(sent) == expected


# Content-Type, the body in the event, the flag that DigitalOcean adds, the body.
BODIES: dict[str, tuple[object, object, object, bytes]] = {
    "none": (None, "", None, b""),
    "null": (None, None, None, b""),
    "no type": (None, "AP8=", None, b"\0\xff"),
    "a type that is no text": (7, "AP8=", None, b"\0\xff"),
    "a malformed type": ("what", "AP8=", None, b"\0\xff"),
    "bytes": ("image/png", "AP8=", None, b"\0\xff"),
    "bytes with a charset": ("Image/PNG; charset=utf-8", "AP8=", None, b"\0\xff"),
    "multipart": ("multipart/form-data; boundary=x", "AP8=", None, b"\0\xff"),
    "a form": ("application/x-www-form-urlencoded", "a=%20&b", None, b"a=%20&b"),
    "text": ("text/plain", "é", None, b"\xc3\xa9"),
    "text that could be base64": ("Text/Plain; Charset=UTF-8", "abcd", None, b"abcd"),
    "text that cannot be UTF-8": ("text/plain", "\ud800", None, b"?"),
    "JSON": ("application/json", "e30=", None, b"{}"),
    "JSON with a charset": ("application/json;charset=utf-8", "e30=", None, b"{}"),
    "JSON as it is": ("application/json", '{"a": "é"}', None, b'{"a": "\xc3\xa9"}'),
    "a registered +json": ("application/problem+json", "true", None, b"true"),
    "an unregistered +json": ("application/ld+json", "e30=", None, b"{}"),
    "an unregistered +json as it is": ("application/ld+json", "{}", None, b"{}"),
    "an unregistered type": ("application/x-ndjson", "e30K", None, b"{}\n"),
    "an unregistered type with a charset": (
        "application/x-a; charset=utf-8",
        "abcd",
        None,
        b"abcd",
    ),
    "an unregistered text": ("text/x-toml", "AP8=", None, b"\0\xff"),
    "an unregistered text as it is": ("text/x-toml", "a = 1", None, b"a = 1"),
    "DigitalOcean's text": ("application/json", "true", False, b"true"),
    "DigitalOcean's bytes": ("text/plain", "AP8=", True, b"\0\xff"),
    "a flag that is none": ("text/plain", "abcd", "true", b"abcd"),
    "a body that is no text": ("text/plain", {"a": 1}, None, b'{"a": 1}'),
}


@pytest.mark.parametrize(("kind", "body", "flag", "expected"), BODIES.values(), ids=BODIES)
def test_a_body_is_text_or_base64_by_its_type(
    kind: object, body: object, flag: object, expected: bytes
) -> None:
    sent = event(body=body, headers={"Content-Type": kind})
    if flag is not None:
        sent["__ow_isBase64Encoded"] = flag

    assert openwhisk.request_from_event(sent).body == expected


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (event(body="%", headers={"content-type": "image/png"}), "no text as base64"),
        (event(body="abc"), "no text as base64"),
        (event(body="%", isBase64Encoded=True), "not base64"),
    ],
)
def test_a_body_that_should_be_base64_and_is_not_is_refused(sent: Any, message: str) -> None:
    with pytest.raises(BadRequest, match=message) as caught:
        openwhisk.request_from_event(sent)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    "sent", [{}, {"__ow_query": ""}, {"http": {"method": "GET"}}, [], "get", None]
)
def test_only_what_has_a_method_of_openwhisk_is_claimed(sent: Any) -> None:
    assert not openwhisk.matches(sent)


def test_an_action_that_is_not_raw_answers_400_and_says_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail("called")

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        pytest.fail("called")

    merged = {"name": "s3cret", "__ow_method": "get", "__ow_headers": {}, "__ow_path": ""}
    asgi_main = asgi_lambda.Adapter(asgi, lifespan="off", sources=[SOURCE])
    wsgi_main = wsgi_lambda.Adapter(wsgi, sources=[SOURCE])

    answers = [asgi_main(merged), wsgi_main(merged)]

    assert answers[0] == answers[1]
    assert (answers[0]["statusCode"], answers[0]["body"]) == (400, "Bad Request")
    assert caplog.text.count("Update the action with --web raw.") == 2
    assert "s3cret" not in caplog.text


def test_an_action_is_called_with_one_argument() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("201 Created", [("Content-Type", "text/plain; charset=utf-8")])
        return [environ["REQUEST_METHOD"].encode(), b" ", environ["PATH_INFO"].encode()]

    main = wsgi_lambda.Adapter(app, sources=[SOURCE])

    assert main(event(method="post")) == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "body": "POST /a",
    }


SENT = Request(
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


def test_a_whole_request_is_an_event() -> None:
    assert openwhisk.event_from_request(SENT, Front()) == {
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
    ("headers", "body", "placed"),
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
def test_openwhisk_sends_what_it_knows_for_text_as_text(
    headers: list[tuple[str, str]], body: bytes, placed: str
) -> None:
    made = openwhisk.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert made["__ow_body"] == placed


def test_a_body_without_a_type_gets_one() -> None:
    made = openwhisk.event_from_request(Request("POST", body=b"a"), Front())

    assert made["__ow_headers"]["content-type"] == "application/octet-stream"


@given(data=st.data())
def test_an_event_made_of_any_request_gives_the_request_less_the_losses(
    data: st.DataObject,
) -> None:
    request = data.draw(requests(SOURCE, Front()))

    event = json.loads(json.dumps(SOURCE.event_from_request(request, Front())))

    arrived = SOURCE.request_from_event(event)
    expected = what_arrives_at_an_action(request)
    assert comparable(SOURCE, arrived) == expected


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_an_event_in_a_file_that_is_made_again_gives_the_same_request(path: Any) -> None:
    request = SOURCE.request_from_event(event_in(path))

    again = SOURCE.request_from_event(SOURCE.event_from_request(request, Front()))

    assert SOURCE.matches(event_in(path))
    assert comparable(SOURCE, again) == what_arrives_at_an_action(request)
    assert (again.method, again.path, again.query) == (request.method, request.path, request.query)
    assert again.body == request.body
