"""HTTP APIs with payload format 2.0: events that match, and events and requests both ways."""

from typing import Any

import pytest

from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.api_gateway import http_api


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event of an HTTP API, with changes. `context` and `http` change inner values."""
    http = {"method": "GET", "path": "/a", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"}
    context = {"stage": "$default", "http": http | changes.pop("http", {})}
    return {
        "version": "2.0",
        "rawPath": "/a",
        "rawQueryString": "",
        "headers": {"host": "api.example.com"},
        "requestContext": context | changes.pop("context", {}),
        "isBase64Encoded": False,
    } | changes


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the method": (event_with(http={"method": "PUT"}), request_with(method="PUT")),
    "no method": (event_with(http={"method": ""}), request_with(method="GET")),
    "the path is already decoded": (
        event_with(rawPath="/a b/%2F/é?#"),
        request_with(path="/a b/%2F/é?#", raw_path="/a%20b/%252F/%C3%A9%3F%23"),
    ),
    "no raw path": (
        event_with(rawPath=None, http={"path": "b"}),
        request_with(path="/b", raw_path="/b"),
    ),
    "no path at all": (
        event_with(rawPath=None, http={"path": None}),
        request_with(path="/", raw_path="/"),
    ),
    "a stage": (
        event_with(rawPath="/live/a", context={"stage": "live"}),
        request_with(root_path="/live"),
    ),
    "the root of a stage": (
        event_with(rawPath="/live", context={"stage": "live"}),
        request_with(root_path="/live", path="/", raw_path="/"),
    ),
    "a stage and a slash": (
        event_with(rawPath="/live/", context={"stage": "live"}),
        request_with(root_path="/live", path="/", raw_path="/"),
    ),
    "a path that only starts with the same letters as the stage": (
        event_with(rawPath="/lively", context={"stage": "live"}),
        request_with(path="/lively", raw_path="/lively"),
    ),
    "a stage that is not in the path": (event_with(context={"stage": "live"}), request_with()),
    "a stage that is not a string": (event_with(context={"stage": 5}), request_with()),
    "the query is not decoded": (
        event_with(rawQueryString="b=%2B+&a&&b=[é]#"),
        request_with(query="b=%2B+&a&&b=[%C3%A9]%23"),
    ),
    "no raw query": (
        event_with(rawQueryString=None, queryStringParameters={"a": "1,2", "b c": None}),
        request_with(query="a=1,2&b%20c="),
    ),
    "cookies in a list": (
        event_with(cookies=["a=1", 'b="2"', None]),
        request_with(headers=[("host", "api.example.com"), ("cookie", 'a=1; b="2"')]),
    ),
    "cookies in a list and a header": (
        event_with(cookies=["a=1"], headers={"cookie": "a=1"}),
        request_with(headers=[("cookie", "a=1")], server=("localhost", 443)),
    ),
    "cookies in a header and an empty list": (
        event_with(cookies=[], headers={"Cookie": "a=1"}),
        request_with(headers=[("cookie", "a=1")], server=("localhost", 443)),
    ),
    "cookies that are not a list": (
        event_with(cookies="a=1", headers={"cookie": "b=2"}),
        request_with(headers=[("cookie", "b=2")], server=("localhost", 443)),
    ),
    "joined headers stay joined": (
        event_with(headers={"accept": "a,b"}),
        request_with(headers=[("accept", "a,b")], server=("localhost", 443)),
    ),
    "null headers": (event_with(headers=None), request_with(headers=[], server=("localhost", 443))),
    "a body in base64": (
        event_with(body="AP8=", isBase64Encoded=True, headers={"content-length": "2"}),
        request_with(body=b"\0\xff", headers=[("content-length", "2")], server=("localhost", 443)),
    ),
    "Content-Length without a body": (
        event_with(headers={"content-length": "0"}),
        request_with(headers=[("content-length", "0")], server=("localhost", 443)),
    ),
    "an address with a port": (
        event_with(http={"sourceIp": "203.0.113.9:50102"}),
        request_with(client=("203.0.113.9", 50102)),
    ),
    "an IPv6 address": (
        event_with(http={"sourceIp": "2001:db8::9"}),
        request_with(client=("2001:db8::9", 0)),
    ),
    "no address": (event_with(http={"sourceIp": None}), request_with(client=None)),
    "HTTP/2": (event_with(http={"protocol": "HTTP/2.0"}), request_with(http_version="2")),
    "the domain of the event": (
        event_with(headers={"x-forwarded-proto": "http"}, context={"domainName": "a.example.com"}),
        request_with(
            scheme="http",
            headers=[("x-forwarded-proto", "http")],
            server=("a.example.com", 80),
        ),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_an_http_api_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert http_api.matches(event)
    assert http_api.request_from_event(event) == expected


def test_a_body_that_is_not_valid_base64_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="is not base64"):
        http_api.request_from_event(event_with(body="é", isBase64Encoded=True))


MATCHES: dict[str, tuple[Any, bool]] = {
    "no version": ({"requestContext": {"http": {}}}, True),
    "a Function URL": (
        {"requestContext": {"http": {}, "domainName": "a.lambda-url.eu-west-1.on.aws"}},
        False,
    ),
    "a Host header like a Function URL's": (
        {"requestContext": {"http": {}}, "headers": {"host": "a.lambda-url.eu-west-1.on.aws"}},
        True,
    ),
    "an authorizer of format 2.0": ({"requestContext": {"http": {}}, "routeArn": "a"}, False),
    "an authorizer of format 1.0": ({"requestContext": {"http": {}}, "methodArn": "a"}, False),
    "VPC Lattice": ({"version": "2.0", "requestContext": {"serviceNetworkArn": "a"}}, False),
    "VPC Lattice with the keys of an HTTP API": (
        {"requestContext": {"http": {}, "serviceNetworkArn": "a"}},
        False,
    ),
    "a service of VPC Lattice": ({"requestContext": {"http": {}, "serviceArn": "a"}}, False),
    "a load balancer": ({"requestContext": {"http": {}, "elb": {}}}, False),
    "a WebSocket API": ({"requestContext": {"http": {}, "connectionId": "a"}}, False),
    "http that is not an object": ({"version": "2.0", "requestContext": {"http": "a"}}, False),
    "no context": ({"version": "2.0", "rawPath": "/"}, False),
    "a string": ("requestContext", False),
}


@pytest.mark.parametrize(("event", "expected"), MATCHES.values(), ids=MATCHES)
def test_only_events_of_http_apis_match(event: Any, expected: bool) -> None:
    assert http_api.matches(event) is expected


def test_a_request_gives_the_event_that_an_http_api_creates() -> None:
    request = Request(
        "POST",
        root_path="/live",
        path="/é/ ",
        raw_path="/%C3%A9/%20",
        query="a=1&a=+2&b",
        headers=[
            ("host", "a.example.com"),
            ("accept", "a"),
            ("cookie", "a=1; b=2"),
            ("accept", "b"),
            ("cookie", "c=3"),
            ("x-forwarded-for", "192.0.2.1"),
            ("connection", "close"),
            ("content-type", "application/json"),
        ],
        body=b'{"a": "\xc3\xa9"}',
        client=("203.0.113.9", 4711),
        server=("a.example.com", 443),
        http_version="2",
    )
    front = Front(stage="live", route="/{x}/{proxy+}", parameters=(("x", "é"), ("proxy", " ")))

    event = http_api.event_from_request(request, front)

    context = event.pop("requestContext")
    assert event["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert event == {
        "version": "2.0",
        "routeKey": "ANY /{x}/{proxy+}",
        "rawPath": "/live/é/ ",
        "rawQueryString": "a=1&a=+2&b",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "host": "a.example.com",
            "accept": "a,b",
            "content-type": "application/json",
            "x-forwarded-for": "192.0.2.1, 203.0.113.9",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"a": "1, 2", "b": ""},
        "pathParameters": {"x": "é", "proxy": " "},
        "body": '{"a": "é"}',
        "isBase64Encoded": False,
    }
    assert len(context.pop("requestId")) == 36
    assert context.pop("timeEpoch") > 1_700_000_000_000
    assert context.pop("time").endswith(" +0000")
    assert context == {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": "a.example.com",
        "domainPrefix": "a",
        "http": {
            "method": "POST",
            "path": "/live/é/ ",
            "protocol": "HTTP/2",
            "sourceIp": "203.0.113.9",
            "userAgent": "",
        },
        "routeKey": "ANY /{x}/{proxy+}",
        "stage": "live",
    }


def test_the_event_of_an_empty_request_has_no_optional_keys() -> None:
    event = http_api.event_from_request(Request(), Front())

    assert event.keys() == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    }
    assert (event["routeKey"], event["requestContext"]["stage"]) == ("$default", "$default")


@pytest.mark.parametrize(
    ("headers", "encoded"),
    [
        ([("content-type", "Text/CSV; charset=utf-8")], False),
        ([("content-type", "application/json")], False),
        ([("content-type", "application/xml")], False),
        ([("content-type", "application/javascript")], False),
        ([("content-type", "application/vnd.api+json")], True),
        ([("content-type", "application/x-www-form-urlencoded")], True),
        ([("content-type", "application/json"), ("content-encoding", "gzip")], True),
        ([], True),
    ],
)
def test_bodies_of_four_media_types_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], encoded: bool
) -> None:
    event = http_api.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert (event["body"], event["isBase64Encoded"]) == ("YQ==" if encoded else "a", encoded)
