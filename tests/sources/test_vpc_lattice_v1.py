"""VPC Lattice, event structure V1: its events, the request each is, and the way back."""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters import Front, Request
from lambda_adapters.sources.target_group import vpc_lattice, vpc_lattice_v1
from tests.sources.strategies import requests


def event(**changes: Any) -> dict[str, Any]:
    """The least that Lattice sends with structure V1, with changes."""
    return {
        "raw_path": "/a",
        "method": "GET",
        "headers": {"host": "api.example.com"},
        "query_string_parameters": {},
        "body": "",
        "is_base64_encoded": False,
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
        event(raw_path="/a%2Fb%Ft é"),
        request(path="/a/b%Ft é", raw_path="/a%2Fb%Ft%20%C3%A9"),
    ),
    "no path": (event(raw_path=None), request(path="/", raw_path="/")),
    "no method": (event(method=None), request(method="GET")),
    "the query is as sent, keys as well": (
        event(query_string_parameters={"a%5B%5D": "1+2%263", "b": "=", "c": "", "d": None}),
        request(query="a%5B%5D=1+2%263&b==&c=&d="),
    ),
    "a query in the path has every value": (
        event(raw_path="/a?b=1&a=%2B&b", query_string_parameters={"a": "%2B", "b": ""}),
        request(query="b=1&a=%2B&b"),
    ),
    "the query's key of V2 is not read": (
        event(queryStringParameters={"a": ["1"]}, query_string_parameters=None),
        request(),
    ),
    "headers": (
        event(headers={"User_Agent": "a", "cookie": "b=3", "header1": "1, 2", "te": "trailers"}),
        bare(headers=[("user_agent", "a"), ("header1", "1, 2"), ("cookie", "b=3")]),
    ),
    "lists of headers, from an emulator": (
        event(headers={"a": ["1", "2"]}),
        bare(headers=[("a", "1"), ("a", "2")]),
    ),
    "null maps": (event(headers=None, query_string_parameters=None), bare()),
    "X-Forwarded-For is not believed here, the others nowhere": (
        event(
            headers={
                "host": "a.example.com:80",
                "x-forwarded-for": "192.0.2.1, 203.0.113.9",
                "x-forwarded-proto": "http",
                "x-forwarded-port": "8080",
            }
        ),
        request(
            headers=[
                ("host", "a.example.com:80"),
                ("x-forwarded-for", "192.0.2.1, 203.0.113.9"),
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
            ],
            server=("a.example.com", 80),
        ),
    ),
    "a null body": (event(body=None), request()),
    "a text body": (
        event(body="é", headers={}),
        bare(body=b"\xc3\xa9", headers=[("content-length", "2")]),
    ),
    "a body in base64": (
        event(body="AP8=", is_base64_encoded=True, headers={}),
        bare(body=b"\0\xff", headers=[("content-length", "2")]),
    ),
    "only what must be": ({"raw_path": "/", "method": "GET"}, bare(path="/", raw_path="/")),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_an_event_of_lattice_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert vpc_lattice_v1.matches(sent)
    assert not vpc_lattice.matches(sent)
    assert vpc_lattice_v1.request_from_event(sent) == expected


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "raw_path",
        {},
        {"raw_path": "/"},
        {"method": "GET"},
        event(requestContext={}),
        event(requestContext=None),
        event(methodArn="arn"),
        event(routeArn="arn"),
        event(Records=[]),
        event(__ow_method="get"),
    ],
)
def test_only_a_raw_path_with_a_method_is_claimed(sent: Any) -> None:
    assert not vpc_lattice_v1.matches(sent)


def test_an_event_is_made_as_lattice_makes_it() -> None:
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


def test_what_is_empty_is_there_all_the_same() -> None:
    assert vpc_lattice_v1.event_from_request(Request(), Front()) == {
        "raw_path": "/",
        "method": "GET",
        "headers": {},
        "query_string_parameters": {},
        "body": "",
        "is_base64_encoded": False,
    }


@pytest.mark.parametrize(
    ("headers", "placed"),
    [
        ([], ("YQ==", True)),
        ([("content-type", "application/xml")], ("a", False)),
        ([("content-type", "application/xml"), ("content-encoding", "br")], ("YQ==", True)),
    ],
)
def test_lattice_sends_few_types_as_text(
    headers: list[tuple[str, str]], placed: tuple[str, bool]
) -> None:
    made = vpc_lattice_v1.event_from_request(Request("POST", headers=headers, body=b"a"), Front())

    assert (made["body"], made["is_base64_encoded"]) == placed


@given(data=st.data())
def test_the_path_comes_back_as_sent_and_of_each_key_the_last_value(data: st.DataObject) -> None:
    given_request = data.draw(requests(vpc_lattice_v1, Front()))

    made = json.loads(json.dumps(vpc_lattice_v1.event_from_request(given_request, Front())))

    assert vpc_lattice_v1.matches(made)
    assert not vpc_lattice.matches(made)
    arrived = vpc_lattice_v1.request_from_event(made)
    raw_path = given_request.public_raw_path
    parts = [part.partition("=") for part in given_request.query.split("&") if part]
    last = {key: value for key, _, value in parts}
    assert arrived.replace(headers=[], body=b"", server=("", 0)) == Request(
        method=given_request.method,
        path=unquote(raw_path),
        raw_path=raw_path,
        query="&".join(f"{key}={value}" for key, value in last.items()),
        server=("", 0),
    )
