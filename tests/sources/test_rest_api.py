"""REST APIs: which events match, and the request of each event."""

from typing import Any

import pytest

from lambda_adapters import BadRequest, Request
from lambda_adapters.sources.api_gateway import rest_api


def event_with(**changes: Any) -> dict[str, Any]:
    """The minimal event of a REST API, with changes. `context` changes its requestContext."""
    context = {"stage": "prod", "path": "/prod/a", "identity": {"sourceIp": "203.0.113.9"}}
    return {
        "resource": "/{proxy+}",
        "path": "/a",
        "httpMethod": "GET",
        "headers": {"Host": "api.example.com"},
        "pathParameters": {"proxy": "a"},
        "requestContext": context | changes.pop("context", {}),
        "body": None,
        "isBase64Encoded": False,
    } | changes


def request_with(**changes: Any) -> Request:
    """The request of `event_with()`, with changes."""
    values: dict[str, Any] = {
        "root_path": "/prod",
        "path": "/a",
        "raw_path": "/a",
        "headers": [("host", "api.example.com")],
        "client": ("203.0.113.9", 0),
        "server": ("api.example.com", 443),
    }
    return Request(**(values | changes))


CASES: dict[str, tuple[dict[str, Any], Request]] = {
    "a plain event": (event_with(), request_with()),
    "the method": (event_with(httpMethod="PATCH"), request_with(method="PATCH")),
    "no method": (event_with(httpMethod=None), request_with(method="GET")),
    "the path is not decoded": (
        event_with(path="/a%2Fb%20c", context={"path": "/prod/a%2Fb%20c"}),
        request_with(path="/a/b c", raw_path="/a%2Fb%20c"),
    ),
    "an emulator's path is decoded": (
        event_with(path="/a b/é", context={"path": "/prod/a%20b/%C3%A9"}),
        request_with(path="/a b/é", raw_path="/a%20b/%C3%A9"),
    ),
    "a path with characters that must be encoded": (
        event_with(path="/a ?#\n", context={"path": None}),
        request_with(root_path="", path="/a ?#\n", raw_path="/a%20%3F%23%0A"),
    ),
    "no path": (event_with(path=None), request_with(root_path="", path="/", raw_path="/")),
    "a leading double slash in one path only": (
        event_with(context={"path": "/prod//a"}),
        request_with(path="//a", raw_path="//a"),
    ),
    "a trailing slash in one path only": (event_with(context={"path": "/prod/a/"}), request_with()),
    "a stage whose name is in the path twice": (
        event_with(path="/prod/a", context={"path": "/prod/prod/a"}),
        request_with(path="/prod/a", raw_path="/prod/a"),
    ),
    "a context path of another resource": (
        event_with(context={"path": "/prod/elsewhere"}),
        request_with(root_path=""),
    ),
    "a context path without the stage": (
        event_with(context={"path": "/{proxy+}"}),
        request_with(root_path=""),
    ),
    "no stage": (event_with(context={"stage": None}), request_with(root_path="")),
    "the default stage": (event_with(context={"stage": "$default"}), request_with(root_path="")),
    "a custom domain without a base path": (
        event_with(path="/prod/a", context={"path": "/prod/a"}),
        request_with(),
    ),
    "a custom domain with a base path": (
        event_with(path="/shop/v%201/a/", context={"path": "/shop/v%201/a/"}),
        request_with(root_path="/shop/v 1", path="/a/", raw_path="/a/"),
    ),
    "a custom domain with a base path and parameters": (
        event_with(
            path="/shop/teas/7%2F8/x",
            resource="/teas/{id}/{rest+}",
            pathParameters={"id": "7%2F8", "rest": "x"},
            context={"path": "/shop/teas/7%2F8/x"},
        ),
        request_with(root_path="/shop", path="/teas/7/8/x", raw_path="/teas/7%2F8/x"),
    ),
    "a custom domain at its base path": (
        event_with(path="/shop", resource="/", pathParameters=None, context={"path": "/shop"}),
        request_with(root_path="/shop", path="/", raw_path="/"),
    ),
    "a custom domain and a double slash": (
        event_with(path="/shop//a", context={"path": "/shop//a"}),
        request_with(root_path="/shop", path="//a", raw_path="//a"),
    ),
    "a double slash and no stage": (
        event_with(path="//a", context={"path": "//a"}),
        request_with(root_path="", path="//a", raw_path="//a"),
    ),
    "no resource": (event_with(resource=None, context={"path": "/a"}), request_with(root_path="")),
    "a resource without its parameters": (
        event_with(pathParameters=None, context={"path": "/a"}),
        request_with(root_path=""),
    ),
    "a resource of another path": (
        event_with(resource="/b", context={"path": "/a"}),
        request_with(root_path=""),
    ),
    "multi-value maps have precedence": (
        event_with(
            headers={"A": "2"},
            multiValueHeaders={"A": ["1", "2"], "b": "3"},
            queryStringParameters={"k": "z"},
            multiValueQueryStringParameters={"k": ["a b", "é&=+"], "n=": [None]},
        ),
        request_with(
            query="k=a%20b&k=%C3%A9%26=%2B&n%3D=",
            headers=[("a", "1"), ("a", "2"), ("b", "3")],
            server=("localhost", 443),
        ),
    ),
    "single-value maps": (
        event_with(queryStringParameters={"k": "v", "n": None, "i": 3}),
        request_with(query="k=v&n=&i=3"),
    ),
    "null maps": (
        event_with(headers=None, multiValueHeaders=None, queryStringParameters=None),
        request_with(headers=[], server=("localhost", 443)),
    ),
    "hop-by-hop headers": (
        event_with(headers={"Connection": "close", "TE": "trailers", "x": "1"}),
        request_with(headers=[("x", "1")], server=("localhost", 443)),
    ),
    "header values that are not strings": (
        event_with(headers={"a": True, "b": 1.5, "c": None, "d e": "x", "f": "g\r\nh", "i": "玉"}),
        request_with(
            headers=[("a", "true"), ("b", "1.5"), ("f", "g  h"), ("i", "\xe7\x8e\x89")],
            server=("localhost", 443),
        ),
    ),
    "cookies in several headers": (
        event_with(multiValueHeaders={"Cookie": ["a=1", "b=2; c=3"]}),
        request_with(headers=[("cookie", "a=1; b=2; c=3")], server=("localhost", 443)),
    ),
    "a text body": (
        event_with(body="é", headers={"content-length": "99"}),
        request_with(
            body=b"\xc3\xa9", headers=[("content-length", "2")], server=("localhost", 443)
        ),
    ),
    "a body in base64": (
        event_with(body="AP8=", isBase64Encoded=True, headers=None),
        request_with(body=b"\0\xff", headers=[("content-length", "2")], server=("localhost", 443)),
    ),
    "a body that is parsed JSON": (
        event_with(body={"a": 1}, headers=None),
        request_with(
            body=b'{"a": 1}', headers=[("content-length", "8")], server=("localhost", 443)
        ),
    ),
    "X-Forwarded-* headers": (
        event_with(
            headers={
                "X-Forwarded-Proto": "http",
                "X-Forwarded-Port": "8080",
                "X-Forwarded-For": "192.0.2.1",
            },
            context={"domainName": "a.example.com"},
        ),
        request_with(
            scheme="http",
            headers=[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
                ("x-forwarded-for", "192.0.2.1"),
            ],
            server=("a.example.com", 8080),
        ),
    ),
    "no identity": (event_with(context={"identity": None}), request_with(client=None)),
    "HTTP/1.0": (event_with(context={"protocol": "HTTP/1.0"}), request_with(http_version="1.0")),
    "a null context": (
        event_with(context={}) | {"requestContext": None},
        request_with(root_path="", client=None),
    ),
}


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_a_rest_api_event_gives_the_expected_request(
    event: dict[str, Any], expected: Request
) -> None:
    assert rest_api.matches(event)
    assert rest_api.request_from_event(event) == expected


def test_a_body_that_is_not_valid_base64_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="is not base64") as caught:
        rest_api.request_from_event(event_with(body="tea?", isBase64Encoded=True))

    assert caught.value.status == 400
    assert "tea" not in str(caught.value)


MATCHES: dict[str, tuple[Any, bool]] = {
    "another version": ({"httpMethod": "GET", "requestContext": {}, "version": "2.0"}, True),
    "payload format 1.0 of an HTTP API": (
        {"httpMethod": "GET", "requestContext": {}, "version": "1.0"},
        False,
    ),
    "an authorizer": ({"httpMethod": "GET", "requestContext": {}, "methodArn": "a"}, False),
    "an authorizer of format 2.0": (
        {"httpMethod": "GET", "requestContext": {}, "routeArn": "a"},
        False,
    ),
    "a load balancer": ({"httpMethod": "GET", "requestContext": {"elb": {}}}, False),
    "a WebSocket API": ({"httpMethod": "GET", "requestContext": {"connectionId": "a"}}, False),
    "VPC Lattice": ({"httpMethod": "GET", "requestContext": {"serviceArn": "a"}}, False),
    "payload format 2.0": ({"httpMethod": "GET", "requestContext": {"http": {}}}, False),
    "a context that is not an object": ({"httpMethod": "GET", "requestContext": "a"}, False),
    "a Bedrock agent": ({"httpMethod": "GET", "apiPath": "/a"}, False),
    "no method": ({"requestContext": {"path": "/a"}}, False),
    "a list": ([], False),
}


@pytest.mark.parametrize(("event", "expected"), MATCHES.values(), ids=MATCHES)
def test_only_events_of_rest_apis_match(event: Any, expected: bool) -> None:
    assert rest_api.matches(event) is expected
