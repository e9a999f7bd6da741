"""HTTP APIs with payload format 1.0: how they differ from REST APIs."""

from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.sources.api_gateway import http_api_v1

JSON = ("content-type", "application/json")
REFUSED = Reply(500, [JSON], b'{"message":"Internal Server Error"}', True)


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event with payload format 1.0, with changes. `stage` is in its context."""
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


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the path is already decoded": (
        event_with(path="/é%2F"),
        request_with(path="/é%2F", raw_path="/%C3%A9%252F"),
    ),
    "a stage": (event_with(path="/live/a", stage="live"), request_with(root_path="/live")),
    "the root of a stage": (
        event_with(path="/live", stage="live"),
        request_with(root_path="/live", path="/", raw_path="/"),
    ),
    "a stage that is not in the path": (event_with(stage="live"), request_with()),
    "the query is already decoded": (
        event_with(multiValueQueryStringParameters={"a": ["1 2", "&"], "b": [""]}),
        request_with(query="a=1%202&a=%26&b="),
    ),
    "every value of a header": (
        event_with(multiValueHeaders={"a": ["1", "2"]}, headers={"a": "1,2"}),
        request_with(headers=[("a", "1"), ("a", "2")], server=("localhost", 443)),
    ),
    "a body in base64": (
        event_with(body="AA==", isBase64Encoded=True, headers=None),
        request_with(body=b"\0", headers=[("content-length", "1")], server=("localhost", 443)),
    ),
    "a null context": (event_with(requestContext=None), request_with(client=None)),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_an_http_api_v1_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert http_api_v1.matches(event)
    assert http_api_v1.request_from_event(event) == expected


@pytest.mark.parametrize(
    "event",
    [
        event_with(version="2.0"),
        event_with(version=None),
        event_with(version=1.0),
        event_with(methodArn="a", type="REQUEST"),
        event_with(requestContext={"connectionId": "a"}),
        {"version": "1.0", "path": "/a"},
        None,
    ],
)
def test_only_events_with_version_1_0_match(event: Any) -> None:
    assert not http_api_v1.matches(event)


def test_a_request_gives_the_event_that_an_http_api_v1_creates() -> None:
    request = Request(
        "POST",
        root_path="/live",
        path="/é",
        raw_path="/%C3%A9",
        query="a=1&a=%262",
        headers=[("host", "a.example.com"), ("content-length", "1"), ("x", "1"), ("x", "2")],
        body=b"\xff",
        server=("a.example.com", 443),
    )

    event = http_api_v1.event_from_request(request, Front(stage="live"))

    context = event.pop("requestContext")
    event["headers"].pop("x-amzn-trace-id")
    event["multiValueHeaders"].pop("x-amzn-trace-id")
    assert event == {
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
    ("headers", "body", "expected"),
    [
        ([], b"", (None, False)),
        ([("content-type", "text/plain")], b"a", ("a", False)),
        ([("content-type", "text/plain"), ("content-encoding", "gzip")], b"a", ("YQ==", True)),
        ([("content-type", "application/x-www-form-urlencoded")], b"a", ("YQ==", True)),
    ],
)
def test_text_bodies_are_text_and_others_are_base64(
    headers: list[tuple[str, str]], body: bytes, expected: tuple[str | None, bool]
) -> None:
    event = http_api_v1.event_from_request(Request("POST", headers=headers, body=body), Front())

    assert (event["body"], event["isBase64Encoded"]) == expected


def test_a_reply_gives_the_expected_http_api_v1_response() -> None:
    reply = Reply(200, [("set-cookie", "a"), ("te", "x"), ("set-cookie", "b")], b"\xff", True)

    assert http_api_v1.response_from_reply(reply, event_with()) == {
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
    "a wrong Content-Length": (
        {"statusCode": 200, "headers": {"Content-Length": "7"}, "body": "a"},
        Reply(200, [JSON], b"a", True),
    ),
    "base64": (
        {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
        Reply(200, [JSON], b"\xff"),
    ),
    "invalid base64": ({"statusCode": 200, "body": "a", "isBase64Encoded": True}, REFUSED),
    "no status": ({"body": "a"}, REFUSED),
    "a value that is not an object": ("hello", REFUSED),
    "a header that is a number": ({"statusCode": 200, "headers": {"a": 1}}, REFUSED),
    "a multi-value header that is not a list": (
        {"statusCode": 200, "multiValueHeaders": {"a": "1"}},
        REFUSED,
    ),
    "a body that is not a string": ({"statusCode": 200, "body": 5}, REFUSED),
}


@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_gives_the_expected_reply_or_is_refused(response: Any, expected: Reply) -> None:
    assert http_api_v1.reply_from_response(response, Request(), Front()) == expected
    assert http_api_v1.refusal() == REFUSED
