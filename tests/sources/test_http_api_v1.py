"""HTTP APIs with payload format 1.0: what they do otherwise than REST APIs, whose shape it is."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.api_gateway import http_api_v1

JSON = ("content-type", "application/json")
REFUSED = Reply(500, [JSON], b'{"message":"Internal Server Error"}', True)


def event(**changes: Any) -> dict[str, Any]:
    """The least that an HTTP API sends in format 1.0, with changes; `stage` is its context's."""
    stage = changes.pop("stage", "$default")
    return {
        "version": "1.0",
        "path": "/a",
        "httpMethod": "GET",
        "headers": {"host": "api.example.com"},
        "requestContext": {"stage": stage, "identity": {"sourceIp": "203.0.113.9"}},
        "body": None,
        "isBase64Encoded": False,
    } | changes


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain one": (event(), request()),
    "the path is decoded already": (
        event(path="/é%2F"),
        request(path="/é%2F", raw_path="/%C3%A9%252F"),
    ),
    "a stage": (event(path="/live/a", stage="live"), request(root_path="/live")),
    "a stage at its root": (
        event(path="/live", stage="live"),
        request(root_path="/live", path="/", raw_path="/"),
    ),
    "a stage that is not in the path": (event(stage="live"), request()),
    "the query is decoded already": (
        event(multiValueQueryStringParameters={"a": ["1 2", "&"], "b": [""]}),
        request(query="a=1%202&a=%26&b="),
    ),
    "every value of a header": (
        event(multiValueHeaders={"a": ["1", "2"]}, headers={"a": "1,2"}),
        request(headers=[("a", "1"), ("a", "2")], server=("localhost", 443)),
    ),
    "a body in base64": (
        event(body="AA==", isBase64Encoded=True, headers=None),
        request(body=b"\0", headers=[("content-length", "1")], server=("localhost", 443)),
    ),
    "a null context": (event(requestContext=None), request(client=None)),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_an_event_of_payload_1_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert http_api_v1.matches(sent)
    assert http_api_v1.request_from_event(sent) == expected


@pytest.mark.parametrize(
    "sent",
    [
        event(version="2.0"),
        event(version=None),
        event(version=1.0),
        event(methodArn="a", type="REQUEST"),
        event(requestContext={"connectionId": "a"}),
        {"version": "1.0", "path": "/a"},
        None,
    ],
)
def test_only_what_says_1_0_is_claimed(sent: Any) -> None:
    assert not http_api_v1.matches(sent)


def test_an_event_of_payload_1_is_made_as_the_gateway_makes_it() -> None:
    sent = Request(
        "POST",
        root_path="/live",
        path="/é",
        raw_path="/%C3%A9",
        query="a=1&a=%262",
        headers=[("host", "a.example.com"), ("content-length", "1"), ("x", "1"), ("x", "2")],
        body=b"\xff",
        server=("a.example.com", 443),
    )

    made = http_api_v1.event_from_request(sent, Front(stage="live"))

    context = made.pop("requestContext")
    made["headers"].pop("x-amzn-trace-id")
    made["multiValueHeaders"].pop("x-amzn-trace-id")
    assert made == {
        "version": "1.0",
        "resource": "/{proxy+}",
        "path": "/live/é",
        "httpMethod": "POST",
        "headers": {
            "host": "a.example.com",
            "content-length": "1",
            "x": "2",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "multiValueHeaders": {
            "host": ["a.example.com"],
            "content-length": ["1"],
            "x": ["1", "2"],
            "x-forwarded-port": ["443"],
            "x-forwarded-proto": ["https"],
        },
        "queryStringParameters": {"a": "&2"},
        "multiValueQueryStringParameters": {"a": ["1", "&2"]},
        "pathParameters": None,
        "stageVariables": None,
        "body": "/w==",
        "isBase64Encoded": True,
    }
    assert context["authorizer"] == {"claims": None, "scopes": None}
    assert (context["path"], context["stage"]) == ("/live/é", "live")


@pytest.mark.parametrize(
    ("headers", "body", "placed"),
    [
        ([], b"", (None, False)),
        ([("content-type", "text/plain")], b"a", ("a", False)),
        ([("content-type", "text/plain"), ("content-encoding", "gzip")], b"a", ("YQ==", True)),
        ([("content-type", "application/x-www-form-urlencoded")], b"a", ("YQ==", True)),
    ],
)
def test_the_body_follows_the_rule_of_http_apis(
    headers: list[tuple[str, str]], body: bytes, placed: tuple[str | None, bool]
) -> None:
    made = http_api_v1.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert (made["body"], made["isBase64Encoded"]) == placed


def test_a_reply_is_a_whole_response_of_payload_1() -> None:
    reply = Reply(200, [("set-cookie", "a"), ("te", "x"), ("set-cookie", "b")], b"\xff", True)

    assert http_api_v1.response_from_reply(reply, event()) == {
        "statusCode": 200,
        "multiValueHeaders": {"set-cookie": ["a", "b"]},
        "body": "/w==",
        "isBase64Encoded": True,
    }


RESPONSES: dict[str, tuple[Any, Reply]] = {
    "a status alone": ({"statusCode": 200}, Reply(200, [JSON], b"", True)),
    "unknown keys": ({"statusCode": "404", "x": 1}, Reply(404, [JSON], b"", True)),
    "both maps": (
        {"statusCode": 200, "multiValueHeaders": {"A": ["1"]}, "headers": {"a": "2"}},
        Reply(200, [("a", "1"), ("a", "2"), JSON], b"", True),
    ),
    "a length of its own": (
        {"statusCode": 200, "headers": {"Content-Length": "7"}, "body": "a"},
        Reply(200, [JSON], b"a", True),
    ),
    "base64": (
        {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
        Reply(200, [JSON], b"\xff"),
    ),
    "base64 that is none": ({"statusCode": 200, "body": "a", "isBase64Encoded": True}, REFUSED),
    "no status": ({"body": "a"}, REFUSED),
    "a value that is not an object": ("hello", REFUSED),
    "a header that is a number": ({"statusCode": 200, "headers": {"a": 1}}, REFUSED),
    "a list of headers that is none": (
        {"statusCode": 200, "multiValueHeaders": {"a": "1"}},
        REFUSED,
    ),
    "a body that is no text": ({"statusCode": 200, "body": 5}, REFUSED),
}


@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_of_payload_1_is_a_whole_reply_or_refused(
    response: Any, expected: Reply
) -> None:
    assert http_api_v1.reply_from_response(response, Request(), Front()) == expected
    assert http_api_v1.refusal() == REFUSED
