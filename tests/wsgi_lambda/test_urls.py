"""PATH_INFO, SCRIPT_NAME and QUERY_STRING, as a WSGI app gets them from a real server."""

from typing import Any
from urllib.parse import parse_qsl
from wsgiref.util import request_uri

import pytest
from flask import Flask, redirect, request, url_for

from tests.event_builders import (
    API_HOST,
    SOURCES,
    Builder,
    function_url,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
)
from tests.refused_events import cloudfront
from tests.seen_by_apps import environ_for, parts
from wsgi_lambda import Adapter

PATHS = ("SCRIPT_NAME", "PATH_INFO", "RAW_URI", "REQUEST_URI")

as_sent = pytest.mark.parametrize(
    "build", [function_url, load_balancer, load_balancer_multi], ids=["url", "alb", "alb_multi"]
)
decoded = pytest.mark.parametrize("build", [http_api, http_api_v1], ids=["v2", "v1"])
each_source = pytest.mark.parametrize("build", SOURCES.values(), ids=SOURCES.keys())


def paths(script: str, path: str, uri: str) -> dict[str, str]:
    return dict(zip(PATHS, (script, path, uri, uri), strict=True))


@as_sent
def test_an_encoded_byte_that_is_no_utf_8_is_that_byte(build: Builder) -> None:
    assert parts(environ_for(build("/%E9")), *PATHS) == paths("", "/\xe9", "/%E9")


def test_an_encoded_byte_behind_the_stage_of_a_rest_api_is_that_byte() -> None:
    assert parts(environ_for(rest_api("/%E9")), *PATHS) == paths("/prod", "/\xe9", "/prod/%E9")


@as_sent
def test_utf_8_in_a_path_is_its_bytes(build: Builder) -> None:
    seen = parts(environ_for(build("/%C3%BC%2F%2525")), *PATHS)
    assert seen == paths("", "/\xc3\xbc/%25", "/%C3%BC%2F%2525")


@decoded
@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("/100%25", "/100%2525", id="percent"),
        pytest.param("/a?b", "/a%3Fb", id="question mark"),
        pytest.param("/a#b c", "/a%23b%20c", id="hash and space"),
        pytest.param("/a+b;c=d", "/a+b;c=d", id="what may stand in a path"),
    ],
)
def test_a_path_that_http_api_has_decoded_is_kept(build: Builder, path: str, uri: str) -> None:
    assert parts(environ_for(build(path)), *PATHS) == paths("", path, uri)


@decoded
def test_utf_8_in_a_decoded_path_is_its_bytes(build: Builder) -> None:
    seen = parts(environ_for(build("/ü")), *PATHS)
    assert seen == paths("", "/\xc3\xbc", "/%C3%BC")


@pytest.mark.parametrize("build", [http_api, function_url], ids=["v2", "url"])
def test_a_query_is_verbatim_where_the_event_has_it(build: Builder) -> None:
    query = "novalue&a=%20&b=+&x[]=1&y={z}|&q=caf%E9"
    environ = environ_for(build("/p", query=query))
    assert environ["QUERY_STRING"] == query
    assert environ["RAW_URI"] == f"/p?{query}"


@pytest.mark.parametrize("build", [rest_api, http_api_v1], ids=["rest", "v1"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # Without a `=` cannot be told from an empty value: API Gateway has split it.
        pytest.param("novalue", "novalue=", id="no value"),
        pytest.param("a=%20", "a=%20", id="encoded space"),
        pytest.param("a[]=1&a[]=2", "a[]=1&a[]=2", id="brackets"),
        pytest.param("a={b}|c", "a={b}|c", id="braces"),
        pytest.param("a=%26%3D%2B%23%25", "a=%26=%2B%23%25", id="what must be encoded"),
    ],
)
def test_a_decoded_query_is_rebuilt_with_as_little_encoding_as_can_be(
    build: Builder, query: str, expected: str
) -> None:
    seen = environ_for(build("/", query=query))["QUERY_STRING"]
    assert seen == expected
    assert parse_qsl(seen, keep_blank_values=True) == parse_qsl(query, keep_blank_values=True)


@pytest.mark.parametrize("build", [load_balancer, load_balancer_multi], ids=["alb", "alb_multi"])
def test_a_query_of_a_load_balancer_is_never_decoded_or_encoded(build: Builder) -> None:
    query = "q=caf%E9&x[]=%20&y=+&z=%2B&k%3D=v=w"
    assert environ_for(build("/", query=query))["QUERY_STRING"] == query


def test_the_default_stage_is_no_prefix_on_an_execute_api_host() -> None:
    seen = parts(environ_for(http_api("/orders/7", host=API_HOST, stage="$default")), *PATHS)
    assert seen == paths("", "/orders/7", "/orders/7")


def test_the_default_stage_is_no_prefix_in_format_1_either() -> None:
    seen = parts(environ_for(http_api_v1("/orders/7", stage="$default")), *PATHS)
    assert seen == paths("", "/orders/7", "/orders/7")


@decoded
def test_a_named_stage_is_the_script_name(build: Builder) -> None:
    seen = parts(environ_for(build("/prod/orders/7", stage="prod")), *PATHS)
    assert seen == paths("/prod", "/orders/7", "/prod/orders/7")


NAMED_STAGE = [
    rest_api("/orders"),
    http_api("/prod/orders", stage="prod"),
    http_api_v1("/prod/orders", stage="prod"),
]


@pytest.mark.parametrize("event", NAMED_STAGE, ids=["rest", "v2", "v1"])
def test_a_route_is_found_behind_a_named_stage(event: Any) -> None:
    app = Flask("orders")
    app.add_url_rule("/orders", "orders", lambda: f"{request.url} {url_for('orders')}")
    app.add_url_rule("/old", "old", lambda: redirect(url_for("orders")))
    response = Adapter(app)(event)
    assert response["statusCode"] == 200
    assert response["body"] == f"https://{API_HOST}/prod/orders /prod/orders"


@each_source
def test_a_base_path_ends_at_a_segment(build: Builder) -> None:
    environ = environ_for(build("/apidocs"), root_path="/api")
    assert environ["PATH_INFO"] == "/apidocs"


@each_source
def test_a_base_path_is_the_script_name(build: Builder) -> None:
    seen = parts(environ_for(build("/api/docs"), root_path="/api"), *PATHS)
    assert seen == paths("/api", "/docs", "/api/docs")


def test_the_base_path_of_a_custom_domain_ends_at_a_segment() -> None:
    event = rest_api("/apidocs", public_path="/apidocs", host="example.com", stage="api")
    assert parts(environ_for(event), *PATHS) == paths("", "/apidocs", "/apidocs")


@each_source
def test_the_url_of_the_environ_is_the_public_one(build: Builder) -> None:
    event = build("/api/a b", query="x=1", headers=[("Host", "shop.example.com")])
    environ = environ_for(event, root_path="/api")
    assert request_uri(environ) == "https://shop.example.com/api/a%20b?x=1"


def test_the_path_of_an_edge_event_is_decoded() -> None:
    assert environ_for(cloudfront("/a%20b"))["PATH_INFO"] == "/a b"
