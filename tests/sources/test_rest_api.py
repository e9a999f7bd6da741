"""REST APIs: which events are theirs, and what request each is."""

from typing import Any

import pytest

from lambda_adapters import BadRequest, Request
from lambda_adapters.sources.api_gateway import rest_api


def event(**changes: Any) -> dict[str, Any]:
    """The least that a REST API sends, with changes; `context` changes its requestContext."""
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


def request(**changes: Any) -> Request:
    """The request of `event()`, with changes."""
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
    "a plain one": (event(), request()),
    "the method": (event(httpMethod="PATCH"), request(method="PATCH")),
    "no method": (event(httpMethod=None), request(method="GET")),
    "the path is as sent": (
        event(path="/a%2Fb%20c", context={"path": "/prod/a%2Fb%20c"}),
        request(path="/a/b c", raw_path="/a%2Fb%20c"),
    ),
    "an emulator's path is decoded": (
        event(path="/a b/é", context={"path": "/prod/a%20b/%C3%A9"}),
        request(path="/a b/é", raw_path="/a%20b/%C3%A9"),
    ),
    "a path that no request line can hold": (
        event(path="/a ?#\n", context={"path": None}),
        request(root_path="", path="/a ?#\n", raw_path="/a%20%3F%23%0A"),
    ),
    "no path": (event(path=None), request(root_path="", path="/", raw_path="/")),
    "a leading double slash, collapsed in one path only": (
        event(context={"path": "/prod//a"}),
        request(path="//a", raw_path="//a"),
    ),
    "a trailing slash in one path only": (event(context={"path": "/prod/a/"}), request()),
    "a stage whose name is in the path twice": (
        event(path="/prod/a", context={"path": "/prod/prod/a"}),
        request(path="/prod/a", raw_path="/prod/a"),
    ),
    "a context path of something else": (
        event(context={"path": "/prod/elsewhere"}),
        request(root_path=""),
    ),
    "a context path without the stage": (
        event(context={"path": "/{proxy+}"}),
        request(root_path=""),
    ),
    "no stage": (event(context={"stage": None}), request(root_path="")),
    "no stage of its own": (event(context={"stage": "$default"}), request(root_path="")),
    "a custom domain without a base path": (
        event(path="/prod/a", context={"path": "/prod/a"}),
        request(),
    ),
    "a custom domain with a base path": (
        event(path="/shop/v%201/a/", context={"path": "/shop/v%201/a/"}),
        request(root_path="/shop/v 1", path="/a/", raw_path="/a/"),
    ),
    "a custom domain with a base path and parameters": (
        event(
            path="/shop/teas/7%2F8/x",
            resource="/teas/{id}/{rest+}",
            pathParameters={"id": "7%2F8", "rest": "x"},
            context={"path": "/shop/teas/7%2F8/x"},
        ),
        request(root_path="/shop", path="/teas/7/8/x", raw_path="/teas/7%2F8/x"),
    ),
    "a custom domain at its base path": (
        event(path="/shop", resource="/", pathParameters=None, context={"path": "/shop"}),
        request(root_path="/shop", path="/", raw_path="/"),
    ),
    "a custom domain and a double slash": (
        event(path="/shop//a", context={"path": "/shop//a"}),
        request(root_path="/shop", path="//a", raw_path="//a"),
    ),
    "a double slash and no stage": (
        event(path="//a", context={"path": "//a"}),
        request(root_path="", path="//a", raw_path="//a"),
    ),
    "no resource": (event(resource=None, context={"path": "/a"}), request(root_path="")),
    "a resource without its parameters": (
        event(pathParameters=None, context={"path": "/a"}),
        request(root_path=""),
    ),
    "a resource of another path": (
        event(resource="/b", context={"path": "/a"}),
        request(root_path=""),
    ),
    "the multi maps, which have every value": (
        event(
            headers={"A": "2"},
            multiValueHeaders={"A": ["1", "2"], "b": "3"},
            queryStringParameters={"k": "z"},
            multiValueQueryStringParameters={"k": ["a b", "é&=+"], "n=": [None]},
        ),
        request(
            query="k=a%20b&k=%C3%A9%26=%2B&n%3D=",
            headers=[("a", "1"), ("a", "2"), ("b", "3")],
            server=("localhost", 443),
        ),
    ),
    "the single maps": (
        event(queryStringParameters={"k": "v", "n": None, "i": 3}),
        request(query="k=v&n=&i=3"),
    ),
    "null maps": (
        event(headers=None, multiValueHeaders=None, queryStringParameters=None),
        request(headers=[], server=("localhost", 443)),
    ),
    "headers that belong to the connection": (
        event(headers={"Connection": "close", "TE": "trailers", "x": "1"}),
        request(headers=[("x", "1")], server=("localhost", 443)),
    ),
    "headers that are no text": (
        event(headers={"a": True, "b": 1.5, "c": None, "d e": "x", "f": "g\r\nh", "i": "玉"}),
        request(
            headers=[("a", "true"), ("b", "1.5"), ("f", "g  h"), ("i", "\xe7\x8e\x89")],
            server=("localhost", 443),
        ),
    ),
    "cookies in several headers": (
        event(multiValueHeaders={"Cookie": ["a=1", "b=2; c=3"]}),
        request(headers=[("cookie", "a=1; b=2; c=3")], server=("localhost", 443)),
    ),
    "a text body": (
        event(body="é", headers={"content-length": "99"}),
        request(body=b"\xc3\xa9", headers=[("content-length", "2")], server=("localhost", 443)),
    ),
    "a body in base64": (
        event(body="AP8=", isBase64Encoded=True, headers=None),
        request(body=b"\0\xff", headers=[("content-length", "2")], server=("localhost", 443)),
    ),
    "a body that is JSON already": (
        event(body={"a": 1}, headers=None),
        request(body=b'{"a": 1}', headers=[("content-length", "8")], server=("localhost", 443)),
    ),
    "what X-Forwarded-* say": (
        event(
            headers={
                "X-Forwarded-Proto": "http",
                "X-Forwarded-Port": "8080",
                "X-Forwarded-For": "192.0.2.1",
            },
            context={"domainName": "a.example.com"},
        ),
        request(
            scheme="http",
            headers=[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-port", "8080"),
                ("x-forwarded-for", "192.0.2.1"),
            ],
            server=("a.example.com", 8080),
        ),
    ),
    "no identity": (event(context={"identity": None}), request(client=None)),
    "HTTP/1.0": (event(context={"protocol": "HTTP/1.0"}), request(http_version="1.0")),
    "a null context": (
        event(context={}) | {"requestContext": None},
        request(root_path="", client=None),
    ),
}


@pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
def test_an_event_is_a_whole_request(sent: dict[str, Any], expected: Request) -> None:
    assert rest_api.matches(sent)
    assert rest_api.request_from_event(sent) == expected


def test_a_body_that_claims_base64_and_is_not_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="is not base64") as caught:
        rest_api.request_from_event(event(body="tea?", isBase64Encoded=True))

    assert caught.value.status == 400
    assert "tea" not in str(caught.value)


CLAIMS: dict[str, tuple[Any, bool]] = {
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
    "a context that is no object": ({"httpMethod": "GET", "requestContext": "a"}, False),
    "a Bedrock agent": ({"httpMethod": "GET", "apiPath": "/a"}, False),
    "no method": ({"requestContext": {"path": "/a"}}, False),
    "a list": ([], False),
}


@pytest.mark.parametrize(("sent", "claimed"), CLAIMS.values(), ids=CLAIMS)
def test_only_a_rest_apis_events_are_claimed(sent: Any, claimed: bool) -> None:
    assert rest_api.matches(sent) is claimed
