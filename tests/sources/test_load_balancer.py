"""Load balancers in both header modes: events that match, and events and requests both ways."""

from typing import Any

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.target_group import load_balancer

CONTEXT = {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:a"}}


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event of a load balancer in single mode, with changes."""
    return {
        "requestContext": CONTEXT,
        "httpMethod": "GET",
        "path": "/a",
        "queryStringParameters": {},
        "headers": {"host": "api.example.com", "x-forwarded-proto": "https"},
        "body": "",
        "isBase64Encoded": False,
    } | changes


def multi_value_event(**changes: Any) -> dict[str, Any]:
    """The minimal event in multi-value mode, with changes."""
    event = event_with(multiValueHeaders={}, multiValueQueryStringParameters={})
    del event["headers"], event["queryStringParameters"]
    return event | changes


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com"), ("x-forwarded-proto", "https")],
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


def request_without_headers(**changes: Any) -> Request:
    """The request of `multi_value_event()`, with changes: no headers, so no host and no TLS."""
    return request_with(
        **({"headers": [], "scheme": "http", "server": ("localhost", 80)} | changes)
    )


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "a plain event in multi-value mode": (multi_value_event(), request_without_headers()),
    "a health check": (
        event_with(headers={"user-agent": "ELB-HealthChecker/2.0"}),
        request_without_headers(headers=[("user-agent", "ELB-HealthChecker/2.0")]),
    ),
    "a health check in multi-value mode": (
        multi_value_event(multiValueHeaders={"user-agent": ["ELB-HealthChecker/2.0"]}),
        request_without_headers(headers=[("user-agent", "ELB-HealthChecker/2.0")]),
    ),
    "the path is not decoded": (
        event_with(path="/a%2Fb%Ft é"),
        request_with(path="/a/b%Ft é", raw_path="/a%2Fb%Ft%20%C3%A9"),
    ),
    "an empty path": (event_with(path=""), request_with(path="/", raw_path="/")),
    "no method": (event_with(httpMethod=None), request_with(method="GET")),
    "the query is not decoded": (
        event_with(queryStringParameters={"a%5B%5D": "1+2%263", "b": "=", "c": "", "d": None}),
        request_with(query="a%5B%5D=1+2%263&b==&c=&d="),
    ),
    "an emulator's query is decoded": (
        event_with(queryStringParameters={"a b=": "c&d#é"}),
        request_with(query="a%20b%3D=c%26d%23%C3%A9"),
    ),
    "every query value in multi-value mode": (
        multi_value_event(multiValueQueryStringParameters={"a": ["1", "%32"], "b": [""]}),
        request_without_headers(query="a=1&a=%32&b="),
    ),
    "every header in multi-value mode": (
        multi_value_event(multiValueHeaders={"a": ["1", "2"], "cookie": ["b=3", "c=4"]}),
        request_without_headers(headers=[("a", "1"), ("a", "2"), ("cookie", "b=3; c=4")]),
    ),
    "both maps, from an emulator": (
        multi_value_event(headers={"a": "2"}, multiValueHeaders={"a": ["1", "2"]}),
        request_without_headers(headers=[("a", "1"), ("a", "2")]),
    ),
    "null maps": (
        event_with(headers=None, multiValueHeaders=None, queryStringParameters=None),
        request_without_headers(),
    ),
    "X-Forwarded-For does not set the client": (
        event_with(headers={"x-forwarded-for": "192.0.2.1, 203.0.113.9"}),
        request_without_headers(headers=[("x-forwarded-for", "192.0.2.1, 203.0.113.9")]),
    ),
    "X-Forwarded-Port": (
        event_with(headers={"host": "a.example.com", "x-forwarded-port": "8080"}),
        request_without_headers(
            headers=[("host", "a.example.com"), ("x-forwarded-port", "8080")],
            server=("a.example.com", 8080),
        ),
    ),
    "a null body": (event_with(body=None), request_with()),
    "a body in base64": (
        multi_value_event(body="AP8=", isBase64Encoded=True),
        request_without_headers(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "an event that also has the keys of an HTTP API": (
        event_with(version="2.0", rawPath="/b", requestContext=CONTEXT | {"http": {"path": "/b"}}),
        request_with(),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_load_balancer_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert load_balancer.matches(event)
    assert load_balancer.request_from_event(event) == expected


@pytest.mark.parametrize("event", [{}, {"requestContext": None}, {"requestContext": {}}, [], "elb"])
def test_only_events_with_elb_in_the_context_match(event: Any) -> None:
    assert not load_balancer.matches(event)


REQUEST = Request(
    "POST",
    scheme="https",
    root_path="/x",
    path="/é",
    raw_path="/%C3%A9",
    query="a=%2B+&b=1&a=2&c&&=d",
    headers=[
        ("host", "a.example.com"),
        ("cookie", "a=1"),
        ("te", "trailers"),
        ("cookie", "b=2"),
        ("content-type", "text/plain"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 443),
)
EVENT = {"httpMethod": "POST", "path": "/x/%C3%A9", "body": "café", "isBase64Encoded": False}
HEADER_LISTS = {
    "host": ["a.example.com"],
    "cookie": ["a=1", "b=2"],
    "content-type": ["text/plain"],
    "x-forwarded-for": ["203.0.113.9"],
    "x-forwarded-port": ["443"],
    "x-forwarded-proto": ["https"],
}


def test_the_event_in_single_mode_has_the_last_value_of_each_name() -> None:
    event = load_balancer.event_from_request(REQUEST, Front())

    assert event.pop("requestContext").keys() == {"elb"}
    assert event["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert event == {
        **EVENT,
        "headers": {name: values[-1] for name, values in HEADER_LISTS.items()},
        "queryStringParameters": {"a": "2", "b": "1", "c": "", "": "d"},
    }


def test_the_event_in_multi_value_mode_has_all_values_and_no_single_maps() -> None:
    event = load_balancer.event_from_request(REQUEST, Front(multi_value=True))

    assert event.pop("requestContext").keys() == {"elb"}
    assert event["multiValueHeaders"].pop("x-amzn-trace-id")[0].startswith("Root=1-")
    assert event == {
        **EVENT,
        "multiValueHeaders": HEADER_LISTS,
        "multiValueQueryStringParameters": {
            "a": ["%2B+", "2"],
            "b": ["1"],
            "c": [""],
            "": ["d"],
        },
    }


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([], b"", ("", False)),
        ([("content-encoding", "gzip")], b"", ("", False)),
        ([], b"a", ("YQ==", True)),
        ([("content-type", "application/json")], b"a", ("a", False)),
        (
            [("content-type", "application/json"), ("content-encoding", "gzip")],
            b"a",
            ("YQ==", True),
        ),
        ([("content-type", "application/x-www-form-urlencoded")], b"a", ("YQ==", True)),
    ],
)
def test_text_bodies_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], body: bytes, expected: tuple[str, bool]
) -> None:
    event = load_balancer.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert (event["body"], event["isBase64Encoded"]) == expected
