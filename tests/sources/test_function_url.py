"""Function URLs: how they differ from HTTP APIs, which have the same payload format."""

from typing import Any

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import function_url, http_api

DOMAIN = "abc.lambda-url.eu-west-1.on.aws"


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event of a Function URL, with changes. `context` changes its requestContext."""
    http = {"method": "GET", "path": "/a", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"}
    context = {"domainName": DOMAIN, "stage": "$default", "http": http}
    return {
        "version": "2.0",
        "rawPath": "/a",
        "rawQueryString": "",
        "headers": {},
        "requestContext": context | changes.pop("context", {}),
        "isBase64Encoded": False,
    } | changes


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "client": ("203.0.113.9", 0),
        "server": (DOMAIN, 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the path is not decoded": (
        event_with(rawPath="/a%2Fb%Ft/%ff"),
        request_with(path="/a/b%Ft/\ufffd", raw_path="/a%2Fb%Ft/%ff"),
    ),
    "a path with characters that must be encoded": (
        event_with(rawPath="/é#?"),
        request_with(path="/é#?", raw_path="/%C3%A9%23%3F"),
    ),
    "the query is not decoded": (
        event_with(rawQueryString="a=%2B+&a"),
        request_with(query="a=%2B+&a"),
    ),
    "a stage is not a root path": (
        event_with(rawPath="/live/a", context={"stage": "live"}),
        request_with(path="/live/a", raw_path="/live/a"),
    ),
    "cookies in a list and in a header": (
        event_with(cookies=["a=1", "b=2"], headers={"cookie": "a=1; b=2"}),
        request_with(headers=[("cookie", "a=1; b=2")]),
    ),
    "a custom host": (
        event_with(headers={"host": "a.example.com"}),
        request_with(headers=[("host", "a.example.com")], server=("a.example.com", 443)),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_function_url_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert function_url.matches(event)
    assert not http_api.matches(event)
    assert function_url.request_from_event(event) == expected


@pytest.mark.parametrize(
    "context",
    [
        {"domainName": "abc.execute-api.eu-west-1.amazonaws.com"},
        {"domainName": None},
        {"http": None},
        {"connectionId": "a"},
    ],
)
def test_an_event_of_another_domain_does_not_match(context: dict[str, Any]) -> None:
    assert not function_url.matches(event_with(context=context))


def test_a_request_gives_the_event_that_a_function_url_creates() -> None:
    request = Request(
        root_path="/x",
        path="/é",
        raw_path="/%C3%A9",
        query="a=1",
        headers=[("host", "a.example.com"), ("cookie", "a=1; b=2"), ("cookie", "c=3")],
        client=("2001:db8::9", 4711),
    )

    event = function_url.event_from_request(request, Front(stage="ignored"))

    context = event.pop("requestContext")
    assert event["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/x/%C3%A9",
        "rawQueryString": "a=1",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "host": "a.example.com",
            "x-forwarded-for": "2001:db8::9",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "cookie": "a=1; b=2; c=3",
        },
        "queryStringParameters": {"a": "1"},
        "isBase64Encoded": False,
    }
    for key in ("requestId", "time", "timeEpoch"):
        context.pop(key)
    assert context == {
        "accountId": "anonymous",
        "apiId": "local",
        "domainName": "local.lambda-url.us-east-1.on.aws",
        "domainPrefix": "local",
        "http": {
            "method": "GET",
            "path": "/x/é",
            "protocol": "HTTP/1.1",
            "sourceIp": "2001:db8::9",
            "userAgent": "",
        },
        "routeKey": "$default",
        "stage": "$default",
    }


def test_without_cookies_the_event_has_no_cookies_and_no_cookie_header() -> None:
    event = function_url.event_from_request(Request(), Front())

    assert "cookies" not in event
    assert "cookie" not in event["headers"]
