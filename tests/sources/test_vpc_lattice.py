"""VPC Lattice, event structure V2: its events, the request each is, and the way back."""

import json
from time import time
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.target_group import load_balancer, vpc_lattice, vpc_lattice_v1
from tests.sources.echo_apps import asgi_echo, wsgi_echo
from tests.sources.strategies import requests

CONTEXT = {"serviceArn": "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1"}


def event(**changes: Any) -> dict[str, Any]:
    """The least that Lattice sends with structure V2, with changes."""
    return {
        "version": "2.0",
        "path": "/a",
        "method": "GET",
        "headers": {"host": ["api.example.com"]},
        "requestContext": CONTEXT,
    } | changes


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


def bare(**changes: Any) -> Request:
    """The same without a Host header."""
    return request(**({"headers": [], "server": ("localhost", 443)} | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "the path is as sent": (
        event(path="/a%2Fb%Ft é#"),
        request(path="/a/b%Ft é#", raw_path="/a%2Fb%Ft%20%C3%A9%23"),
    ),
    "an empty path": (event(path=""), request(path="/", raw_path="/")),
    "no path": (event(path=None), request(path="/", raw_path="/")),
    "no method": (event(method=None), request(method="GET")),
    "the query in the path is as sent": (
        event(path="/a?b=%26+1&a&b=?é#", queryStringParameters={"b": ["%26+1", "?"], "a": [""]}),
        request(query="b=%26+1&a&b=?%C3%A9%23"),
    ),
    "a path that is nothing but a query": (
        event(path="?a=1"),
        request(path="/", raw_path="/", query="a=1"),
    ),
    "a question mark alone": (event(path="/a?"), request(query="")),
    "without one in the path the query is that of the map": (
        event(queryStringParameters={"a%5B%5D": ["1+2", "%263"], "b": [], "c": [None]}),
        request(query="a%5B%5D=1+2&a%5B%5D=%263&c="),
    ),
    "a map of lone values": (
        event(queryStringParameters={"a": "1&2", "b": None, "c d": 3}),
        request(query="a=1%262&b=&c%20d=3"),
    ),
    "every header value": (
        event(headers={"A": ["1", "2"], "cookie": ["b=3", "c=4"], "te": ["trailers"], "d": None}),
        bare(headers=[("a", "1"), ("a", "2"), ("cookie", "b=3; c=4")]),
    ),
    "headers that are lone values": (
        event(headers={"host": "a.example.com:8443", "x": "1"}),
        request(
            headers=[("host", "a.example.com:8443"), ("x", "1")], server=("a.example.com", 8443)
        ),
    ),
    "no headers": (event(headers=None), bare()),
    "X-Forwarded-For is not believed here, the others nowhere": (
        event(
            headers={
                "x-forwarded-for": ["192.0.2.1", "203.0.113.9"],
                "x-forwarded-proto": ["http"],
                "x-forwarded-port": ["8080"],
            }
        ),
        bare(
            headers=[
                ("x-forwarded-for", "192.0.2.1"),
                ("x-forwarded-for", "203.0.113.9"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
            ]
        ),
    ),
    "a null body": (event(body=None, isBase64Encoded=False), request()),
    "a text does not say that it is one": (
        event(body="é", headers={}),
        bare(body=b"\xc3\xa9", headers=[("content-length", "2")]),
    ),
    "a body in base64": (
        event(body="AP8=", isBase64Encoded=True, headers={}),
        bare(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "the service network alone tells": (
        event(requestContext={"serviceNetworkArn": "", "identity": None}),
        request(),
    ),
    "an event of an HTTP API as well": (
        event(rawPath="/b", requestContext=CONTEXT | {"http": {"path": "/b"}}),
        request(),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_an_event_of_lattice_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert vpc_lattice.matches(sent)
    assert not vpc_lattice_v1.matches(sent)
    assert vpc_lattice.request_from_event(sent) == expected


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"method": "GET"},
        event(requestContext=None),
        event(requestContext={}),
        event(requestContext={"http": {"method": "GET"}}),
        event(requestContext=CONTEXT | {"elb": {}}),
        event(requestContext=CONTEXT | {"connectionId": "a"}),
        event(methodArn="arn"),
        event(routeArn="arn"),
        event(Records=[]),
        event(__ow_method="get"),
        {key: value for key, value in event().items() if key != "method"},
    ],
)
def test_only_a_request_to_a_service_is_claimed(sent: Any) -> None:
    assert not vpc_lattice.matches(sent)


def test_a_load_balancers_event_stays_its_own() -> None:
    both = event(requestContext=CONTEXT | {"elb": {}})

    assert load_balancer.matches(both)
    assert not vpc_lattice.matches(both)


def test_who_called_is_in_the_raw_event_and_nowhere_else() -> None:
    identity = {"type": "AWS_IAM", "principal": "arn:aws:iam::123456789012:role/s3cret"}
    sent = event(requestContext=CONTEXT | {"identity": identity})
    assert vpc_lattice.request_from_event(sent) == request()

    seen: list[Any] = []

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(environ)
        return []

    asgi_lambda.Adapter(asgi, lifespan="off", sources=[vpc_lattice])(sent)
    wsgi_lambda.Adapter(wsgi, sources=[vpc_lattice])(sent)
    for scope in seen:
        assert scope.pop("aws.event") is sent
        assert "s3cret" not in str(scope)


@pytest.mark.parametrize(
    ("hops", "client"), [(0, None), (1, ["203.0.113.9", 0]), (2, ["192.0.2.1", 0]), (3, None)]
)
def test_the_client_is_told_by_trusted_hops(hops: int, client: list[Any] | None) -> None:
    sent = event(headers={"x-forwarded-for": ["192.0.2.1", "203.0.113.9"]})

    for handler in (
        asgi_lambda.Adapter(
            asgi_echo(Reply()), lifespan="off", trusted_hops=hops, sources=[vpc_lattice]
        ),
        wsgi_lambda.Adapter(wsgi_echo(Reply()), trusted_hops=hops, sources=[vpc_lattice]),
    ):
        assert json.loads(handler(sent)["body"])["client"] == client


SENT = Request(
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
        ("x-amzn-lattice-identity", "Principal=somebody"),
        ("content-type", "text/plain"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 80),
)


def test_an_event_is_made_as_lattice_makes_it() -> None:
    made = vpc_lattice.event_from_request(SENT, Front())

    context = made.pop("requestContext")
    assert context.pop("timeEpoch").isdigit()
    assert set(context) == {
        "serviceNetworkArn",
        "serviceArn",
        "targetGroupArn",
        "identity",
        "region",
    }
    assert made == {
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


def test_what_is_empty_is_left_out() -> None:
    made = vpc_lattice.event_from_request(Request(), Front())

    del made["requestContext"]
    assert made == {"version": "2.0", "path": "/", "method": "GET", "headers": {}}


def test_empty_forwarded_for_headers_are_joined_as_every_gateway_joins_them() -> None:
    twice = Request(headers=[("x-forwarded-for", ""), ("x-forwarded-for", "")])
    once = Request(headers=[("x-forwarded-for", "")])

    made = [
        vpc_lattice.event_from_request(request, Front())["headers"] for request in (twice, once)
    ]

    assert made == [{"x-forwarded-for": [", "]}, {}]


def test_the_time_is_in_microseconds() -> None:
    made = vpc_lattice.event_from_request(Request(), Front())

    assert abs(int(made["requestContext"]["timeEpoch"]) / 1e6 - time()) < 3600


@pytest.mark.parametrize(
    ("headers", "placed"),
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
def test_lattice_sends_few_types_as_text(
    headers: list[tuple[str, str]], placed: dict[str, Any]
) -> None:
    made = vpc_lattice.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert {key: made[key] for key in ("body", "isBase64Encoded") if key in made} == placed


@given(data=st.data())
def test_path_and_query_come_back_as_they_were_sent(data: st.DataObject) -> None:
    given_request = data.draw(requests(vpc_lattice, Front()))

    made = json.loads(json.dumps(vpc_lattice.event_from_request(given_request, Front())))

    assert vpc_lattice.matches(made)
    assert not vpc_lattice_v1.matches(made)
    arrived = vpc_lattice.request_from_event(made)
    raw_path = given_request.public_raw_path
    assert arrived.replace(headers=[], body=b"", server=("", 0)) == Request(
        method=given_request.method,
        path=unquote(raw_path),
        raw_path=raw_path,
        query=given_request.query,
        server=("", 0),
    )
