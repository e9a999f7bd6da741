"""CloudFront: the response of a reply, and which responses CloudFront refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.headers import are_valid
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront


def event_with(event_type: str | None, method: str = "GET") -> dict[str, Any]:
    """The minimal event of a trigger. None: an old sample, which has no event type."""
    config = {} if event_type is None else {"eventType": event_type}
    return {"Records": [{"cf": {"config": config, "request": {"method": method, "uri": "/"}}}]}


VIEWER, ORIGIN, UNKNOWN = (
    event_with("viewer-request"),
    event_with("origin-request"),
    event_with(None),
)
AT_VIEWER, AT_ORIGIN = Front(event_type="viewer-request"), Front(event_type="origin-request")

REPLIES: dict[str, tuple[Reply, dict[str, Any]]] = {
    "text": (
        Reply(200, [("content-type", "text/plain")], "é".encode(), True),
        {
            "status": "200",
            "statusDescription": "OK",
            "headers": {"content-type": [{"key": "Content-Type", "value": "text/plain"}]},
            "body": "é",
            "bodyEncoding": "text",
        },
    ),
    "bytes": (
        Reply(404, [], b"\xff", False, "Gone away"),
        {
            "status": "404",
            "statusDescription": "Gone away",
            "headers": {},
            "body": "/w==",
            "bodyEncoding": "base64",
        },
    ),
    "text in another charset": (
        Reply(200, [], b"\xe9", True),
        {
            "status": "200",
            "statusDescription": "OK",
            "headers": {},
            "body": "6Q==",
            "bodyEncoding": "base64",
        },
    ),
    "no body": (
        Reply(204),
        {"status": "204", "statusDescription": "No Content", "headers": {}},
    ),
    "an unregistered status": (Reply(299), {"status": "299", "headers": {}}),
    "several cookies": (
        Reply(200, [("set-cookie", "a"), ("vary", "x"), ("set-cookie", "b"), ("etag", '"1"')]),
        {
            "status": "200",
            "statusDescription": "OK",
            "headers": {
                "set-cookie": [
                    {"key": "Set-Cookie", "value": "a"},
                    {"key": "Set-Cookie", "value": "b"},
                ],
                "vary": [{"key": "Vary", "value": "x"}],
                "etag": [{"key": "Etag", "value": '"1"'}],
            },
        },
    ),
    "headers that CloudFront would refuse": (
        Reply(
            200,
            [
                ("content-length", "0"),
                ("connection", "close, x-hop"),
                ("x-hop", "1"),
                ("x-kind", "green"),
                ("x-cache", "hit"),
                ("x-amz-cf-pop", "AMS1"),
                ("x-real-ip", "192.0.2.1"),
                ("via", "1.1 a"),
            ],
        ),
        {
            "status": "200",
            "statusDescription": "OK",
            "headers": {"x-kind": [{"key": "X-Kind", "value": "green"}]},
        },
    ),
}


@pytest.mark.parametrize("event", [VIEWER, ORIGIN, UNKNOWN])
@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_gives_the_expected_cloudfront_response(
    reply: Reply, expected: dict[str, Any], event: dict[str, Any]
) -> None:
    assert cloudfront.response_from_reply(reply, event) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [(VIEWER, ["accept-encoding", "if-range"]), (ORIGIN, ["host"]), (UNKNOWN, [])],
)
def test_only_headers_that_are_read_only_for_the_trigger_are_left_out(
    event: dict[str, Any], expected: list[str]
) -> None:
    reply = Reply(200, [("accept-encoding", "br"), ("host", "a"), ("if-range", "b")])

    assert list(cloudfront.response_from_reply(reply, event)["headers"]) == expected


def response_with(**changes: Any) -> dict[str, Any]:
    return {"status": "200"} | changes


RESPONSES: dict[str, tuple[dict[str, Any], Reply]] = {
    "a status alone": (response_with(), Reply(200, [], b"", True)),
    "a description": (response_with(statusDescription="Fine"), Reply(200, [], b"", True, "Fine")),
    "a body without an encoding is text": (
        response_with(body="é"),
        Reply(200, [], "é".encode(), True),
    ),
    "text": (response_with(body="é", bodyEncoding="text"), Reply(200, [], "é".encode(), True)),
    "base64": (response_with(body="/w==", bodyEncoding="base64"), Reply(200, [], b"\xff")),
    "headers with and without a key": (
        response_with(
            headers={"set-cookie": [{"key": "Set-COOKIE", "value": "a"}, {"value": "b"}]}
        ),
        Reply(200, [("set-cookie", "a"), ("set-cookie", "b")], b"", True),
    ),
    "a header name in upper case": (
        response_with(headers={"Vary": [{"value": "x"}]}),
        Reply(200, [("vary", "x")], b"", True),
    ),
    "a header without a value": (response_with(headers={"vary": []}), Reply(200, [], b"", True)),
    "unknown keys": (
        response_with(statusCode=404, isBase64Encoded=True),
        Reply(200, [], b"", True),
    ),
    "an empty body of a 204": (response_with(status="204", body=""), Reply(204, [], b"", True)),
    "a body of a 304": (response_with(status="304", body="a"), Reply(304, [], b"", True)),
    "the last status": (response_with(status="599"), Reply(599, [], b"", True)),
}


@pytest.mark.parametrize("front", [AT_VIEWER, AT_ORIGIN])
@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_cloudfront_response_gives_the_expected_reply(
    response: dict[str, Any], expected: Reply, front: Front
) -> None:
    assert cloudfront.reply_from_response(response, Request(), front) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "the request instead of a response": VIEWER["Records"][0]["cf"]["request"],
    "no status": {"headers": {}},
    "a status that is a number": response_with(status=200),
    "a status of two digits": response_with(status="20"),
    "a status below 200": response_with(status="199"),
    "a status above 599": response_with(status="600"),
    "a description that is not a string": response_with(statusDescription=200),
    "a description with a line break": response_with(statusDescription="O\nK"),
    "a null value": response_with(x=None),
    "null headers": response_with(headers=None),
    "headers that are a list": response_with(headers=[]),
    "headers without lists": response_with(headers={"vary": "x"}),
    "a header that is not a list": response_with(headers={"vary": {"value": "x"}}),
    "a header that is a list of strings": response_with(headers={"vary": ["x"]}),
    "a header whose value is missing": response_with(headers={"vary": [{"key": "Vary"}]}),
    "a header whose value is a number": response_with(headers={"age": [{"value": 1}]}),
    "a header whose value is a list": response_with(headers={"vary": [{"value": ["x"]}]}),
    "a header under another key": response_with(headers={"vary": [{"key": "Date", "value": "x"}]}),
    "a header whose key is null": response_with(headers={"vary": [{"key": None, "value": "x"}]}),
    "a header with a line break": response_with(headers={"vary": [{"value": "x\r\ny: z"}]}),
    "a header without a name": response_with(headers={"": [{"value": "x"}]}),
    "a disallowed header": response_with(headers={"x-cache": [{"value": "hit"}]}),
    "a disallowed header in upper case": response_with(headers={"X-Edge-Kind": [{"value": "x"}]}),
    "a Content-Length": response_with(headers={"content-length": [{"value": "1"}]}, body="a"),
    "a null body": response_with(body=None),
    "a body that is an object": response_with(body={}),
    "invalid base64": response_with(body="a", bodyEncoding="base64"),
    "an unknown encoding": response_with(body="a", bodyEncoding="gzip"),
    "an encoding that is not a string": response_with(body="a", bodyEncoding=[]),
}


@pytest.mark.parametrize("front", [AT_VIEWER, AT_ORIGIN])
@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_cloudfront_response_is_refused(response: Any, front: Front) -> None:
    reply = cloudfront.reply_from_response(response, Request(), front)

    assert reply == cloudfront.refusal()
    assert (reply.status, reply.headers) == (502, [("content-type", "text/html")])
    assert b"502 ERROR" in reply.body


@pytest.mark.parametrize(
    ("name", "at_viewer", "at_origin"),
    [("host", 502, 200), ("if-none-match", 200, 502), ("via", 502, 502), ("server", 200, 200)],
)
def test_a_response_with_a_header_that_is_read_only_for_the_trigger_is_refused(
    name: str, at_viewer: int, at_origin: int
) -> None:
    response = response_with(headers={name: [{"value": "a"}]})

    statuses = [
        cloudfront.reply_from_response(response, Request(), front).status
        for front in (AT_VIEWER, AT_ORIGIN)
    ]

    assert statuses == [at_viewer, at_origin]


def test_a_204_with_a_body_is_refused_at_the_viewer_and_loses_the_body_at_the_origin() -> None:
    response = response_with(status="204", body="a")

    assert cloudfront.reply_from_response(response, Request(), AT_VIEWER) == cloudfront.refusal()
    at_origin = cloudfront.reply_from_response(response, Request(), AT_ORIGIN)
    assert at_origin == Reply(204, [], b"", True)


def test_the_body_of_a_reply_to_head_is_dropped() -> None:
    reply = cloudfront.reply_from_response(response_with(body="a"), Request("HEAD"), AT_VIEWER)

    assert reply == Reply(200, [], b"", True)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "value", "Vary", "a b"]), inner, max_size=3)
    ),
    max_leaves=8,
)
lists_of_headers = st.dictionaries(
    st.sampled_from(["vary", "Set-Cookie", "x-cache", ""]) | st.text(max_size=4),
    st.lists(st.fixed_dictionaries({"value": st.text(max_size=8) | json_values}), max_size=2),
    max_size=3,
)
responses = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["200", "204", "599", "600", "0200", 200]) | json_values,
        "statusDescription": st.text(max_size=8) | json_values,
        "headers": lists_of_headers | json_values,
        "body": st.text(max_size=8) | json_values,
        "bodyEncoding": st.sampled_from(["text", "base64"]) | json_values,
    },
)


@given(responses | json_values, st.sampled_from([AT_VIEWER, AT_ORIGIN]))
def test_any_cloudfront_response_gives_a_reply_that_a_server_can_send(
    response: Any, front: Front
) -> None:
    reply = cloudfront.reply_from_response(response, Request(), front)

    assert 200 <= reply.status <= 599
    assert are_valid([*reply.headers, ("reason", reply.reason)])
    assert isinstance(reply.body, bytes)


def test_a_reply_over_the_limit_of_the_trigger_gives_500() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a" * 41_000})

    handler = asgi_lambda.Adapter(app, lifespan="off", sources=[cloudfront])

    assert handler(ORIGIN)["body"] == "a" * 41_000
    assert handler(VIEWER)["status"] == handler(UNKNOWN)["status"] == "500"


def test_the_app_is_not_called_for_a_truncated_body() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        pytest.fail("the app was called")

    event = event_with("viewer-request", "POST")
    event["Records"][0]["cf"]["request"]["body"] = {"data": "QUJD", "inputTruncated": True}

    assert wsgi_lambda.Adapter(app, sources=[cloudfront])(event)["status"] == "413"


def test_replies_to_head_and_204_replies_have_no_body() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        status = "204 No Content" if environ["REQUEST_METHOD"] == "DELETE" else "200 OK"
        start_response(status, [("X-Kind", "green")])
        return [b"a body"]

    handler = wsgi_lambda.Adapter(app, sources=[cloudfront])
    headers = {"x-kind": [{"key": "X-Kind", "value": "green"}]}

    assert handler(event_with("viewer-request", "HEAD")) == {
        "status": "200",
        "statusDescription": "OK",
        "headers": headers,
    }
    assert handler(event_with("viewer-request", "DELETE")) == {
        "status": "204",
        "statusDescription": "No Content",
        "headers": headers,
    }
