"""Payload format 2.0: responses and replies. HTTP APIs and Function URLs differ only in errors."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.api_gateway import function_url, http_api
from lambda_adapters.sources.source import Source

JSON = ("content-type", "application/json")
REFUSALS = {
    "http_api": Reply(500, [JSON], b'{"message":"Internal Server Error"}', True),
    "function_url": Reply(
        502, [("content-type", "text/plain; charset=utf-8")], b"Internal Server Error", True
    ),
}
for_both_sources = pytest.mark.parametrize(
    "source", [http_api, function_url], ids=lambda source: source.name
)

REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "text": (
        Reply(200, [JSON], b"{}", True, "Fine"),
        {
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "body": "{}",
            "isBase64Encoded": False,
        },
    ),
    "bytes": (
        Reply(418, [], b"\0\xff"),
        {"statusCode": 418, "headers": {}, "body": "AP8=", "isBase64Encoded": True},
    ),
    "repeated headers are joined, cookies are not": (
        Reply(200, [("vary", "a"), ("set-cookie", "a=1, x"), ("vary", "b"), ("set-cookie", "c")]),
        {
            "statusCode": 200,
            "headers": {"vary": "a, b"},
            "cookies": ["a=1, x", "c"],
            "body": "",
            "isBase64Encoded": False,
        },
    ),
    "hop-by-hop headers": (
        Reply(200, [("content-length", "0"), ("upgrade", "a"), ("x", "1")]),
        {"statusCode": 200, "headers": {"x": "1"}, "body": "", "isBase64Encoded": False},
    ),
}


@for_both_sources
@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_payload_2_response(
    source: Source, reply: Reply, expected: dict[str, Any]
) -> None:
    assert source.response_from_reply(reply, {}) == expected


RESPONSES: dict[str, tuple[Any, Reply]] = {
    "a string, without quotes": ("hello", Reply(200, [JSON], b"hello", True)),
    "a list": ([1, "a"], Reply(200, [JSON], b'[1, "a"]', True)),
    "a number": (1.5, Reply(200, [JSON], b"1.5", True)),
    "true": (True, Reply(200, [JSON], b"true", True)),
    "null": (None, Reply(200, [JSON], b"null", True)),
    "an object without a status": (
        {"message": "é", "headers": {"a": "1"}},
        Reply(200, [JSON], b'{"message": "\\u00e9", "headers": {"a": "1"}}', True),
    ),
    "a status and a body": ({"statusCode": 200, "body": "a"}, Reply(200, [JSON], b"a", True)),
    "a status that is a string": ({"statusCode": "418"}, Reply(418, [JSON], b"", True)),
    "unknown keys": ({"statusCode": 200, "statusDescription": 5}, Reply(200, [JSON], b"", True)),
    "multi-value headers are ignored": (
        {"statusCode": 200, "multiValueHeaders": {"a": ["1"]}},
        Reply(200, [JSON], b"", True),
    ),
    "cookies before Set-Cookie": (
        {"statusCode": 200, "headers": {"Set-Cookie": "b", "X": "1"}, "cookies": ["a", "c"]},
        Reply(
            200,
            [("set-cookie", "a"), ("set-cookie", "c"), ("set-cookie", "b"), ("x", "1"), JSON],
            b"",
            True,
        ),
    ),
    "null cookies": ({"statusCode": 200, "cookies": None}, Reply(200, [JSON], b"", True)),
    "a content type, and a wrong Content-Length": (
        {"statusCode": 200, "headers": {"Content-Type": "a/b", "Content-Length": "9"}},
        Reply(200, [("content-type", "a/b")], b"", True),
    ),
    "base64": (
        {"statusCode": 200, "body": "AP8=", "isBase64Encoded": True},
        Reply(200, [JSON], b"\0\xff"),
    ),
    "isBase64Encoded that is not a boolean": (
        {"statusCode": 200, "body": "AP8=", "isBase64Encoded": "true"},
        Reply(200, [JSON], b"AP8=", True),
    ),
}


@for_both_sources
@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_payload_2_response_gives_the_expected_reply(
    source: Source, response: Any, expected: Reply
) -> None:
    assert source.reply_from_response(response, Request(), Front()) == expected


REFUSED: dict[str, dict[str, Any]] = {
    "a status that is a word": {"statusCode": "test"},
    "a null status": {"statusCode": None},
    "headers that are not an object": {"statusCode": 200, "headers": "a"},
    "a header that is a number": {"statusCode": 200, "headers": {"a": 1}},
    "a header with a line break": {"statusCode": 200, "headers": {"a": "1\r\n"}},
    "a body that is an object": {"statusCode": 200, "body": {}},
    "invalid base64": {"statusCode": 200, "body": "é", "isBase64Encoded": True},
    "cookies that are not a list": {"statusCode": 200, "cookies": "a=1"},
    "a cookie that is not a string": {"statusCode": 200, "cookies": [True]},
    "a cookie with a line break": {"statusCode": 200, "cookies": ["a=1\n"]},
}


@for_both_sources
@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_payload_2_response_is_refused(
    source: Source, response: dict[str, Any]
) -> None:
    reply = source.reply_from_response(response, Request(), Front())

    assert reply == source.refusal() == REFUSALS[source.name]
