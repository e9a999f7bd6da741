"""Load balancers in both header modes: their events, the request each is, and the way back."""

from typing import Any

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.target_group import load_balancer

CONTEXT = {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:a"}}


def event(**changes: Any) -> dict[str, Any]:
    """The least that a load balancer sends in single mode, with changes."""
    return {
        "requestContext": CONTEXT,
        "httpMethod": "GET",
        "path": "/a",
        "queryStringParameters": {},
        "headers": {"host": "api.example.com", "x-forwarded-proto": "https"},
        "body": "",
        "isBase64Encoded": False,
    } | changes


def multi(**changes: Any) -> dict[str, Any]:
    """The same in multi-value mode."""
    sent = event(multiValueHeaders={}, multiValueQueryStringParameters={})
    del sent["headers"], sent["queryStringParameters"]
    return sent | changes


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com"), ("x-forwarded-proto", "https")],
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


def bare(**changes: Any) -> Request:
    """The request of `multi()`, with changes: no header, so neither host nor TLS."""
    return request(**({"headers": [], "scheme": "http", "server": ("localhost", 80)} | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "a plain one in multi-value mode": (multi(), bare()),
    "a health check": (
        event(headers={"user-agent": "ELB-HealthChecker/2.0"}),
        bare(headers=[("user-agent", "ELB-HealthChecker/2.0")]),
    ),
    "a health check in multi-value mode": (
        multi(multiValueHeaders={"user-agent": ["ELB-HealthChecker/2.0"]}),
        bare(headers=[("user-agent", "ELB-HealthChecker/2.0")]),
    ),
    "the path is as sent": (
        event(path="/a%2Fb%Ft é"),
        request(path="/a/b%Ft é", raw_path="/a%2Fb%Ft%20%C3%A9"),
    ),
    "an empty path": (event(path=""), request(path="/", raw_path="/")),
    "no method": (event(httpMethod=None), request(method="GET")),
    "the query is as sent, keys as well": (
        event(queryStringParameters={"a%5B%5D": "1+2%263", "b": "=", "c": "", "d": None}),
        request(query="a%5B%5D=1+2%263&b==&c=&d="),
    ),
    "an emulator's query is decoded": (
        event(queryStringParameters={"a b=": "c&d#é"}),
        request(query="a%20b%3D=c%26d%23%C3%A9"),
    ),
    "every query value in multi-value mode": (
        multi(multiValueQueryStringParameters={"a": ["1", "%32"], "b": [""]}),
        bare(query="a=1&a=%32&b="),
    ),
    "every header in multi-value mode": (
        multi(multiValueHeaders={"a": ["1", "2"], "cookie": ["b=3", "c=4"]}),
        bare(headers=[("a", "1"), ("a", "2"), ("cookie", "b=3; c=4")]),
    ),
    "both maps, from an emulator": (
        multi(headers={"a": "2"}, multiValueHeaders={"a": ["1", "2"]}),
        bare(headers=[("a", "1"), ("a", "2")]),
    ),
    "null maps": (
        event(headers=None, multiValueHeaders=None, queryStringParameters=None),
        bare(),
    ),
    "X-Forwarded-For is not believed here": (
        event(headers={"x-forwarded-for": "192.0.2.1, 203.0.113.9"}),
        bare(headers=[("x-forwarded-for", "192.0.2.1, 203.0.113.9")]),
    ),
    "the port": (
        event(headers={"host": "a.example.com", "x-forwarded-port": "8080"}),
        bare(
            headers=[("host", "a.example.com"), ("x-forwarded-port", "8080")],
            server=("a.example.com", 8080),
        ),
    ),
    "a null body": (event(body=None), request()),
    "a body in base64": (
        multi(body="AP8=", isBase64Encoded=True),
        bare(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "an event of an HTTP API as well": (
        event(version="2.0", rawPath="/b", requestContext=CONTEXT | {"http": {"path": "/b"}}),
        request(),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_a_load_balancers_event_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert load_balancer.matches(sent)
    assert load_balancer.request_from_event(sent) == expected


@pytest.mark.parametrize("sent", [{}, {"requestContext": None}, {"requestContext": {}}, [], "elb"])
def test_only_what_has_a_target_group_is_claimed(sent: Any) -> None:
    assert not load_balancer.matches(sent)


SENT = Request(
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
MADE = {"httpMethod": "POST", "path": "/x/%C3%A9", "body": "café", "isBase64Encoded": False}
LISTS = {
    "host": ["a.example.com"],
    "cookie": ["a=1", "b=2"],
    "content-type": ["text/plain"],
    "x-forwarded-for": ["203.0.113.9"],
    "x-forwarded-port": ["443"],
    "x-forwarded-proto": ["https"],
}


def test_in_single_mode_the_last_value_is_sent() -> None:
    made = load_balancer.event_from_request(SENT, Front())

    assert made.pop("requestContext").keys() == {"elb"}
    assert made["headers"].pop("x-amzn-trace-id").startswith("Root=1-")
    assert made == {
        **MADE,
        "headers": {name: values[-1] for name, values in LISTS.items()},
        "queryStringParameters": {"a": "2", "b": "1", "c": "", "": "d"},
    }


def test_in_multi_value_mode_every_value_is_sent_and_no_single_map() -> None:
    made = load_balancer.event_from_request(SENT, Front(multi_value=True))

    assert made.pop("requestContext").keys() == {"elb"}
    assert made["multiValueHeaders"].pop("x-amzn-trace-id")[0].startswith("Root=1-")
    assert made == {
        **MADE,
        "multiValueHeaders": LISTS,
        "multiValueQueryStringParameters": {
            "a": ["%2B+", "2"],
            "b": ["1"],
            "c": [""],
            "": ["d"],
        },
    }


@pytest.mark.parametrize(
    ("headers", "body", "placed"),
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
def test_a_load_balancer_sends_few_types_as_text(
    headers: list[tuple[str, str]], body: bytes, placed: tuple[str, bool]
) -> None:
    made = load_balancer.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert (made["body"], made["isBase64Encoded"]) == placed
