"""VPC Lattice: what response a reply is, and which responses are refused, with V1 as with V2."""

import json
from typing import Any

import pytest
from hypothesis import assume, given

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.source import Source
from lambda_adapters.sources.target_group import vpc_lattice, vpc_lattice_v1
from tests.sources.losses import HOP_BY_HOP
from tests.sources.strategies import replies

with_both_versions = pytest.mark.parametrize(
    "source", [vpc_lattice, vpc_lattice_v1], ids=lambda source: source.name
)

REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "text, without its reason phrase": (
        Reply(200, [("x", "1")], b"a", True, "Quite fine"),
        {"statusCode": 200, "headers": {"x": "1"}, "body": "a", "isBase64Encoded": False},
    ),
    "bytes": (
        Reply(404, [("connection", "close"), ("content-length", "1")], b"\xff"),
        {"statusCode": 404, "headers": {}, "body": "/w==", "isBase64Encoded": True},
    ),
    "one cookie is a header like any other": (
        Reply(204, [("set-cookie", "a=1")]),
        {
            "statusCode": 204,
            "headers": {"set-cookie": "a=1"},
            "body": "",
            "isBase64Encoded": False,
        },
    ),
    "several cookies are there in both ways, the rest is joined": (
        Reply(200, [("set-cookie", "a"), ("vary", "x"), ("set-cookie", "b"), ("vary", "y")]),
        {
            "statusCode": 200,
            "headers": {"set-cookie": "a", "vary": "x, y", "set-cookiE": "b"},
            "cookies": ["a", "b"],
            "body": "",
            "isBase64Encoded": False,
        },
    ),
}


@with_both_versions
@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_is_a_whole_response(
    source: Source, reply: Reply, expected: dict[str, Any]
) -> None:
    assert source.response_from_reply(reply, {}) == expected


RESPONSES: dict[str, tuple[Any, Reply]] = {
    "a status alone": ({"statusCode": 200}, Reply(200, [], b"", True)),
    "a status that is a whole float": ({"statusCode": 200.0}, Reply(200, [], b"", True)),
    "a description is nothing to HTTP/2": (
        {"statusCode": 200, "statusDescription": "200 Quite fine"},
        Reply(200, [], b"", True),
    ),
    "headers": (
        {"statusCode": 200, "headers": {"Set-Cookie": "a", "set-cookie": "b", "Vary": "x"}},
        Reply(200, [("set-cookie", "a"), ("set-cookie", "b"), ("vary", "x")], b"", True),
    ),
    "headers that belong to the connection": (
        {"statusCode": 200, "headers": {"Connection": "close", "Transfer-Encoding": "chunked"}},
        Reply(200, [], b"", True),
    ),
    "other ways to write headers are not documented": (
        {"statusCode": 200, "multiValueHeaders": {"a": ["1"]}, "cookies": ["b"]},
        Reply(200, [], b"", True),
    ),
    "text": ({"statusCode": 200, "body": "é"}, Reply(200, [], b"\xc3\xa9", True)),
    "base64": (
        {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
        Reply(200, [], b"\xff"),
    ),
}


@with_both_versions
@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_is_a_whole_reply(source: Source, response: Any, expected: Reply) -> None:
    assert source.reply_from_response(response, Request(), Front()) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "no status": {"headers": {}},
    "a status that is text": {"statusCode": "200"},
    "a null of any kind": {"statusCode": 200, "x": None},
    "a header that is a number": {"statusCode": 200, "headers": {"a": 1}},
    "a header that is a list": {"statusCode": 200, "headers": {"set-cookie": ["a", "b"]}},
    "a header with a line break": {"statusCode": 200, "headers": {"a": "1\n"}},
    "a body that is an object": {"statusCode": 200, "body": {}},
    "base64 that is none": {"statusCode": 200, "body": "a", "isBase64Encoded": True},
}


@with_both_versions
@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_response_is_refused(source: Source, response: Any) -> None:
    reply = source.reply_from_response(response, Request(), Front())

    assert reply == source.refusal()
    assert (reply.status, reply.body) == (502, b"Bad Gateway")


@with_both_versions
@given(reply=replies(("set-cookie", "x-kind", "vary")))
def test_a_reply_comes_back_but_for_its_reason_and_the_joints_of_its_headers(
    source: Source, reply: Reply
) -> None:
    assume(not {name for name, _ in reply.headers} & {*HOP_BY_HOP})

    response = json.loads(json.dumps(source.response_from_reply(reply, {})))

    returned = source.reply_from_response(response, Request(), Front())

    names = dict.fromkeys(name for name, _ in reply.headers if name != "set-cookie")
    joined = {name: ", ".join(v for n, v in reply.headers if n == name) for name in names}
    cookies = [pair for pair in reply.headers if pair[0] == "set-cookie"]
    assert (returned.status, returned.body, returned.reason) == (reply.status, reply.body, "")
    assert [pair for pair in returned.headers if pair[0] == "set-cookie"] == cookies
    assert {name: value for name, value in returned.headers if name != "set-cookie"} == joined


@with_both_versions
def test_six_megabytes_are_allowed(source: Source) -> None:
    assert source.limit({}) == 6 * 1024 * 1024 + 100
