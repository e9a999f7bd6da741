"""VPC Lattice, event structure V2: events that match, and events and requests both ways."""

import json
from time import time
from typing import Any

import pytest

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.target_group import load_balancer, vpc_lattice, vpc_lattice_v1
from tests.sources.echo_apps import asgi_echo, wsgi_echo

CONTEXT = {"serviceArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1"}


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event with structure V2, with changes."""
    return {
        "version": "2.0",
        "path": "/a",
        "method": "GET",
        "headers": {"host": ["api.example.com"]},
        "requestContext": CONTEXT,
    } | changes


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


def request_without_host(**changes: Any) -> Request:
    """The same request without a Host header."""
    return request_with(**({"headers": [], "server": ("localhost", 443)} | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the path is not decoded": (
        event_with(path="/a%2Fb%Ft é#"),
        request_with(path="/a/b%Ft é#", raw_path="/a%2Fb%Ft%20%C3%A9%23"),
    ),
    "an empty path": (event_with(path=""), request_with(path="/", raw_path="/")),
    "no path": (event_with(path=None), request_with(path="/", raw_path="/")),
    "no method": (event_with(method=None), request_with(method="GET")),
    "the query in the path is not decoded": (
        event_with(
            path="/a?b=%26+1&a&b=?é#", queryStringParameters={"b": ["%26+1", "?"], "a": [""]}
        ),
        request_with(query="b=%26+1&a&b=?%C3%A9%23"),
    ),
    "a path that is only a query": (
        event_with(path="?a=1"),
        request_with(path="/", raw_path="/", query="a=1"),
    ),
    "a question mark without a query": (event_with(path="/a?"), request_with(query="")),
    "the query is in the map if it is not in the path": (
        event_with(queryStringParameters={"a%5B%5D": ["1+2", "%263"], "b": [], "c": [None]}),
        request_with(query="a%5B%5D=1+2&a%5B%5D=%263&c="),
    ),
    "a query map without lists": (
        event_with(queryStringParameters={"a": "1&2", "b": None, "c d": 3}),
        request_with(query="a=1%262&b=&c%20d=3"),
    ),
    "every header value": (
        event_with(
            headers={"A": ["1", "2"], "cookie": ["b=3", "c=4"], "te": ["trailers"], "d": None}
        ),
        request_without_host(headers=[("a", "1"), ("a", "2"), ("cookie", "b=3; c=4")]),
    ),
    "headers without lists": (
        event_with(headers={"host": "a.example.com:8443", "x": "1"}),
        request_with(
            headers=[("host", "a.example.com:8443"), ("x", "1")], server=("a.example.com", 8443)
        ),
    ),
    "no headers": (event_with(headers=None), request_without_host()),
    "X-Forwarded-* headers do not set client, scheme and port": (
        event_with(
            headers={
                "x-forwarded-for": ["192.0.2.1", "203.0.113.9"],
                "x-forwarded-proto": ["http"],
                "x-forwarded-port": ["8080"],
            }
        ),
        request_without_host(
            headers=[
                ("x-forwarded-for", "192.0.2.1"),
                ("x-forwarded-for", "203.0.113.9"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
            ]
        ),
    ),
    "a null body": (event_with(body=None, isBase64Encoded=False), request_with()),
    "a text body without isBase64Encoded": (
        event_with(body="é", headers={}),
        request_without_host(body=b"\xc3\xa9", headers=[("content-length", "2")]),
    ),
    "a body in base64": (
        event_with(body="AP8=", isBase64Encoded=True, headers={}),
        request_without_host(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "a service network without a service": (
        event_with(requestContext={"serviceNetworkArn": "", "identity": None}),
        request_with(),
    ),
    "an event that also has the keys of an HTTP API": (
        event_with(rawPath="/b", requestContext=CONTEXT | {"http": {"path": "/b"}}),
        request_with(),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_lattice_v2_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert vpc_lattice.matches(event)
    assert not vpc_lattice_v1.matches(event)
    assert vpc_lattice.request_from_event(event) == expected


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"method": "GET"},
        event_with(requestContext=None),
        event_with(requestContext={}),
        event_with(requestContext={"http": {"method": "GET"}}),
        event_with(requestContext=CONTEXT | {"elb": {}}),
        event_with(requestContext=CONTEXT | {"connectionId": "a"}),
        event_with(methodArn="arn"),
        event_with(routeArn="arn"),
        event_with(Records=[]),
        event_with(__ow_method="get"),
        {key: value for key, value in event_with().items() if key != "method"},
    ],
)
def test_only_events_with_lattice_arns_in_the_context_match(event: Any) -> None:
    assert not vpc_lattice.matches(event)


def test_an_event_with_elb_in_the_context_is_from_a_load_balancer() -> None:
    event = event_with(requestContext=CONTEXT | {"elb": {}})

    assert load_balancer.matches(event)
    assert not vpc_lattice.matches(event)


def test_the_identity_of_the_caller_is_only_in_the_raw_event() -> None:
    identity = {"type": "AWS_IAM", "principal": "arn:aws:iam::123456789012:role/s3cret"}
    event = event_with(requestContext=CONTEXT | {"identity": identity})
    assert vpc_lattice.request_from_event(event) == request_with()

    inputs: list[Any] = []

    async def asgi(app_input: Any, receive: Any, send: Any) -> None:
        inputs.append(app_input)

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        inputs.append(environ)
        return []

    asgi_lambda.Adapter(asgi, lifespan="off", sources=[vpc_lattice])(event)
    wsgi_lambda.Adapter(wsgi, sources=[vpc_lattice])(event)
    for app_input in inputs:
        assert app_input.pop("aws.event") is event
        assert "s3cret" not in str(app_input)


@pytest.mark.parametrize(
    ("hops", "client"), [(0, None), (1, ["203.0.113.9", 0]), (2, ["192.0.2.1", 0]), (3, None)]
)
def test_trusted_hops_sets_the_client(hops: int, client: list[Any] | None) -> None:
    event = event_with(headers={"x-forwarded-for": ["192.0.2.1", "203.0.113.9"]})

    for handler in (
        asgi_lambda.Adapter(
            asgi_echo(Reply()), lifespan="off", trusted_hops=hops, sources=[vpc_lattice]
        ),
        wsgi_lambda.Adapter(wsgi_echo(Reply()), trusted_hops=hops, sources=[vpc_lattice]),
    ):
        assert json.loads(handler(event)["body"])["client"] == client


REQUEST = Request(
    "POST",
    scheme="http",
    root_path="/x",
    path="/é",
    raw_path="/%C3%A9",
    query="a=%2B+&b=1&a=2&c&&=d",
    headers=[
        ("host", "a.example.com"),
        ("cookie", "a=1"),
        ("te", "trailers"),
        ("cookie", "b=2"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "gopher"),
        ("x-amzn-lattice-identity", "Principal=forged"),
        ("content-type", "text/plain"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 80),
)


def test_a_request_gives_the_event_that_lattice_v2_creates() -> None:
    event = vpc_lattice.event_from_request(REQUEST, Front())

    context = event.pop("requestContext")
    assert context.pop("timeEpoch").isdigit()
    assert set(context) == {
        "serviceNetworkArn",
        "serviceArn",
        "targetGroupArn",
        "identity",
        "region",
    }
    assert event == {
        "version": "2.0",
        "path": "/x/%C3%A9?a=%2B+&b=1&a=2&c&&=d",
        "method": "POST",
        "headers": {
            "host": ["a.example.com"],
            "cookie": ["a=1", "b=2"],
            "x-forwarded-proto": ["gopher"],
            "content-type": ["text/plain"],
            "x-forwarded-for": ["192.0.2.1, 203.0.113.9"],
        },
        "queryStringParameters": {"a": ["%2B+", "2"], "b": ["1"], "c": [""], "": ["d"]},
        "body": "café",
    }


def test_the_event_of_an_empty_request_has_no_optional_keys() -> None:
    event = vpc_lattice.event_from_request(Request(), Front())

    del event["requestContext"]
    assert event == {"version": "2.0", "path": "/", "method": "GET", "headers": {}}


def test_two_empty_forwarded_for_headers_are_joined_and_a_single_one_is_dropped() -> None:
    two_headers = Request(headers=[("x-forwarded-for", ""), ("x-forwarded-for", "")])
    one_header = Request(headers=[("x-forwarded-for", "")])

    headers = [
        vpc_lattice.event_from_request(request, Front())["headers"]
        for request in (two_headers, one_header)
    ]

    assert headers == [{"x-forwarded-for": [", "]}, {}]


def test_the_time_is_in_microseconds() -> None:
    event = vpc_lattice.event_from_request(Request(), Front())

    assert abs(int(event["requestContext"]["timeEpoch"]) / 1e6 - time()) < 3600


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], {"body": "YQ==", "isBase64Encoded": True}),
        ([("content-type", "application/json")], {"body": "a"}),
        (
            [("content-type", "application/json"), ("content-encoding", "gzip")],
            {"body": "YQ==", "isBase64Encoded": True},
        ),
        (
            [("content-type", "application/x-www-form-urlencoded")],
            {"body": "YQ==", "isBase64Encoded": True},
        ),
    ],
)
def test_text_bodies_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], expected: dict[str, Any]
) -> None:
    event = vpc_lattice.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert {key: event[key] for key in ("body", "isBase64Encoded") if key in event} == expected
