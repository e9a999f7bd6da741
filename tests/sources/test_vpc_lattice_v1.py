"""VPC Lattice, event structure V1: events that match, and events and requests both ways."""

from typing import Any

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.target_group import vpc_lattice, vpc_lattice_v1


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event with structure V1, with changes."""
    return {
        "raw_path": "/a",
        "method": "GET",
        "headers": {"host": "api.example.com"},
        "query_string_parameters": {},
        "body": "",
        "is_base64_encoded": False,
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
        event_with(raw_path="/a%2Fb%Ft é"),
        request_with(path="/a/b%Ft é", raw_path="/a%2Fb%Ft%20%C3%A9"),
    ),
    "no path": (event_with(raw_path=None), request_with(path="/", raw_path="/")),
    "no method": (event_with(method=None), request_with(method="GET")),
    "the query is not decoded": (
        event_with(query_string_parameters={"a%5B%5D": "1+2%263", "b": "=", "c": "", "d": None}),
        request_with(query="a%5B%5D=1+2%263&b==&c=&d="),
    ),
    "a query in the path has all values": (
        event_with(raw_path="/a?b=1&a=%2B&b", query_string_parameters={"a": "%2B", "b": ""}),
        request_with(query="b=1&a=%2B&b"),
    ),
    "the query key of V2 is ignored": (
        event_with(queryStringParameters={"a": ["1"]}, query_string_parameters=None),
        request_with(),
    ),
    "headers": (
        event_with(
            headers={"User_Agent": "a", "cookie": "b=3", "header1": "1, 2", "te": "trailers"}
        ),
        request_without_host(headers=[("user_agent", "a"), ("header1", "1, 2"), ("cookie", "b=3")]),
    ),
    "lists of headers, from an emulator": (
        event_with(headers={"a": ["1", "2"]}),
        request_without_host(headers=[("a", "1"), ("a", "2")]),
    ),
    "null maps": (event_with(headers=None, query_string_parameters=None), request_without_host()),
    "X-Forwarded-* headers do not set client, scheme and port": (
        event_with(
            headers={
                "host": "a.example.com:80",
                "x-forwarded-for": "192.0.2.1, 203.0.113.9",
                "x-forwarded-proto": "http",
                "x-forwarded-port": "8080",
            }
        ),
        request_with(
            headers=[
                ("host", "a.example.com:80"),
                ("x-forwarded-for", "192.0.2.1, 203.0.113.9"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
            ],
            server=("a.example.com", 80),
        ),
    ),
    "a null body": (event_with(body=None), request_with()),
    "a text body": (
        event_with(body="é", headers={}),
        request_without_host(body=b"\xc3\xa9", headers=[("content-length", "2")]),
    ),
    "a body in base64": (
        event_with(body="AP8=", is_base64_encoded=True, headers={}),
        request_without_host(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "the required keys only": (
        {"raw_path": "/", "method": "GET"},
        request_without_host(path="/", raw_path="/"),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_lattice_v1_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert vpc_lattice_v1.matches(event)
    assert not vpc_lattice.matches(event)
    assert vpc_lattice_v1.request_from_event(event) == expected


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "raw_path",
        {},
        {"raw_path": "/"},
        {"method": "GET"},
        event_with(requestContext={}),
        event_with(requestContext=None),
        event_with(methodArn="arn"),
        event_with(routeArn="arn"),
        event_with(Records=[]),
        event_with(__ow_method="get"),
    ],
)
def test_only_events_with_raw_path_and_method_match(event: Any) -> None:
    assert not vpc_lattice_v1.matches(event)


def test_a_request_gives_the_event_that_lattice_v1_creates() -> None:
    request = Request(
        "POST",
        scheme="http",
        root_path="/x",
        path="/é",
        raw_path="/%C3%A9",
        query="a=%2B+&b=1&a=2&c&&=d",
        headers=[
            ("host", "a.example.com"),
            ("cookie", "a=1"),
            ("connection", "close"),
            ("cookie", "b=2"),
            ("header1", "value1"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-port", "1"),
            ("x-amzn-lattice-network", "SourceVpcArn=mine"),
            ("header1", "value2"),
            ("content-type", "text/plain"),
        ],
        body=b"caf\xc3\xa9",
        client=("203.0.113.9", 4711),
        server=("a.example.com", 80),
    )

    assert vpc_lattice_v1.event_from_request(request, Front()) == {
        "raw_path": "/x/%C3%A9",
        "method": "POST",
        "headers": {
            "host": "a.example.com",
            "cookie": "a=1, b=2",
            "header1": "value1, value2",
            "x-forwarded-port": "1",
            "content-type": "text/plain",
            "x-forwarded-for": "192.0.2.1, 203.0.113.9",
        },
        "query_string_parameters": {"a": "2", "b": "1", "c": "", "": "d"},
        "body": "café",
        "is_base64_encoded": False,
    }


def test_the_event_of_an_empty_request_has_all_keys() -> None:
    assert vpc_lattice_v1.event_from_request(Request(), Front()) == {
        "raw_path": "/",
        "method": "GET",
        "headers": {},
        "query_string_parameters": {},
        "body": "",
        "is_base64_encoded": False,
    }


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], ("YQ==", True)),
        ([("content-type", "application/xml")], ("a", False)),
        ([("content-type", "application/xml"), ("content-encoding", "br")], ("YQ==", True)),
    ],
)
def test_text_bodies_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], expected: tuple[str, bool]
) -> None:
    event = vpc_lattice_v1.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert (event["body"], event["is_base64_encoded"]) == expected
