"""CloudFront: what response a reply is, and which responses of a function it refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.headers import are_valid
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront
from tests.sources.cloudfront_losses import what_returns_from_the_edge
from tests.sources.strategies import replies, requests


def event(event_type: str | None, method: str = "GET") -> dict[str, Any]:
    """The least that this trigger sends; None: an old sample, which does not say which it is."""
    config = {} if event_type is None else {"eventType": event_type}
    return {"Records": [{"cf": {"config": config, "request": {"method": method, "uri": "/"}}}]}


VIEWER, ORIGIN, UNKNOWN = event("viewer-request"), event("origin-request"), event(None)
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
    "a status that nobody knows": (Reply(299), {"status": "299", "headers": {}}),
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
    "headers for which CloudFront would refuse the rest": (
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


@pytest.mark.parametrize("answered", [VIEWER, ORIGIN, UNKNOWN])
@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_reply_is_a_whole_generated_response(
    reply: Reply, expected: dict[str, Any], answered: dict[str, Any]
) -> None:
    assert cloudfront.response_from_reply(reply, answered) == expected


@pytest.mark.parametrize(
    ("answered", "kept"),
    [(VIEWER, ["accept-encoding", "if-range"]), (ORIGIN, ["host"]), (UNKNOWN, [])],
)
def test_only_what_the_trigger_may_not_write_is_left_out(
    answered: dict[str, Any], kept: list[str]
) -> None:
    reply = Reply(200, [("accept-encoding", "br"), ("host", "a"), ("if-range", "b")])

    assert list(cloudfront.response_from_reply(reply, answered)["headers"]) == kept


def ok(**changes: Any) -> dict[str, Any]:
    return {"status": "200"} | changes


RESPONSES: dict[str, tuple[dict[str, Any], Reply]] = {
    "a status alone": (ok(), Reply(200, [], b"", True)),
    "a description": (ok(statusDescription="Fine"), Reply(200, [], b"", True, "Fine")),
    "a body, which is text": (ok(body="é"), Reply(200, [], "é".encode(), True)),
    "text": (ok(body="é", bodyEncoding="text"), Reply(200, [], "é".encode(), True)),
    "base64": (ok(body="/w==", bodyEncoding="base64"), Reply(200, [], b"\xff")),
    "headers, with a key and without": (
        ok(headers={"set-cookie": [{"key": "Set-COOKIE", "value": "a"}, {"value": "b"}]}),
        Reply(200, [("set-cookie", "a"), ("set-cookie", "b")], b"", True),
    ),
    "a header's name in capitals": (
        ok(headers={"Vary": [{"value": "x"}]}),
        Reply(200, [("vary", "x")], b"", True),
    ),
    "a header without a value": (ok(headers={"vary": []}), Reply(200, [], b"", True)),
    "unknown keys": (ok(statusCode=404, isBase64Encoded=True), Reply(200, [], b"", True)),
    "an empty body of a 204": (ok(status="204", body=""), Reply(204, [], b"", True)),
    "a body of a 304": (ok(status="304", body="a"), Reply(304, [], b"", True)),
    "the last status": (ok(status="599"), Reply(599, [], b"", True)),
}


@pytest.mark.parametrize("front", [AT_VIEWER, AT_ORIGIN])
@pytest.mark.parametrize(("response", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_generated_response_is_a_whole_reply(
    response: dict[str, Any], expected: Reply, front: Front
) -> None:
    assert cloudfront.reply_from_response(response, Request(), front) == expected


REFUSED: dict[str, Any] = {
    "a string": "hello",
    "null": None,
    "the request, for CloudFront to go on with": VIEWER["Records"][0]["cf"]["request"],
    "no status": {"headers": {}},
    "a status that is a number": ok(status=200),
    "a status that is none": ok(status="20"),
    "a status below 200": ok(status="199"),
    "a status above 599": ok(status="600"),
    "a description that is no text": ok(statusDescription=200),
    "a description with a line break": ok(statusDescription="O\nK"),
    "a null of any kind": ok(x=None),
    "null headers": ok(headers=None),
    "headers that are a list": ok(headers=[]),
    "headers that are bare": ok(headers={"vary": "x"}),
    "a header that is no list": ok(headers={"vary": {"value": "x"}}),
    "a header that is a list of text": ok(headers={"vary": ["x"]}),
    "a header whose value is missing": ok(headers={"vary": [{"key": "Vary"}]}),
    "a header whose value is a number": ok(headers={"age": [{"value": 1}]}),
    "a header whose value is a list": ok(headers={"vary": [{"value": ["x"]}]}),
    "a header under another key": ok(headers={"vary": [{"key": "Date", "value": "x"}]}),
    "a header whose key is null": ok(headers={"vary": [{"key": None, "value": "x"}]}),
    "a header with a line break": ok(headers={"vary": [{"value": "x\r\ny: z"}]}),
    "a header without a name": ok(headers={"": [{"value": "x"}]}),
    "a header that CloudFront keeps to itself": ok(headers={"x-cache": [{"value": "hit"}]}),
    "the same in capitals": ok(headers={"X-Edge-Kind": [{"value": "x"}]}),
    "a length": ok(headers={"content-length": [{"value": "1"}]}, body="a"),
    "a null body": ok(body=None),
    "a body that is an object": ok(body={}),
    "base64 that is none": ok(body="a", bodyEncoding="base64"),
    "an unknown encoding": ok(body="a", bodyEncoding="gzip"),
    "an encoding that is no text": ok(body="a", bodyEncoding=[]),
}


@pytest.mark.parametrize("front", [AT_VIEWER, AT_ORIGIN])
@pytest.mark.parametrize("response", REFUSED.values(), ids=REFUSED)
def test_a_malformed_generated_response_is_refused(response: Any, front: Front) -> None:
    reply = cloudfront.reply_from_response(response, Request(), front)

    assert reply == cloudfront.refusal()
    assert (reply.status, reply.headers) == (502, [("content-type", "text/html")])
    assert b"502 ERROR" in reply.body


@pytest.mark.parametrize(
    ("name", "at_viewer", "at_origin"),
    [("host", 502, 200), ("if-none-match", 200, 502), ("via", 502, 502), ("server", 200, 200)],
)
def test_what_a_trigger_may_only_read_is_refused_there(
    name: str, at_viewer: int, at_origin: int
) -> None:
    response = ok(headers={name: [{"value": "a"}]})

    statuses = [
        cloudfront.reply_from_response(response, Request(), front).status
        for front in (AT_VIEWER, AT_ORIGIN)
    ]

    assert statuses == [at_viewer, at_origin]


def test_a_204_with_a_body_is_refused_at_the_viewer_and_loses_it_at_the_origin() -> None:
    response = ok(status="204", body="a")

    assert cloudfront.reply_from_response(response, Request(), AT_VIEWER) == cloudfront.refusal()
    at_origin = cloudfront.reply_from_response(response, Request(), AT_ORIGIN)
    assert at_origin == Reply(204, [], b"", True)


def test_the_body_of_a_reply_to_head_is_dropped() -> None:
    reply = cloudfront.reply_from_response(ok(body="a"), Request("HEAD"), AT_VIEWER)

    assert reply == Reply(200, [], b"", True)


NAMES = (
    "set-cookie connection content-length content-type via host x-kind x-cache x-edge-a if-range"
)


@pytest.mark.parametrize("event_type", ["viewer-request", "origin-request"])
@given(drawn=st.data())
def test_a_response_made_of_a_reply_gives_what_returns_from_the_edge(
    event_type: Any, drawn: st.DataObject
) -> None:
    front = Front(event_type=event_type)
    request = drawn.draw(requests(cloudfront, front))
    reply = drawn.draw(replies(tuple(NAMES.split())))
    answered = cloudfront.event_from_request(request, front)

    response = json.loads(json.dumps(cloudfront.response_from_reply(reply, answered)))

    returned = cloudfront.reply_from_response(response, request, front)
    assert returned == what_returns_from_the_edge(front, request, reply)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "value", "Vary", "a b"]), inner, max_size=3)
    ),
    max_leaves=8,
)
lists_of_headers = st.dictionaries(
    st.sampled_from(["vary", "Set-Cookie", "x-cache", ""]) | st.text(max_size=4),
    st.lists(st.fixed_dictionaries({"value": st.text(max_size=8) | anything}), max_size=2),
    max_size=3,
)
responses = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["200", "204", "599", "600", "0200", 200]) | anything,
        "statusDescription": st.text(max_size=8) | anything,
        "headers": lists_of_headers | anything,
        "body": st.text(max_size=8) | anything,
        "bodyEncoding": st.sampled_from(["text", "base64"]) | anything,
    },
)


@given(responses | anything, st.sampled_from([AT_VIEWER, AT_ORIGIN]))
def test_any_generated_response_is_a_reply_that_a_server_can_send(
    response: Any, front: Front
) -> None:
    reply = cloudfront.reply_from_response(response, Request(), front)

    assert 200 <= reply.status <= 599
    assert are_valid([*reply.headers, ("reason", reply.reason)])
    assert isinstance(reply.body, bytes)


def test_a_reply_over_the_triggers_limit_is_500_and_one_under_it_is_sent() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a" * 41_000})

    handler = asgi_lambda.Adapter(app, lifespan="off", sources=[cloudfront])

    assert handler(ORIGIN)["body"] == "a" * 41_000
    assert handler(VIEWER)["status"] == handler(UNKNOWN)["status"] == "500"


def test_an_app_is_not_called_for_half_a_body() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        pytest.fail("called")

    sent = event("viewer-request", "POST")
    sent["Records"][0]["cf"]["request"]["body"] = {"data": "QUJD", "inputTruncated": True}

    assert wsgi_lambda.Adapter(app, sources=[cloudfront])(sent)["status"] == "413"


def test_head_and_204_are_answered_without_a_body() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        status = "204 No Content" if environ["REQUEST_METHOD"] == "DELETE" else "200 OK"
        start_response(status, [("X-Kind", "green")])
        return [b"a body"]

    handler = wsgi_lambda.Adapter(app, sources=[cloudfront])
    headers = {"x-kind": [{"key": "X-Kind", "value": "green"}]}

    assert handler(event("viewer-request", "HEAD")) == {
        "status": "200",
        "statusDescription": "OK",
        "headers": headers,
    }
    assert handler(event("viewer-request", "DELETE")) == {
        "status": "204",
        "statusDescription": "No Content",
        "headers": headers,
    }
