"""CloudFront's two request triggers: their events, the request each is, and the way back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront
from lambda_adapters.sources.cloudfront.edge_headers import is_disallowed, is_refused
from tests.sources.cloudfront_losses import what_arrives_at_the_edge
from tests.sources.strategies import requests

KB = 1024
CONFIG = {
    "distributionDomainName": "d1.cloudfront.net",
    "distributionId": "E1",
    "requestId": "a==",
}


def items(*headers: tuple[str, str]) -> dict[str, list[dict[str, str]]]:
    """Headers as an event has them, under keys in capitals."""
    lists: dict[str, list[dict[str, str]]] = {}
    for name, value in headers:
        lists.setdefault(name, []).append({"key": name.upper(), "value": value})
    return lists


def event(event_type: Any = "viewer-request", **changes: Any) -> dict[str, Any]:
    """The least that CloudFront sends, with changes to its request."""
    sent = {
        "clientIp": "203.0.113.7",
        "headers": items(("host", "www.example.com")),
        "method": "GET",
        "querystring": "",
        "uri": "/a",
    }
    config = CONFIG if event_type is None else CONFIG | {"eventType": event_type}
    return {"Records": [{"cf": {"config": config, "request": sent | changes}}]}


def origin(**changes: Any) -> dict[str, Any]:
    """The same at the origin."""
    return event("origin-request", **changes)


def without(*keys: str) -> dict[str, Any]:
    """An event of the old consoles' samples: no event type, and not these keys."""
    sent = event(None)
    for key in keys:
        del sent["Records"][0]["cf"]["request"][key]
    return sent


def posted(body: Any, event_type: str = "viewer-request") -> dict[str, Any]:
    return event(event_type, method="POST", body=body)


def data(text: str, encoding: str | None = "base64", truncated: Any = False) -> dict[str, Any]:
    body = {"action": "read-only", "data": text, "inputTruncated": truncated}
    return body if encoding is None else body | {"encoding": encoding}


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "www.example.com")],
        "client": ("203.0.113.7", 0),
        "server": ("www.example.com", 443),
    }
    return Request(**(values | changes))


def posting(body: bytes) -> Request:
    headers = [("host", "www.example.com"), ("content-length", str(len(body)))]
    return request(method="POST", body=body, headers=headers if body else headers[:1])


FORGED = [("cloudfront-forwarded-proto", "http"), ("x-forwarded-for", "192.0.2.1")]
CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "at the viewer": (event(), request()),
    "at the origin": (origin(origin={"custom": {"path": "/v2"}}), request()),
    "of an old sample": (without(), request()),
    "of an old sample without a query": (without("querystring"), request()),
    "of an old sample without a client": (without("clientIp"), request(client=None)),
    "of a test that has only what must be": (
        {"Records": [{"cf": {"request": {}}}]},
        Request(server=("localhost", 443)),
    ),
    "of nulls": (
        event(clientIp=None, headers=None, method=None, querystring=None, uri=None, body=None),
        Request(server=("d1.cloudfront.net", 443)),
    ),
    "a null config": (
        {"Records": [{"cf": {"config": None, "request": {"uri": "a"}, "response": None}}]},
        Request(path="/a", raw_path="/a", server=("localhost", 443)),
    ),
    "the path is as sent": (
        event(uri="/a%2Fb//%Ft é"),
        request(path="/a/b//%Ft é", raw_path="/a%2Fb//%Ft%20%C3%A9"),
    ),
    "the query is as sent": (
        event(querystring="b=1+2&a=%26&a&&=é"),
        request(query="b=1+2&a=%26&a&&=%C3%A9"),
    ),
    "another host and port": (
        event(headers=items(("host", "a.example.com:8443"))),
        request(headers=[("host", "a.example.com:8443")], server=("a.example.com", 8443)),
    ),
    "an IPv6 client": (event(clientIp="2001:db8::7"), request(client=("2001:db8::7", 0))),
    "every header, by the name that its list has": (
        event(headers=items(("x-a", "1"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-a", "2"))),
        request(
            headers=[("x-a", "1"), ("x-a", "2"), ("cookie", "a=1; b=2")],
            server=("d1.cloudfront.net", 443),
        ),
    ),
    "headers that a test left bare": (
        event(headers={"host": "www.example.com", "a": ["1"], "b": [{"key": "B"}], "c": [None]}),
        request(headers=[("host", "www.example.com"), ("a", "1")]),
    ),
    "the scheme that CloudFront found": (
        origin(headers=items(("cloudfront-forwarded-proto", "http"))),
        request(
            scheme="http",
            headers=[("cloudfront-forwarded-proto", "http")],
            server=("d1.cloudfront.net", 80),
        ),
    ),
    "the scheme that a client made up, before CloudFront can write it": (
        event(headers=items(*FORGED)),
        request(headers=FORGED, server=("d1.cloudfront.net", 443)),
    ),
    "a port that a client made up": (
        origin(headers=items(("host", "www.example.com"), ("x-forwarded-port", "81"))),
        request(headers=[("host", "www.example.com"), ("x-forwarded-port", "81")]),
    ),
    "a body": (posted(data("AP8=")), posting(b"\0\xff")),
    "an empty body": (posted(data("")), posting(b"")),
    "a body without an encoding": (posted(data("AP8=", None)), posting(b"\0\xff")),
    "a body that is text": (posted(data("é", "text")), posting("é".encode())),
    "a body that no test filled in": (posted({"inputTruncated": "false"}), posting(b"")),
    "a body that a test left bare": (posted("é"), posting("é".encode())),
    "a body that is JSON": (posted(data({"a": 1})), posting(b'{"a": 1}')),  # type: ignore[arg-type]
    "a body that the trigger does not include": (
        event(method="POST", headers=items(("host", "www.example.com"), ("content-length", "7"))),
        request(method="POST", headers=[("host", "www.example.com"), ("content-length", "0")]),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_cloudfronts_event_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert cloudfront.matches(sent)
    assert cloudfront.request_from_event(sent) == expected


UNCLAIMED: dict[str, Any] = {
    "nothing": {},
    "a list": [],
    "no list of records": {"Records": {"cf": {"request": {}}}},
    "no record": {"Records": []},
    "a record that is none": {"Records": ["cf"]},
    "another service's record": {"Records": [{"eventSource": "aws:sqs", "body": ""}]},
    "no cf": {"Records": [{"cf": None}]},
    "no request": {"Records": [{"cf": {"config": CONFIG}}]},
    "a null request": {"Records": [{"cf": {"config": CONFIG, "request": None}}]},
    "an origin's response": event("origin-response"),
    "a viewer's response": event("viewer-response"),
    "an old sample of a response": {"Records": [{"cf": {"request": {}, "response": {}}}]},
    "an unknown event type": event("client-request"),
    "a load balancer's event as well": event() | {"requestContext": {"elb": {}}},
    "an authorizer's event as well": event() | {"methodArn": "arn:aws:execute-api:a"},
}


@pytest.mark.parametrize("sent", UNCLAIMED.values(), ids=UNCLAIMED)
def test_only_a_request_triggers_event_is_claimed(sent: Any) -> None:
    assert not cloudfront.matches(sent)


@pytest.mark.parametrize(
    ("event_type", "limit"),
    [
        ("viewer-request", 40 * KB),
        ("origin-request", 1024 * KB),
        (None, 40 * KB),
        ("", 40 * KB),
        (7, 40 * KB),
    ],
)
def test_the_limit_is_that_of_the_trigger_and_the_smaller_of_an_unknown_one(
    event_type: Any, limit: int
) -> None:
    assert cloudfront.limit(event(event_type)) == limit


@pytest.mark.parametrize("truncated", [True, "true", 1])
def test_a_body_that_was_cut_off_is_413(truncated: Any) -> None:
    with pytest.raises(BadRequest, match=r"only the beginning .* \(inputTruncated\)") as caught:
        cloudfront.request_from_event(posted(data("QUJD", truncated=truncated)))

    assert caught.value.status == 413


@pytest.mark.parametrize("text", ["A", "****", "é", "QUJD\n"])
def test_a_body_that_is_not_the_base64_it_claims_to_be_is_400(text: str) -> None:
    with pytest.raises(BadRequest, match="is not base64") as caught:
        cloudfront.request_from_event(posted(data(text)))

    assert caught.value.status == 400
    assert text not in str(caught.value).split()


SENT = Request(
    "POST",
    scheme="http",
    root_path="/x",
    path="/é",
    raw_path="/%C3%A9",
    query="a=%2B+&b=1&a",
    headers=[
        ("host", "a.example.com"),
        ("cookie", "a=1"),
        ("connection", "x-kind"),
        ("transfer-encoding", "chunked"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("cloudfront-forwarded-proto", "https"),
        ("cookie", "b=2"),
        ("expect", "100-continue"),
        ("x-amz-cf-id", "made up"),
        ("x-edge-location", "made up"),
        ("x-real-ip", "192.0.2.2"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 443),
    http_version="2",
)
MADE = {
    "clientIp": "203.0.113.9",
    "method": "POST",
    "querystring": "a=%2B+&b=1&a",
    "uri": "/x/%C3%A9",
    "body": {
        "action": "read-only",
        "data": "Y2Fmw6k=",
        "encoding": "base64",
        "inputTruncated": False,
    },
}
COOKIES = [{"key": "Cookie", "value": "a=1"}, {"key": "Cookie", "value": "b=2"}]


def made_of(sent: Request, event_type: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config and the request of an event that is made of a request."""
    made = cloudfront.event_from_request(sent, Front(event_type=event_type))
    assert made.keys() == {"Records"}
    [record] = made["Records"]
    assert record.keys() == {"cf"}
    assert record["cf"].keys() == {"config", "request"}
    return record["cf"]["config"], record["cf"]["request"]


def test_a_viewer_request_trigger_gets_what_the_client_sent() -> None:
    config, made = made_of(SENT, "viewer-request")

    assert config.pop("requestId").endswith("==")
    assert config == {
        "distributionDomainName": "a.example.com",
        "distributionId": "LOCAL",
        "eventType": "viewer-request",
    }
    assert made == MADE | {
        "headers": {
            "host": [{"key": "Host", "value": "a.example.com"}],
            "cookie": COOKIES,
            "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "192.0.2.1"}],
            "cloudfront-forwarded-proto": [{"key": "Cloudfront-Forwarded-Proto", "value": "https"}],
        },
    }


def test_an_origin_request_trigger_gets_what_cloudfront_adds_as_well() -> None:
    config, made = made_of(SENT, "origin-request")

    assert config["eventType"] == "origin-request"
    assert made.pop("origin").keys() == {"custom"}
    assert made == MADE | {
        "headers": {
            "host": [{"key": "Host", "value": "a.example.com"}],
            "cookie": COOKIES,
            "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "192.0.2.1, 203.0.113.9"}],
            "cloudfront-forwarded-proto": [{"key": "Cloudfront-Forwarded-Proto", "value": "http"}],
            "via": [{"key": "Via", "value": "2.0 local.cloudfront.net (CloudFront)"}],
        },
    }


def test_without_a_client_nobody_is_made_up() -> None:
    _, made = made_of(Request(), "origin-request")

    assert made["clientIp"] == ""
    assert made["headers"].keys() == {"cloudfront-forwarded-proto", "via"}
    assert made["headers"]["via"][0]["value"].startswith("1.1 ")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_body_of_a_method_that_does_not_write_is_not_passed_on(method: str) -> None:
    _, made = made_of(Request(method, body=b"a"), "viewer-request")

    assert "body" not in made


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_body_has_no_key(method: str) -> None:
    _, made = made_of(Request(method), "viewer-request")

    assert "body" not in made


@pytest.mark.parametrize(
    ("event_type", "allowed"), [("viewer-request", 40 * KB), ("origin-request", 1024 * KB)]
)
def test_a_body_is_cut_off_behind_what_the_trigger_gets(event_type: Any, allowed: int) -> None:
    front = Front(event_type=event_type)
    body = bytes(range(256)) * (allowed // 256)

    whole = cloudfront.event_from_request(Request("POST", body=body), front)
    longer = cloudfront.event_from_request(Request("POST", body=body + b"a"), front)

    assert cloudfront.request_from_event(whole).body == body
    cut = longer["Records"][0]["cf"]["request"]["body"]
    assert cut == whole["Records"][0]["cf"]["request"]["body"] | {"inputTruncated": True}
    with pytest.raises(BadRequest) as caught:
        cloudfront.request_from_event(longer)
    assert caught.value.status == 413


@pytest.mark.parametrize("event_type", ["viewer-request", "origin-request"])
@given(drawn=st.data())
def test_an_event_made_of_a_request_gives_what_arrives_at_the_edge(
    event_type: Any, drawn: st.DataObject
) -> None:
    front = Front(event_type=event_type)
    sent = drawn.draw(requests(cloudfront, front))

    made = json.loads(json.dumps(cloudfront.event_from_request(sent, front)))

    assert cloudfront.matches(made)
    assert cloudfront.request_from_event(made) == what_arrives_at_the_edge(front, sent)


REFUSED_BY = {
    "viewer-request": "content-length host transfer-encoding via",
    "origin-request": "accept-encoding content-length if-modified-since if-none-match if-range "
    "if-unmodified-since transfer-encoding via",
}
REFUSED_BY_BOTH = [
    "connection expect keep-alive proxy-authenticate proxy-authorization proxy-connection trailer",
    "upgrade x-accel-buffering x-accel-charset x-accel-limit-rate x-accel-redirect x-amz-cf-pop",
    "x-amzn-auth x-amzn-cf-billing x-amzn-cf-id x-amzn-cf-xff x-amzn-errortype x-cache",
    "x-amzn-fle-profile x-amzn-header-count x-amzn-header-order x-amzn-lambda-integration-tag",
    "x-amzn-requestid x-edge-a x-forwarded-proto x-real-ip",
]


def test_the_names_that_are_refused_are_those_of_the_documentation() -> None:
    viewer, at_origin = (set(names.split()) for names in REFUSED_BY.values())
    both = {name for names in REFUSED_BY_BOTH for name in names.split()}
    fine = {"x-amzn-trace-id", "x-amz-cfg", "x-edged", "x-cache-hits", "te", "date", "server"}
    names = viewer | at_origin | both | fine

    assert {name for name in names if is_disallowed(name)} == both
    assert {name for name in names if is_refused(name, "viewer-request")} == both | viewer
    assert {name for name in names if is_refused(name, "origin-request")} == both | at_origin
    assert {name for name in names if is_refused(name, "")} == both | viewer | at_origin
