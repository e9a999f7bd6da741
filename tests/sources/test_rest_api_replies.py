"""REST APIs: the response of a reply, and the reply that API Gateway gives for a response."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.api_gateway import rest_api
from tests.sources.losses import DROPPED_REPLY_HEADERS, REMAPPED_HEADERS

DROPPED_HEADERS = [
    *DROPPED_REPLY_HEADERS,
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
]
JSON = ("content-type", "application/json")
REFUSED = Reply(502, [JSON], b'{"message": "Internal server error"}', True)
NOT_BASE64 = Reply(500, [JSON], b'{"message": "Internal server error"}', True)

REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "text": (
        Reply(200, [JSON, ("x", "1")], b"{}", True, "Fine"),
        {
            "statusCode": 200,
            "headers": {"content-type": "application/json", "x": "1"},
            "body": "{}",
            "isBase64Encoded": False,
        },
    ),
    "bytes": (
        Reply(200, [("content-length", "2")], b"\0\xff"),
        {"statusCode": 200, "headers": {}, "body": "AP8=", "isBase64Encoded": True},
    ),
    "text in another charset": (
        Reply(200, [], b"caf\xe9", True),
        {"statusCode": 200, "headers": {}, "body": "Y2Fm6Q==", "isBase64Encoded": True},
    ),
    "repeated headers": (
        Reply(204, [("set-cookie", "a"), ("x", "1"), ("set-cookie", "b")]),
        {
            "statusCode": 204,
            "multiValueHeaders": {"set-cookie": ["a", "b"], "x": ["1"]},
            "body": "",
            "isBase64Encoded": False,
        },
    ),
    "hop-by-hop headers": (
        Reply(200, [("connection", "X-Hop, close"), ("x-hop", "1"), ("te", "a"), ("x", "1")]),
        {"statusCode": 200, "headers": {"x": "1"}, "body": "", "isBase64Encoded": False},
    ),
}


@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_rest_api_response(
    reply: Reply, expected: dict[str, Any]
) -> None:
    assert rest_api.response_from_reply(reply, {}) == expected


RESPONSES: dict[str, tuple[Any, Reply]] = {
    "an empty object": ({}, Reply(200, [JSON], b"", True)),
    "headers alone": ({"headers": {"A": "1"}}, Reply(200, [("a", "1"), JSON], b"", True)),
    "a status that is a string": ({"statusCode": "201"}, Reply(201, [JSON], b"", True)),
    "a status that is a whole float": ({"statusCode": 201.0}, Reply(201, [JSON], b"", True)),
    "a status that is a word": ({"statusCode": "test"}, REFUSED),
    "a status below 100": ({"statusCode": 99}, REFUSED),
    "a status that is true": ({"statusCode": True}, REFUSED),
    "a status of four digits": ({"statusCode": "2000"}, REFUSED),
    "a status that is not a whole number": ({"statusCode": 200.5}, REFUSED),
    "an unknown key": ({"statusCode": 200, "cookies": []}, REFUSED),
    "a string": ("hello", REFUSED),
    "null": (None, REFUSED),
    "null headers": ({"headers": None, "body": "a"}, Reply(200, [JSON], b"a", True)),
    "headers that are not an object": ({"headers": ["a"]}, REFUSED),
    "a header that is true": (
        {"headers": {"a": True, "b": False}},
        Reply(200, [("a", "true"), ("b", "false"), JSON], b"", True),
    ),
    "a header that is a number": ({"headers": {"a": 1}}, REFUSED),
    "a header with a line break": ({"headers": {"a": "1\r\nb: 2"}}, REFUSED),
    "a header whose name is not a token": ({"headers": {"a b": "1"}}, REFUSED),
    "a header that is not Latin-1": (
        {"headers": {"a": "玉"}},
        Reply(200, [("a", "\xe7\x8e\x89"), JSON], b"", True),
    ),
    "a multi-value header that is not a list": ({"multiValueHeaders": {"a": "1"}}, REFUSED),
    "multi-value headers that are not an object": ({"multiValueHeaders": []}, REFUSED),
    "a name in both maps: both are sent": (
        {"multiValueHeaders": {"A": ["m", "n"]}, "headers": {"a": "s"}},
        Reply(200, [("a", "m"), ("a", "n"), ("a", "s"), JSON], b"", True),
    ),
    "a content type": (
        {"headers": {"Content-Type": "text/html"}, "body": "<p>"},
        Reply(200, [("content-type", "text/html")], b"<p>", True),
    ),
    "remapped headers": (
        {"headers": dict.fromkeys(["Connection", *REMAPPED_HEADERS], "x")},
        Reply(
            200,
            [(f"x-amzn-remapped-{name}", "x") for name in ["connection", *REMAPPED_HEADERS]]
            + [JSON],
            b"",
            True,
        ),
    ),
    "dropped headers": (
        {"headers": dict.fromkeys(["Content-Length", *DROPPED_HEADERS], "x")},
        Reply(200, [JSON], b"", True),
    ),
    "a body that is an object": ({"body": {"a": 1}}, REFUSED),
    "a surrogate in the body": ({"body": "a\ud800"}, Reply(200, [JSON], b"a?", True)),
    "base64": ({"body": "AP8=", "isBase64Encoded": True}, Reply(200, [JSON], b"\0\xff")),
    "invalid base64": ({"body": "A", "isBase64Encoded": True}, NOT_BASE64),
}


@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_gives_the_expected_reply_or_is_refused(response: Any, expected: Reply) -> None:
    assert rest_api.reply_from_response(response, Request(), Front()) == expected
    assert rest_api.refusal() == REFUSED


ACCEPT_CASES = {
    "no Accept": (None, ("image/png",), False),
    "the type": ("image/png", ("image/png",), True),
    "the first of several": ("image/png;q=0.1, text/html", ("image/png",), True),
    "the second of several": ("text/html, image/png", ("image/png",), False),
    "a wildcard on the right": ("image/webp", ("image/*",), True),
    "a wildcard on the left": ("image/webp", ("*/webp",), False),
    "every type": ("text/html", ("*/*",), True),
    "every type and no Accept": (None, ("*/*",), True),
    "Accept of everything": ("*/*", ("image/png",), False),
    "no binary types": ("image/png", (), False),
}


@pytest.mark.parametrize(
    ("accept", "binary_media_types", "decoded"), ACCEPT_CASES.values(), ids=ACCEPT_CASES
)
def test_the_first_type_of_accept_decides_whether_base64_is_decoded(
    accept: str | None, binary_media_types: tuple[str, ...], decoded: bool
) -> None:
    request = Request(headers=[("accept", accept)] if accept else [])
    response = {"body": "AP8=", "isBase64Encoded": True}

    reply = rest_api.reply_from_response(
        response, request, Front(binary_media_types=binary_media_types)
    )

    assert reply == Reply(200, [JSON], b"\0\xff" if decoded else b"AP8=")
