"""REST APIs: the event that API Gateway creates for a request, with its losses."""

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import rest_api
from tests.sources.losses import DROPPED_REQUEST_HEADERS, HOP_BY_HOP


def test_a_request_gives_the_event_that_api_gateway_creates() -> None:
    request = Request(
        "POST",
        root_path="/prod",
        path="//é",
        raw_path="//%C3%A9",
        query="a=1&b=%20&a=+2",
        headers=[
            ("host", "a.example.com"),
            ("user-agent", "curl"),
            ("te", "trailers"),
            ("expect", "100-continue"),
            ("content-length", "1"),
            ("x", "1"),
        ],
        body=b"a",
        client=("203.0.113.9", 4711),
        server=("a.example.com", 443),
    )

    event = rest_api.event_from_request(request, Front(stage="prod"))

    context = event.pop("requestContext")
    ids = [context.pop("extendedRequestId"), context.pop("requestId")]
    trace = event["headers"].pop("X-Amzn-Trace-Id")
    assert event.pop("multiValueHeaders") == {
        name: [value] for name, value in [*event["headers"].items(), ("X-Amzn-Trace-Id", trace)]
    }
    assert all(len(text) == 36 for text in ids)
    assert trace.startswith("Root=1-")
    assert event == {
        "resource": "/{proxy+}",
        "path": "/%C3%A9",
        "httpMethod": "POST",
        "headers": {
            "Host": "a.example.com",
            "User-Agent": "curl",
            "x": "1",
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        },
        "queryStringParameters": {"a": " 2", "b": " "},
        "multiValueQueryStringParameters": {"a": ["1", " 2"], "b": [" "]},
        "pathParameters": {"proxy": "%C3%A9"},
        "stageVariables": None,
        "body": "YQ==",
        "isBase64Encoded": True,
    }
    assert context == {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": "a.example.com",
        "domainPrefix": "a",
        "httpMethod": "POST",
        "identity": {"sourceIp": "203.0.113.9", "userAgent": "curl"},
        "path": "/prod//%C3%A9",
        "protocol": "HTTP/1.1",
        "resourceId": None,
        "resourcePath": "/{proxy+}",
        "stage": "prod",
    }


def test_headers_that_api_gateway_drops_are_not_in_the_event() -> None:
    headers = [
        (name, "x") for name in [*HOP_BY_HOP, *DROPPED_REQUEST_HEADERS, "content-length", "x-kept"]
    ]

    event = rest_api.event_from_request(Request(headers=headers), Front())

    added = {"X-Amzn-Trace-Id", "X-Forwarded-Port", "X-Forwarded-Proto"}
    assert event["headers"].keys() - added == {"x-kept"}


@pytest.mark.parametrize("root_path", ["", "/shop", "/prod"])
def test_a_route_with_parameters_does_not_change_the_root_path(root_path: str) -> None:
    request = Request(root_path=root_path, path="/teas/7", raw_path="/teas/7")
    front = Front(stage="prod", route="/teas/{id}", parameters=(("id", "7"),))

    event = rest_api.event_from_request(request, front)

    assert (event["resource"], event["pathParameters"]) == ("/teas/{id}", {"id": "7"})
    result = rest_api.request_from_event(event)
    assert (result.root_path, result.raw_path) == (root_path, "/teas/7")


def test_the_event_of_an_empty_request_has_null_for_missing_values() -> None:
    event = rest_api.event_from_request(Request(), Front())

    nulls = {key for key, value in event.items() if value is None}
    assert nulls == {
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    }
    assert event["resource"] == "/"
    assert event["requestContext"]["identity"] == {"sourceIp": "", "userAgent": None}


@pytest.mark.parametrize(
    ("content_type", "binary_media_types", "expected"),
    [
        ("image/png", ("image/png",), b"\xff"),
        ("image/png", ("image/*",), b"\xff"),
        ("image/png", (), "\ufffd".encode()),
        ("image/png", ("*/png",), "\ufffd".encode()),
        (None, ("application/json",), b"\xff"),
        (None, ("*/*",), b"\xff"),
    ],
)
def test_bytes_of_a_type_that_is_not_binary_are_decoded_with_replacement_characters(
    content_type: str | None, binary_media_types: tuple[str, ...], expected: bytes
) -> None:
    request = Request(
        "PUT", headers=[("content-type", content_type)] if content_type else [], body=b"\xff"
    )

    event = rest_api.event_from_request(request, Front(binary_media_types=binary_media_types))

    assert rest_api.request_from_event(event).body == expected
