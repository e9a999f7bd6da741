"""Load balancers: the response of a reply in each mode, and which responses they refuse."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.target_group import load_balancer

SINGLE_MODE: dict[str, Any] = {"headers": {}}
MULTI_VALUE_MODE: dict[str, Any] = {"multiValueHeaders": {}}

REPLIES: dict[str, tuple[Reply, dict[str, Any], dict[str, Any]]] = {
    "text": (
        Reply(200, [("x", "1")], b"a", True),
        SINGLE_MODE,
        {
            "statusCode": 200,
            "statusDescription": "200 OK",
            "headers": {"x": "1"},
            "body": "a",
            "isBase64Encoded": False,
        },
    ),
    "bytes in multi-value mode": (
        Reply(404, [("x", "1"), ("x", "2"), ("connection", "close")], b"\xff", reason="Gone away"),
        MULTI_VALUE_MODE,
        {
            "statusCode": 404,
            "statusDescription": "404 Gone away",
            "multiValueHeaders": {"x": ["1", "2"]},
            "body": "/w==",
            "isBase64Encoded": True,
        },
    ),
    "an unregistered status": (
        Reply(299),
        SINGLE_MODE,
        {"statusCode": 299, "headers": {}, "body": "", "isBase64Encoded": False},
    ),
    "single mode: each cookie has another spelling, other headers are joined": (
        Reply(
            200,
            [
                ("set-cookie", "a"),
                ("vary", "x"),
                ("set-cookie", "b"),
                ("vary", "y"),
                ("set-cookie", "c"),
            ],
        ),
        SINGLE_MODE,
        {
            "statusCode": 200,
            "statusDescription": "200 OK",
            "headers": {"set-cookie": "a", "vary": "x, y", "set-cookiE": "b", "set-cookIe": "c"},
            "body": "",
            "isBase64Encoded": False,
        },
    ),
}


@pytest.mark.parametrize(("reply", "event", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_load_balancer_response(
    reply: Reply, event: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert load_balancer.response_from_reply(reply, event) == expected


def test_single_mode_sends_at_most_512_cookies() -> None:
    cookies = [("set-cookie", str(number)) for number in range(520)]

    response = load_balancer.response_from_reply(Reply(200, cookies), SINGLE_MODE)

    assert len(response["headers"]) == 512
    assert {name.lower() for name in response["headers"]} == {"set-cookie"}


RESPONSES: dict[str, tuple[Any, bool, Reply]] = {
    "a status alone": ({"statusCode": 200}, False, Reply(200, [], b"", True)),
    "a status alone in multi-value mode": ({"statusCode": 200}, True, Reply(200, [], b"", True)),
    "a status that is a whole float": ({"statusCode": 200.0}, False, Reply(200, [], b"", True)),
    "a description": (
        {"statusCode": 200, "statusDescription": "200 Quite fine"},
        False,
        Reply(200, [], b"", True, "Quite fine"),
    ),
    "a description without a reason": (
        {"statusCode": 200, "statusDescription": "200"},
        False,
        Reply(200, [], b"", True),
    ),
    "headers": (
        {"statusCode": 200, "headers": {"Set-Cookie": "a", "set-cookie": "b", "Vary": "x"}},
        False,
        Reply(200, [("set-cookie", "a"), ("set-cookie", "b"), ("vary", "x")], b"", True),
    ),
    "multi-value headers in single mode are ignored": (
        {"statusCode": 200, "multiValueHeaders": {"a": ["1"]}},
        False,
        Reply(200, [], b"", True),
    ),
    "multi-value headers": (
        {"statusCode": 200, "multiValueHeaders": {"A": ["1", "2"]}},
        True,
        Reply(200, [("a", "1"), ("a", "2")], b"", True),
    ),
    "headers in multi-value mode are ignored": (
        {"statusCode": 200, "headers": {"a": "1"}},
        True,
        Reply(200, [], b"", True),
    ),
    "hop-by-hop headers": (
        {"statusCode": 200, "headers": {"Connection": "close", "Content-Length": "7"}},
        False,
        Reply(200, [], b"", True),
    ),
    "base64": (
        {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
        False,
        Reply(200, [], b"\xff"),
    ),
    "unknown keys": ({"statusCode": 200, "cookies": ["a"]}, False, Reply(200, [], b"", True)),
}


@pytest.mark.parametrize(("response", "multi_value", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_load_balancer_response_gives_the_expected_reply(
    response: Any, multi_value: bool, expected: Reply
) -> None:
    front = Front(multi_value=multi_value)

    assert load_balancer.reply_from_response(response, Request(), front) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "no status": {"headers": {}},
    "a status that is a string": {"statusCode": "200"},
    "a null description": {"statusCode": 200, "statusDescription": None},
    "a description of another status": {"statusCode": 200, "statusDescription": "404 Not Found"},
    "a description that is not a string": {"statusCode": 200, "statusDescription": 200},
    "a description with a line break": {"statusCode": 200, "statusDescription": "200 O\nK"},
    "null headers": {"statusCode": 200, "headers": None},
    "a null body": {"statusCode": 200, "body": None},
    "a null value": {"statusCode": 200, "x": None},
    "a header that is true": {"statusCode": 200, "headers": {"a": True}},
    "a header that is a number": {"statusCode": 200, "headers": {"a": 1}},
    "a header with a line break": {"statusCode": 200, "headers": {"a": "1\n"}},
    "a body that is an object": {"statusCode": 200, "body": {}},
    "invalid base64": {"statusCode": 200, "body": "a", "isBase64Encoded": True},
}


@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_load_balancer_response_is_refused(response: Any) -> None:
    reply = load_balancer.reply_from_response(response, Request(), Front())

    assert reply == load_balancer.refusal()
    assert (reply.status, reply.headers) == (502, [("content-type", "text/html")])
    assert b"502 Bad Gateway" in reply.body


@pytest.mark.parametrize("multi_value_headers", [{"a": "1"}, {"a": [1]}, {"a": [True]}, [], None])
def test_multi_value_headers_are_refused_unless_they_are_lists_of_strings(
    multi_value_headers: Any,
) -> None:
    response = {"statusCode": 200, "multiValueHeaders": multi_value_headers}

    reply = load_balancer.reply_from_response(response, Request(), Front(multi_value=True))

    assert reply == load_balancer.refusal()
