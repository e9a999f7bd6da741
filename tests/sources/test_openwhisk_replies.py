"""Raw web actions of OpenWhisk: the result of a reply, and which results are refused."""

import gzip
import json
import zlib
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.openwhisk import web_action as openwhisk
from lambda_adapters.sources.openwhisk.web_action import reply_from_response, response_from_reply
from tests.sources.openwhisk_losses import expected_openwhisk_reply
from tests.sources.strategies import replies

LATIN_1_TEXT = "text/plain; charset=latin-1"
UTF_8_TEXT = "text/plain; charset=utf-8"
GZIP = ("content-encoding", "gzip")
OCTET_STREAM = "application/octet-stream"


def encode_base64(data: bytes) -> str:
    return b64encode(data).decode()


def reply_with_type(content_type: str, body: bytes, *headers: tuple[str, str]) -> Reply:
    return Reply(200, [("content-type", content_type), *headers], body)


# Content-Type and body of the reply; Content-Type (if changed) and body of the result.
BODIES: dict[str, tuple[str, bytes, str, str]] = {
    "text": (UTF_8_TEXT, b"\xc3\xa9", UTF_8_TEXT, "é"),
    "text without a charset": ("text/html", b"a", "text/html", "a"),
    "text in latin-1": (LATIN_1_TEXT, b"\xe9", UTF_8_TEXT, "é"),
    "text in UTF-16": (
        'Text/CSV; header=a; Charset="UTF-16"',
        b"\xff\xfea\0",
        "text/csv; header=a; charset=utf-8",
        "a",
    ),
    "text that does not match its charset": (UTF_8_TEXT, b"\xe9", UTF_8_TEXT, "é"),
    "text with an unknown charset": ("text/plain; charset=x", b"\xe9", UTF_8_TEXT, "é"),
    "a form": ("application/x-www-form-urlencoded", b"a=1", "", "a=1"),
    "an event stream": ("text/event-stream", b"data: 1\n\n", "", "data: 1\n\n"),
    "JSON": ("application/json", b'{"a":1}', "", '{"a":1}'),
    "JSON that could be base64": ("application/json", b"true", "", encode_base64(b"true")),
    "JSON that could be base64 and has spaces": ("application/json", b" 1234\n", "", "IDEyMzQK"),
    "JSON that is almost base64": ("application/json", b"12345", "", "MTIzNDU="),
    "JSON that is not UTF-8": ("application/json", b"\xff", "", "/w=="),
    "a registered +json": ("application/problem+json", b"{}", "", "{}"),
    "an unregistered +json": ("application/ld+json", b"{}", "", "e30="),
    "bytes": ("image/png", b"\0\xff", "", "AP8="),
    "an unregistered type": ("application/x-ndjson", b"{}\n", "", "e30K"),
    "an unregistered type with a charset": (
        "application/x-a; charset=utf-8; b=c",
        b"a",
        "application/x-a; b=c",
        "YQ==",
    ),
    "an SVG image": ("image/svg+xml", b"<svg/>", "", encode_base64(b"<svg/>")),
    "no type": ("", b"<b>", OCTET_STREAM, encode_base64(b"<b>")),
    "a malformed type": ("what", b"<b>", OCTET_STREAM, encode_base64(b"<b>")),
    "a type with odd parameters": ("text/html; a", b"<b>", OCTET_STREAM, encode_base64(b"<b>")),
}


@pytest.mark.parametrize(
    ("content_type", "body", "expected_type", "expected_body"), BODIES.values(), ids=BODIES
)
def test_the_content_type_of_a_reply_decides_whether_its_body_is_text_or_base64(
    content_type: str, body: bytes, expected_type: str, expected_body: str
) -> None:
    reply = reply_with_type(content_type, body) if content_type else Reply(200, [], body)

    assert response_from_reply(reply, {}) == {
        "statusCode": 200,
        "headers": {"content-type": expected_type or content_type},
        "body": expected_body,
    }


REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "repeated headers are a list": (
        Reply(
            302,
            [("set-cookie", "a"), ("location", "/"), ("set-cookie", "b"), ("connection", "close")],
        ),
        {"statusCode": 302, "headers": {"set-cookie": ["a", "b"], "location": "/"}, "body": ""},
    ),
    "an empty body": (
        reply_with_type("text/html", b""),
        {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": ""},
    ),
    "a status without a body": (
        Reply(205, [], b"a"),
        {"statusCode": 205, "headers": {}, "body": ""},
    ),
    "an unregistered status": (Reply(299), {"statusCode": 200, "headers": {}, "body": ""}),
    "an unregistered error": (Reply(499), {"statusCode": 400, "headers": {}, "body": ""}),
    "a status above 599": (Reply(999), {"statusCode": 500, "headers": {}, "body": ""}),
    "compressed text": (
        reply_with_type(UTF_8_TEXT, gzip.compress(b"a"), GZIP, ("vary", "x")),
        {"statusCode": 200, "headers": {"vary": "x", "content-type": UTF_8_TEXT}, "body": "a"},
    ),
    "text that is compressed twice": (
        reply_with_type(
            UTF_8_TEXT,
            gzip.compress(zlib.compress(b"a")),
            ("content-encoding", "Deflate, identity"),
            ("content-encoding", "x-gzip"),
        ),
        {"statusCode": 200, "headers": {"content-type": UTF_8_TEXT}, "body": "a"},
    ),
    "compressed JSON": (
        reply_with_type("application/json", b"\x1f\x8b", GZIP),
        {
            "statusCode": 200,
            "headers": {"content-encoding": "gzip", "content-type": "application/json"},
            "body": "H4s=",
        },
    ),
    "compressed JSON that is UTF-8": (
        reply_with_type("application/json", b"{}", ("content-encoding", "br")),
        {
            "statusCode": 200,
            "headers": {"content-encoding": "br", "content-type": "application/json"},
            "body": "e30=",
        },
    ),
}


@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_result(reply: Reply, expected: dict[str, Any]) -> None:
    assert response_from_reply(reply, {}) == expected


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"a"),
        ("gzip", b"not compressed"),
        ("gzip", gzip.compress(b"a" * 99)[:-9]),
        ("gzip", gzip.compress(b"a") * 2),
        ("gzip", gzip.compress(b"a" * 1024 * 1024 + b"b")),
        ("gzip", gzip.compress(b"\xff" * 400_000)),
    ],
    ids=["unknown", "not compressed", "truncated", "two members", "too large", "too large as JSON"],
)
def test_text_that_cannot_be_decompressed_gives_500_and_a_log_message(
    coding: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    response = response_from_reply(
        reply_with_type(UTF_8_TEXT, body, ("content-encoding", coding)), {}
    )

    assert response == {
        "statusCode": 500,
        "headers": {"content-type": UTF_8_TEXT},
        "body": "Internal Server Error",
    }
    assert "leave compression to the gateway" in caplog.text


def test_the_limit_of_a_result_is_one_mebibyte() -> None:
    assert openwhisk.limit({}) == 1048576


# The result of an action, and the reply that the client gets.
RESULTS: dict[str, tuple[Any, Reply]] = {
    "nothing": ({}, Reply(204, [], b"", True)),
    "an empty body": ({"body": ""}, Reply(204, [], b"", True)),
    "a null body": ({"body": None}, Reply(204, [], b"", True)),
    "an empty body with a status and a type": (
        {"statusCode": 200, "body": "", "headers": {"Content-Type": "text/html", "A": "1"}},
        Reply(200, [("a", "1")], b"", True),
    ),
    "text": (
        {"body": "é"},
        Reply(200, [("content-type", "text/html; charset=UTF-8")], b"\xc3\xa9", True),
    ),
    "text with another charset": (
        {"body": "é", "headers": {"content-type": LATIN_1_TEXT}},
        Reply(200, [("content-type", "text/plain; charset=UTF-8")], b"\xc3\xa9", True),
    ),
    "a status that is a string": ({"statusCode": "302"}, Reply(302, [], b"", True)),
    "a status that is a whole float": ({"statusCode": 201.0}, Reply(201, [], b"", True)),
    "headers of every kind": (
        {
            "statusCode": 200,
            "headers": {"A": "1", "b": True, "c": 1.5, "Set-Cookie": ["x", ["y", 2]], "d": []},
        },
        Reply(
            200,
            [
                ("a", "1"),
                ("b", "true"),
                ("c", "1.5"),
                ("set-cookie", "x"),
                ("set-cookie", "y"),
                ("set-cookie", "2"),
            ],
            b"",
            True,
        ),
    ),
    "headers that the server sets": (
        {
            "statusCode": 200,
            "headers": {"Date": "now", "Server": "x", "Connection": "close", "Content-Length": 7},
        },
        Reply(200, [], b"", True),
    ),
    "an object": (
        {"body": {"a": 1}},
        Reply(200, [("content-type", "application/json")], b'{"a": 1}', True),
    ),
    "an array of +json": (
        {"body": [1], "headers": {"content-type": "application/ld+json"}},
        Reply(200, [("content-type", "application/ld+json")], b"[1]"),
    ),
    "JSON": (
        {"body": "{}", "headers": {"content-type": "application/json; charset=utf-8"}},
        Reply(200, [("content-type", "application/json")], b"{}", True),
    ),
    "JSON in base64": (
        {"body": " e30= ", "headers": {"content-type": "application/json"}},
        Reply(200, [("content-type", "application/json")], b"{}", True),
    ),
    "JSON that is almost base64": (
        {"body": "12345", "headers": {"content-type": "application/json"}},
        Reply(200, [("content-type", "application/json")], b"12345", True),
    ),
    "bytes": (
        {"body": "AP8=", "headers": {"content-type": "Image/PNG; a=b; charset=x"}},
        Reply(200, [("content-type", "image/png; a=b")], b"\0\xff"),
    ),
    "an unregistered type with a charset is text": (
        {"body": "AP8=", "headers": {"content-type": "application/x-a; charset=x"}},
        Reply(200, [("content-type", "application/x-a; charset=UTF-8")], b"AP8=", True),
    ),
    "an application's error": (
        {"error": {"statusCode": 409, "body": "no"}, "body": "yes"},
        Reply(409, [("content-type", "text/html; charset=UTF-8")], b"no", True),
    ),
}


@pytest.mark.parametrize(("result", "expected"), RESULTS.values(), ids=RESULTS)
def test_a_result_gives_the_expected_reply(result: Any, expected: Reply) -> None:
    assert reply_from_response(result, Request(), Front()) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "a list": [],
    "an error that is a string": {"error": "no"},
    "a null status": {"statusCode": None},
    "a status that is true": {"statusCode": True},
    "an unregistered status": {"statusCode": 299},
    "null headers": {"headers": None},
    "a list of headers": {"headers": []},
    "a null header": {"headers": {"a": None}},
    "a header that is an object": {"headers": {"a": [{}]}},
    "a header with a line break": {"headers": {"a": "1\n"}},
    "a malformed type": {"headers": {"content-type": "what"}, "body": "a"},
    "bytes that are not base64": {"headers": {"content-type": "image/png"}, "body": "%"},
    "an unregistered type as text": {
        "headers": {"content-type": "application/x-a"},
        "body": "{}\n",
    },
    "an object that is not JSON": {
        "headers": {"content-type": "application/json"},
        "body": {"a": {1}},
    },
    "an object of a type that is not JSON": {"headers": {"content-type": "text/html"}, "body": {}},
}


@pytest.mark.parametrize("result", REFUSED.values(), ids=REFUSED)
def test_a_malformed_result_is_refused(result: Any) -> None:
    reply = reply_from_response(result, Request(), Front())

    assert reply == openwhisk.refusal()
    assert (reply.status, reply.headers) == (400, [("content-type", "application/json")])


TYPES = [
    UTF_8_TEXT,
    "text/html",
    "text/csv; charset=latin-1",
    "application/xml",
    "application/json",
]
TYPES += ["application/problem+json", "application/ld+json", "application/x-www-form-urlencoded"]
TYPES += ["Image/PNG", "image/svg+xml", "application/x-a; charset=utf-8", "what", "text/html; x"]
JSON_BODIES = st.sampled_from([b"true", b"null", b"1234", b"12", b'"a"', b"{}", b"[1, 2]"])


@given(data=st.data(), reply=replies(), kind=st.sampled_from([*TYPES, None]))
def test_a_reply_of_any_content_type_comes_back_except_for_the_losses(
    data: st.DataObject, reply: Reply, kind: str | None
) -> None:
    if kind is not None:
        reply.headers.insert(data.draw(st.integers(0, len(reply.headers))), ("content-type", kind))
    if data.draw(st.booleans()):
        reply.body = data.draw(JSON_BODIES)

    result = json.loads(json.dumps(response_from_reply(reply, {})))

    expected = expected_openwhisk_reply(reply)
    assert reply_from_response(result, Request(), Front()) == expected


@given(body=st.text(max_size=9).map(str.encode), kind=st.sampled_from([UTF_8_TEXT, "text/html"]))
def test_compressed_text_is_decompressed(body: bytes, kind: str) -> None:
    reply = reply_with_type(kind, gzip.compress(body), GZIP, ("x-kind", "a"))

    result = reply_from_response(response_from_reply(reply, {}), Request(), Front())

    content_type = [("content-type", f"{kind.partition(';')[0]}; charset=UTF-8")] if body else []
    assert result == Reply(200, [("x-kind", "a"), *content_type], body, True)
