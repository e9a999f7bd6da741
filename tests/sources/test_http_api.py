"""HTTP APIs with payload format 2.0: their events, the request each is, and the way back."""

from typing import Any

import pytest

from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.api_gateway import http_api


def event(**changes: Any) -> dict[str, Any]:
    """The least that an HTTP API sends, with changes; `context` and `http` change inner ones."""
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


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "the method": (event(http={"method": "PUT"}), request(method="PUT")),
    "no method": (event(http={"method": ""}), request(method="GET")),
    "the path is decoded already": (
        event(rawPath="/a b/%2F/é?#"),
        request(path="/a b/%2F/é?#", raw_path="/a%20b/%252F/%C3%A9%3F%23"),
    ),
    "no raw path": (
        event(rawPath=None, http={"path": "b"}),
        request(path="/b", raw_path="/b"),
    ),
    "no path at all": (
        event(rawPath=None, http={"path": None}),
        request(path="/", raw_path="/"),
    ),
    "a stage": (
        event(rawPath="/live/a", context={"stage": "live"}),
        request(root_path="/live"),
    ),
    "a stage at its root": (
        event(rawPath="/live", context={"stage": "live"}),
        request(root_path="/live", path="/", raw_path="/"),
    ),
    "a stage and a slash": (
        event(rawPath="/live/", context={"stage": "live"}),
        request(root_path="/live", path="/", raw_path="/"),
    ),
    "a stage that the path only begins like": (
        event(rawPath="/lively", context={"stage": "live"}),
        request(path="/lively", raw_path="/lively"),
    ),
    "a stage that is not in the path": (event(context={"stage": "live"}), request()),
    "a stage that is no text": (event(context={"stage": 5}), request()),
    "the query is as sent": (
        event(rawQueryString="b=%2B+&a&&b=[é]#"),
        request(query="b=%2B+&a&&b=[%C3%A9]%23"),
    ),
    "no raw query": (
        event(rawQueryString=None, queryStringParameters={"a": "1,2", "b c": None}),
        request(query="a=1,2&b%20c="),
    ),
    "cookies in a list": (
        event(cookies=["a=1", 'b="2"', None]),
        request(headers=[("host", "api.example.com"), ("cookie", 'a=1; b="2"')]),
    ),
    "cookies in a list and a header": (
        event(cookies=["a=1"], headers={"cookie": "a=1"}),
        request(headers=[("cookie", "a=1")], server=("localhost", 443)),
    ),
    "cookies in a header and an empty list": (
        event(cookies=[], headers={"Cookie": "a=1"}),
        request(headers=[("cookie", "a=1")], server=("localhost", 443)),
    ),
    "cookies that are no list": (
        event(cookies="a=1", headers={"cookie": "b=2"}),
        request(headers=[("cookie", "b=2")], server=("localhost", 443)),
    ),
    "joined headers stay joined": (
        event(headers={"accept": "a,b"}),
        request(headers=[("accept", "a,b")], server=("localhost", 443)),
    ),
    "null headers": (event(headers=None), request(headers=[], server=("localhost", 443))),
    "a body in base64": (
        event(body="AP8=", isBase64Encoded=True, headers={"content-length": "2"}),
        request(body=b"\0\xff", headers=[("content-length", "2")], server=("localhost", 443)),
    ),
    "Content-Length without a body": (
        event(headers={"content-length": "0"}),
        request(headers=[("content-length", "0")], server=("localhost", 443)),
    ),
    "an address with a port": (
        event(http={"sourceIp": "203.0.113.9:50102"}),
        request(client=("203.0.113.9", 50102)),
    ),
    "an IPv6 address": (
        event(http={"sourceIp": "2001:db8::9"}),
        request(client=("2001:db8::9", 0)),
    ),
    "no address": (event(http={"sourceIp": None}), request(client=None)),
    "HTTP/2": (event(http={"protocol": "HTTP/2.0"}), request(http_version="2")),
    "the event's own domain": (
        event(headers={"x-forwarded-proto": "http"}, context={"domainName": "a.example.com"}),
        request(
            scheme="http",
            headers=[("x-forwarded-proto", "http")],
            server=("a.example.com", 80),
        ),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_an_event_of_payload_2_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert http_api.matches(sent)
    assert http_api.request_from_event(sent) == expected


def test_a_body_of_payload_2_that_is_not_base64_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="is not base64"):
        http_api.request_from_event(event(body="é", isBase64Encoded=True))


CLAIMS: dict[str, tuple[Any, bool]] = {
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
    "VPC Lattice, whatever else": (
        {"requestContext": {"http": {}, "serviceNetworkArn": "a"}},
        False,
    ),
    "a service of VPC Lattice": ({"requestContext": {"http": {}, "serviceArn": "a"}}, False),
    "a load balancer": ({"requestContext": {"http": {}, "elb": {}}}, False),
    "a WebSocket API": ({"requestContext": {"http": {}, "connectionId": "a"}}, False),
    "http that is no object": ({"version": "2.0", "requestContext": {"http": "a"}}, False),
    "no context": ({"version": "2.0", "rawPath": "/"}, False),
    "a string": ("requestContext", False),
}


@pytest.mark.parametrize(("sent", "claimed"), CLAIMS.values(), ids=CLAIMS)
def test_only_an_http_apis_events_are_claimed(sent: Any, claimed: bool) -> None:
    assert http_api.matches(sent) is claimed


def test_an_event_of_payload_2_is_made_as_the_gateway_makes_it() -> None:
    sent = Request(
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

    made = http_api.event_from_request(sent, front)

    context = made.pop("requestContext")
    assert made["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert made == {
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


def test_an_empty_request_leaves_the_empty_keys_out() -> None:
    made = http_api.event_from_request(Request(), Front())

    assert made.keys() == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    }
    assert (made["routeKey"], made["requestContext"]["stage"]) == ("$default", "$default")


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
def test_four_kinds_of_body_are_text_and_the_rest_is_base64(
    headers: list[tuple[str, str]], encoded: bool
) -> None:
    made = http_api.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert (made["body"], made["isBase64Encoded"]) == ("YQ==" if encoded else "a", encoded)
