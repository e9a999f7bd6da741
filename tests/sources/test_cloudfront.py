"""CloudFront: events of both request triggers, and events and requests both ways."""

from typing import Any

import pytest

from lambda_adapters import BadRequest, Front, Request
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront
from lambda_adapters.sources.cloudfront.edge_headers import is_disallowed, is_refused

KB = 1024
CONFIG = {
    "distributionDomainName": "d1.cloudfront.net",
    "distributionId": "E1",
    "requestId": "a==",
}


def header_lists(*headers: tuple[str, str]) -> dict[str, list[dict[str, str]]]:
    """Headers in the form of an event, with keys in upper case."""
    lists: dict[str, list[dict[str, str]]] = {}
    for name, value in headers:
        lists.setdefault(name, []).append({"key": name.upper(), "value": value})
    return lists


def event_with(event_type: Any = "viewer-request", **changes: Any) -> dict[str, Any]:
    """The minimal event of CloudFront, with changes to its request."""
    cloudfront_request = {
        "clientIp": "203.0.113.7",
        "headers": header_lists(("host", "www.example.com")),
        "method": "GET",
        "querystring": "",
        "uri": "/a",
    }
    config = CONFIG if event_type is None else CONFIG | {"eventType": event_type}
    return {"Records": [{"cf": {"config": config, "request": cloudfront_request | changes}}]}


def origin_event(**changes: Any) -> dict[str, Any]:
    """The same for an origin-request trigger."""
    return event_with("origin-request", **changes)


def event_without(*keys: str) -> dict[str, Any]:
    """An event like the samples of the old console: no event type, and without these keys."""
    event = event_with(None)
    for key in keys:
        del event["Records"][0]["cf"]["request"][key]
    return event


def post_event(body: Any, event_type: str = "viewer-request") -> dict[str, Any]:
    return event_with(event_type, method="POST", body=body)


def body_with(text: str, encoding: str | None = "base64", truncated: Any = False) -> dict[str, Any]:
    body = {"action": "read-only", "data": text, "inputTruncated": truncated}
    return body if encoding is None else body | {"encoding": encoding}


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "www.example.com")],
        "client": ("203.0.113.7", 0),
        "server": ("www.example.com", 443),
    }
    return Request(**(values | changes))


def post_request(body: bytes) -> Request:
    headers = [("host", "www.example.com"), ("content-length", str(len(body)))]
    return request_with(method="POST", body=body, headers=headers if body else headers[:1])


FORGED_HEADERS = [("cloudfront-forwarded-proto", "http"), ("x-forwarded-for", "192.0.2.1")]
CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "viewer-request": (event_with(), request_with()),
    "origin-request": (origin_event(origin={"custom": {"path": "/v2"}}), request_with()),
    "an old sample": (event_without(), request_with()),
    "an old sample without a query": (event_without("querystring"), request_with()),
    "an old sample without a client": (event_without("clientIp"), request_with(client=None)),
    "a handwritten event with the required keys only": (
        {"Records": [{"cf": {"request": {}}}]},
        Request(server=("localhost", 443)),
    ),
    "null values": (
        event_with(clientIp=None, headers=None, method=None, querystring=None, uri=None, body=None),
        Request(server=("d1.cloudfront.net", 443)),
    ),
    "a null config": (
        {"Records": [{"cf": {"config": None, "request": {"uri": "a"}, "response": None}}]},
        Request(path="/a", raw_path="/a", server=("localhost", 443)),
    ),
    "the path is not decoded": (
        event_with(uri="/a%2Fb//%Ft é"),
        request_with(path="/a/b//%Ft é", raw_path="/a%2Fb//%Ft%20%C3%A9"),
    ),
    "the query is not decoded": (
        event_with(querystring="b=1+2&a=%26&a&&=é"),
        request_with(query="b=1+2&a=%26&a&&=%C3%A9"),
    ),
    "another host and port": (
        event_with(headers=header_lists(("host", "a.example.com:8443"))),
        request_with(headers=[("host", "a.example.com:8443")], server=("a.example.com", 8443)),
    ),
    "an IPv6 client": (event_with(clientIp="2001:db8::7"), request_with(client=("2001:db8::7", 0))),
    "all headers, named by the keys of the lists": (
        event_with(
            headers=header_lists(("x-a", "1"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-a", "2"))
        ),
        request_with(
            headers=[("x-a", "1"), ("x-a", "2"), ("cookie", "a=1; b=2")],
            server=("d1.cloudfront.net", 443),
        ),
    ),
    "handwritten headers without lists": (
        event_with(
            headers={"host": "www.example.com", "a": ["1"], "b": [{"key": "B"}], "c": [None]}
        ),
        request_with(headers=[("host", "www.example.com"), ("a", "1")]),
    ),
    "the scheme in cloudfront-forwarded-proto": (
        origin_event(headers=header_lists(("cloudfront-forwarded-proto", "http"))),
        request_with(
            scheme="http",
            headers=[("cloudfront-forwarded-proto", "http")],
            server=("d1.cloudfront.net", 80),
        ),
    ),
    "a viewer-request event with a forged scheme": (
        event_with(headers=header_lists(*FORGED_HEADERS)),
        request_with(headers=FORGED_HEADERS, server=("d1.cloudfront.net", 443)),
    ),
    "a forged port": (
        origin_event(headers=header_lists(("host", "www.example.com"), ("x-forwarded-port", "81"))),
        request_with(headers=[("host", "www.example.com"), ("x-forwarded-port", "81")]),
    ),
    "a body": (post_event(body_with("AP8=")), post_request(b"\0\xff")),
    "an empty body": (post_event(body_with("")), post_request(b"")),
    "a body without an encoding": (post_event(body_with("AP8=", None)), post_request(b"\0\xff")),
    "a body that is text": (post_event(body_with("é", "text")), post_request("é".encode())),
    "a handwritten body without data": (post_event({"inputTruncated": "false"}), post_request(b"")),
    "a handwritten body that is a string": (post_event("é"), post_request("é".encode())),
    "a body that is JSON": (post_event(body_with({"a": 1})), post_request(b'{"a": 1}')),  # type: ignore[arg-type]
    "a trigger that does not include the body": (
        event_with(
            method="POST",
            headers=header_lists(("host", "www.example.com"), ("content-length", "7")),
        ),
        request_with(method="POST", headers=[("host", "www.example.com"), ("content-length", "0")]),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_cloudfront_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert cloudfront.matches(event)
    assert cloudfront.request_from_event(event) == expected


OTHER_EVENTS: dict[str, Any] = {
    "nothing": {},
    "a list": [],
    "records that are not a list": {"Records": {"cf": {"request": {}}}},
    "no record": {"Records": []},
    "a record that is not an object": {"Records": ["cf"]},
    "another service's record": {"Records": [{"eventSource": "aws:sqs", "body": ""}]},
    "no cf": {"Records": [{"cf": None}]},
    "no request": {"Records": [{"cf": {"config": CONFIG}}]},
    "a null request": {"Records": [{"cf": {"config": CONFIG, "request": None}}]},
    "origin-response": event_with("origin-response"),
    "viewer-response": event_with("viewer-response"),
    "an old sample of a response": {"Records": [{"cf": {"request": {}, "response": {}}}]},
    "an unknown event type": event_with("client-request"),
    "an event with the context of a load balancer": event_with() | {"requestContext": {"elb": {}}},
    "an event with the key of an authorizer": event_with() | {"methodArn": "arn:aws:execute-api:a"},
}


@pytest.mark.parametrize("event", OTHER_EVENTS.values(), ids=OTHER_EVENTS)
def test_only_events_of_request_triggers_match(event: Any) -> None:
    assert not cloudfront.matches(event)


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
def test_each_trigger_has_its_limit_and_an_unknown_trigger_the_smaller_one(
    event_type: Any, limit: int
) -> None:
    assert cloudfront.limit(event_with(event_type)) == limit


@pytest.mark.parametrize("truncated", [True, "true", 1])
def test_a_truncated_body_gives_413(truncated: Any) -> None:
    with pytest.raises(BadRequest, match=r"only the beginning .* \(inputTruncated\)") as caught:
        cloudfront.request_from_event(post_event(body_with("QUJD", truncated=truncated)))

    assert caught.value.status == 413


@pytest.mark.parametrize("text", ["A", "****", "é", "QUJD\n"])
def test_a_body_that_is_not_valid_base64_gives_400(text: str) -> None:
    with pytest.raises(BadRequest, match="is not base64") as caught:
        cloudfront.request_from_event(post_event(body_with(text)))

    assert caught.value.status == 400
    assert text not in str(caught.value).split()


REQUEST = Request(
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
        ("x-amz-cf-id", "forged"),
        ("x-edge-location", "forged"),
        ("x-real-ip", "192.0.2.2"),
    ],
    body=b"caf\xc3\xa9",
    client=("203.0.113.9", 4711),
    server=("a.example.com", 443),
    http_version="2",
)
EVENT_REQUEST = {
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


def config_and_request(request: Request, event_type: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config and the request of the event that a request gives."""
    event = cloudfront.event_from_request(request, Front(event_type=event_type))
    assert event.keys() == {"Records"}
    [record] = event["Records"]
    assert record.keys() == {"cf"}
    assert record["cf"].keys() == {"config", "request"}
    return record["cf"]["config"], record["cf"]["request"]


def test_a_request_gives_the_event_of_a_viewer_request_trigger() -> None:
    config, event_request = config_and_request(REQUEST, "viewer-request")

    assert config.pop("requestId").endswith("==")
    assert config == {
        "distributionDomainName": "a.example.com",
        "distributionId": "LOCAL",
        "eventType": "viewer-request",
    }
    assert event_request == EVENT_REQUEST | {
        "headers": {
            "host": [{"key": "Host", "value": "a.example.com"}],
            "cookie": COOKIES,
            "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "192.0.2.1"}],
            "cloudfront-forwarded-proto": [{"key": "Cloudfront-Forwarded-Proto", "value": "https"}],
        },
    }


def test_the_event_of_an_origin_request_trigger_has_the_headers_that_cloudfront_adds() -> None:
    config, event_request = config_and_request(REQUEST, "origin-request")

    assert config["eventType"] == "origin-request"
    assert event_request.pop("origin").keys() == {"custom"}
    assert event_request == EVENT_REQUEST | {
        "headers": {
            "host": [{"key": "Host", "value": "a.example.com"}],
            "cookie": COOKIES,
            "x-forwarded-for": [{"key": "X-Forwarded-For", "value": "192.0.2.1, 203.0.113.9"}],
            "cloudfront-forwarded-proto": [{"key": "Cloudfront-Forwarded-Proto", "value": "http"}],
            "via": [{"key": "Via", "value": "2.0 local.cloudfront.net (CloudFront)"}],
        },
    }


def test_a_request_without_a_client_gives_an_empty_client_ip() -> None:
    _, event_request = config_and_request(Request(), "origin-request")

    assert event_request["clientIp"] == ""
    assert event_request["headers"].keys() == {"cloudfront-forwarded-proto", "via"}
    assert event_request["headers"]["via"][0]["value"].startswith("1.1 ")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_body_of_a_get_head_or_options_request_is_dropped(method: str) -> None:
    _, event_request = config_and_request(Request(method, body=b"a"), "viewer-request")

    assert "body" not in event_request


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_event_of_a_request_without_a_body_has_no_body_key(method: str) -> None:
    _, event_request = config_and_request(Request(method), "viewer-request")

    assert "body" not in event_request


@pytest.mark.parametrize(
    ("event_type", "allowed"), [("viewer-request", 40 * KB), ("origin-request", 1024 * KB)]
)
def test_a_body_over_the_limit_of_the_trigger_is_truncated(event_type: Any, allowed: int) -> None:
    front = Front(event_type=event_type)
    body = bytes(range(256)) * (allowed // 256)

    whole = cloudfront.event_from_request(Request("POST", body=body), front)
    longer = cloudfront.event_from_request(Request("POST", body=body + b"a"), front)

    assert cloudfront.request_from_event(whole).body == body
    truncated_body = longer["Records"][0]["cf"]["request"]["body"]
    assert truncated_body == whole["Records"][0]["cf"]["request"]["body"] | {"inputTruncated": True}
    with pytest.raises(BadRequest) as caught:
        cloudfront.request_from_event(longer)
    assert caught.value.status == 413


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


def test_disallowed_and_read_only_headers_are_those_of_the_documentation() -> None:
    viewer, origin = (set(names.split()) for names in REFUSED_BY.values())
    both = {name for names in REFUSED_BY_BOTH for name in names.split()}
    allowed = {"x-amzn-trace-id", "x-amz-cfg", "x-edged", "x-cache-hits", "te", "date", "server"}
    names = viewer | origin | both | allowed

    assert {name for name in names if is_disallowed(name)} == both
    assert {name for name in names if is_refused(name, "viewer-request")} == both | viewer
    assert {name for name in names if is_refused(name, "origin-request")} == both | origin
    assert {name for name in names if is_refused(name, "")} == both | viewer | origin
