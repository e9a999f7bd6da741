"""REST APIs: what event the gateway makes of a request, its losses included."""

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.api_gateway import rest_api
from tests.sources.losses import HOP_BY_HOP, NOT_PASSED_ON


def test_an_event_is_made_as_the_gateway_makes_it() -> None:
    sent = Request(
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

    made = rest_api.event_from_request(sent, Front(stage="prod"))

    context = made.pop("requestContext")
    ids = [context.pop("extendedRequestId"), context.pop("requestId")]
    trace = made["headers"].pop("X-Amzn-Trace-Id")
    assert made.pop("multiValueHeaders") == {
        name: [value] for name, value in [*made["headers"].items(), ("X-Amzn-Trace-Id", trace)]
    }
    assert all(len(text) == 36 for text in ids)
    assert trace.startswith("Root=1-")
    assert made == {
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


def test_headers_that_api_gateway_keeps_to_itself_are_not_in_the_event() -> None:
    headers = [(name, "x") for name in [*HOP_BY_HOP, *NOT_PASSED_ON, "content-length", "x-kept"]]

    made = rest_api.event_from_request(Request(headers=headers), Front())

    added = {"X-Amzn-Trace-Id", "X-Forwarded-Port", "X-Forwarded-Proto"}
    assert made["headers"].keys() - added == {"x-kept"}


@pytest.mark.parametrize("root_path", ["", "/shop", "/prod"])
def test_a_route_with_parameters_of_its_own_arrives_below_the_same_root(root_path: str) -> None:
    sent = Request(root_path=root_path, path="/teas/7", raw_path="/teas/7")
    front = Front(stage="prod", route="/teas/{id}", parameters=(("id", "7"),))

    made = rest_api.event_from_request(sent, front)

    assert (made["resource"], made["pathParameters"]) == ("/teas/{id}", {"id": "7"})
    arrived = rest_api.request_from_event(made)
    assert (arrived.root_path, arrived.raw_path) == (root_path, "/teas/7")


def test_an_empty_request_is_all_nulls() -> None:
    made = rest_api.event_from_request(Request(), Front())

    nulls = {key for key, value in made.items() if value is None}
    assert nulls == {
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    }
    assert made["resource"] == "/"
    assert made["requestContext"]["identity"] == {"sourceIp": "", "userAgent": None}


@pytest.mark.parametrize(
    ("kind", "types", "arrives"),
    [
        ("image/png", ("image/png",), b"\xff"),
        ("image/png", ("image/*",), b"\xff"),
        ("image/png", (), "\ufffd".encode()),
        ("image/png", ("*/png",), "\ufffd".encode()),
        (None, ("application/json",), b"\xff"),
        (None, ("*/*",), b"\xff"),
    ],
)
def test_bytes_of_a_type_that_is_not_binary_are_spoiled(
    kind: str | None, types: tuple[str, ...], arrives: bytes
) -> None:
    sent = Request("PUT", headers=[("content-type", kind)] if kind else [], body=b"\xff")

    made = rest_api.event_from_request(sent, Front(binary_media_types=types))

    assert rest_api.request_from_event(made).body == arrives
