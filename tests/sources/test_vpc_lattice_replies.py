"""VPC Lattice V1 and V2: the response of a reply, and which responses Lattice refuses."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.source import Source
from lambda_adapters.sources.target_group import vpc_lattice, vpc_lattice_v1

for_both_versions = pytest.mark.parametrize(
    "source", [vpc_lattice, vpc_lattice_v1], ids=lambda source: source.name
)

REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "text; the reason phrase is dropped": (
        Reply(200, [("x", "1")], b"a", True, "Quite fine"),
        {"statusCode": 200, "headers": {"x": "1"}, "body": "a", "isBase64Encoded": False},
    ),
    "bytes": (
        Reply(404, [("connection", "close"), ("content-length", "1")], b"\xff"),
        {"statusCode": 404, "headers": {}, "body": "/w==", "isBase64Encoded": True},
    ),
    "one cookie": (
        Reply(204, [("set-cookie", "a=1")]),
        {
            "statusCode": 204,
            "headers": {"set-cookie": "a=1"},
            "body": "",
            "isBase64Encoded": False,
        },
    ),
    "several cookies are in headers and cookies, other headers are joined": (
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


@for_both_versions
@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_lattice_response(
    source: Source, reply: Reply, expected: dict[str, Any]
) -> None:
    assert source.response_from_reply(reply, {}) == expected


RESPONSES: dict[str, tuple[Any, Reply]] = {
    "a status alone": ({"statusCode": 200}, Reply(200, [], b"", True)),
    "a status that is a whole float": ({"statusCode": 200.0}, Reply(200, [], b"", True)),
    "a description is ignored": (
        {"statusCode": 200, "statusDescription": "200 Quite fine"},
        Reply(200, [], b"", True),
    ),
    "headers": (
        {"statusCode": 200, "headers": {"Set-Cookie": "a", "set-cookie": "b", "Vary": "x"}},
        Reply(200, [("set-cookie", "a"), ("set-cookie", "b"), ("vary", "x")], b"", True),
    ),
    "hop-by-hop headers": (
        {"statusCode": 200, "headers": {"Connection": "close", "Transfer-Encoding": "chunked"}},
        Reply(200, [], b"", True),
    ),
    "multi-value headers and cookies are ignored": (
        {"statusCode": 200, "multiValueHeaders": {"a": ["1"]}, "cookies": ["b"]},
        Reply(200, [], b"", True),
    ),
    "text": ({"statusCode": 200, "body": "é"}, Reply(200, [], b"\xc3\xa9", True)),
    "base64": (
        {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
        Reply(200, [], b"\xff"),
    ),
}


@for_both_versions
@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_lattice_response_gives_the_expected_reply(
    source: Source, response: Any, expected: Reply
) -> None:
    assert source.reply_from_response(response, Request(), Front()) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "no status": {"headers": {}},
    "a status that is a string": {"statusCode": "200"},
    "a null value": {"statusCode": 200, "x": None},
    "a header that is a number": {"statusCode": 200, "headers": {"a": 1}},
    "a header that is a list": {"statusCode": 200, "headers": {"set-cookie": ["a", "b"]}},
    "a header with a line break": {"statusCode": 200, "headers": {"a": "1\n"}},
    "a body that is an object": {"statusCode": 200, "body": {}},
    "invalid base64": {"statusCode": 200, "body": "a", "isBase64Encoded": True},
}


@for_both_versions
@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_lattice_response_is_refused(source: Source, response: Any) -> None:
    reply = source.reply_from_response(response, Request(), Front())

    assert reply == source.refusal()
    assert (reply.status, reply.body) == (502, b"Bad Gateway")


@for_both_versions
def test_the_limit_is_six_megabytes(source: Source) -> None:
    assert source.limit({}) == 6 * 1024 * 1024 + 100
