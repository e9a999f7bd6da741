"""Function URLs: what they do otherwise than HTTP APIs, whose payload format they share."""

from typing import Any

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import function_url, http_api

DOMAIN = "abc.lambda-url.eu-west-1.on.aws"


def event(**changes: Any) -> dict[str, Any]:
    """The least that a Function URL sends, with changes; `context` changes its requestContext."""
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


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "client": ("203.0.113.9", 0),
        "server": (DOMAIN, 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "the path is as sent": (
        event(rawPath="/a%2Fb%Ft/%ff"),
        request(path="/a/b%Ft/\ufffd", raw_path="/a%2Fb%Ft/%ff"),
    ),
    "a path that no request line can hold": (
        event(rawPath="/é#?"),
        request(path="/é#?", raw_path="/%C3%A9%23%3F"),
    ),
    "the query is as sent": (event(rawQueryString="a=%2B+&a"), request(query="a=%2B+&a")),
    "there is no stage": (
        event(rawPath="/live/a", context={"stage": "live"}),
        request(path="/live/a", raw_path="/live/a"),
    ),
    "cookies twice": (
        event(cookies=["a=1", "b=2"], headers={"cookie": "a=1; b=2"}),
        request(headers=[("cookie", "a=1; b=2")]),
    ),
    "a host of its own": (
        event(headers={"host": "a.example.com"}),
        request(headers=[("host", "a.example.com")], server=("a.example.com", 443)),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_a_function_urls_event_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert function_url.matches(sent)
    assert not http_api.matches(sent)
    assert function_url.request_from_event(sent) == expected


@pytest.mark.parametrize(
    "context",
    [
        {"domainName": "abc.execute-api.eu-west-1.amazonaws.com"},
        {"domainName": None},
        {"http": None},
        {"connectionId": "a"},
    ],
)
def test_what_is_not_from_its_domain_is_not_claimed(context: dict[str, Any]) -> None:
    assert not function_url.matches(event(context=context))


def test_a_function_urls_event_is_made_as_lambda_makes_it() -> None:
    sent = Request(
        root_path="/x",
        path="/é",
        raw_path="/%C3%A9",
        query="a=1",
        headers=[("host", "a.example.com"), ("cookie", "a=1; b=2"), ("cookie", "c=3")],
        client=("2001:db8::9", 4711),
    )

    made = function_url.event_from_request(sent, Front(stage="ignored"))

    context = made.pop("requestContext")
    assert made["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert made == {
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


def test_without_cookies_neither_place_has_them() -> None:
    made = function_url.event_from_request(Request(), Front())

    assert "cookies" not in made
    assert "cookie" not in made["headers"]
