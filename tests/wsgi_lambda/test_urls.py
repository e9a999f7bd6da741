"""WSGI: PATH_INFO, SCRIPT_NAME, RAW_URI, REQUEST_URI and QUERY_STRING in the environ."""

from typing import Any
from urllib.parse import parse_qsl
from wsgiref.util import request_uri

import pytest
from flask import Flask, redirect, request, url_for

from tests.app_inputs import environ_for, pick
from tests.event_builders import (
    API_HOST,
    BUILDERS,
    Builder,
    function_url,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
)
from tests.sample_events import cloudfront
from wsgi_lambda import Adapter

PATH_KEYS = ("SCRIPT_NAME", "PATH_INFO", "RAW_URI", "REQUEST_URI")

encoded_path_sources = pytest.mark.parametrize(
    "build", [function_url, load_balancer, load_balancer_multi], ids=["url", "alb", "alb_multi"]
)
decoded_path_sources = pytest.mark.parametrize("build", [http_api, http_api_v1], ids=["v2", "v1"])
each_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())


def paths(script: str, path: str, uri: str) -> dict[str, str]:
    return dict(zip(PATH_KEYS, (script, path, uri, uri), strict=True))


@encoded_path_sources
def test_a_percent_encoded_byte_that_is_not_utf_8_is_kept_as_a_byte(build: Builder) -> None:
    assert pick(environ_for(build("/%E9")), *PATH_KEYS) == paths("", "/\xe9", "/%E9")


def test_a_percent_encoded_byte_after_a_rest_api_stage_is_kept_as_a_byte() -> None:
    assert pick(environ_for(rest_api("/%E9")), *PATH_KEYS) == paths("/prod", "/\xe9", "/prod/%E9")


@encoded_path_sources
def test_utf_8_in_an_encoded_path_is_bytes_as_latin_1(build: Builder) -> None:
    variables = pick(environ_for(build("/%C3%BC%2F%2525")), *PATH_KEYS)
    assert variables == paths("", "/\xc3\xbc/%25", "/%C3%BC%2F%2525")


@decoded_path_sources
@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("/100%25", "/100%2525", id="percent"),
        pytest.param("/a?b", "/a%3Fb", id="question mark"),
        pytest.param("/a#b c", "/a%23b%20c", id="hash and space"),
        pytest.param("/a+b;c=d", "/a+b;c=d", id="characters allowed in a path"),
    ],
)
def test_the_decoded_path_of_an_http_api_is_not_decoded_again(
    build: Builder, path: str, uri: str
) -> None:
    assert pick(environ_for(build(path)), *PATH_KEYS) == paths("", path, uri)


@decoded_path_sources
def test_utf_8_in_a_decoded_path_is_bytes_as_latin_1(build: Builder) -> None:
    variables = pick(environ_for(build("/ü")), *PATH_KEYS)
    assert variables == paths("", "/\xc3\xbc", "/%C3%BC")


@pytest.mark.parametrize("build", [http_api, function_url], ids=["v2", "url"])
def test_the_query_string_of_format_2_is_passed_unchanged(build: Builder) -> None:
    query = "novalue&a=%20&b=+&x[]=1&y={z}|&q=caf%E9"
    environ = environ_for(build("/p", query=query))
    assert environ["QUERY_STRING"] == query
    assert environ["RAW_URI"] == f"/p?{query}"


@pytest.mark.parametrize("build", [rest_api, http_api_v1], ids=["rest", "v1"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # API Gateway splits the query, so `name` and `name=` look the same in the event.
        pytest.param("novalue", "novalue=", id="no value"),
        pytest.param("a=%20", "a=%20", id="encoded space"),
        pytest.param("a[]=1&a[]=2", "a[]=1&a[]=2", id="brackets"),
        pytest.param("a={b}|c", "a={b}|c", id="braces"),
        pytest.param("a=%26%3D%2B%23%25", "a=%26=%2B%23%25", id="reserved characters"),
    ],
)
def test_a_query_that_api_gateway_decodes_is_encoded_only_where_needed(
    build: Builder, query: str, expected: str
) -> None:
    variables = environ_for(build("/", query=query))["QUERY_STRING"]
    assert variables == expected
    assert parse_qsl(variables, keep_blank_values=True) == parse_qsl(query, keep_blank_values=True)


@pytest.mark.parametrize("build", [load_balancer, load_balancer_multi], ids=["alb", "alb_multi"])
def test_a_load_balancer_query_is_passed_unchanged(build: Builder) -> None:
    query = "q=caf%E9&x[]=%20&y=+&z=%2B&k%3D=v=w"
    assert environ_for(build("/", query=query))["QUERY_STRING"] == query


def test_the_default_stage_is_not_a_script_name_in_format_2() -> None:
    variables = pick(
        environ_for(http_api("/orders/7", host=API_HOST, stage="$default")), *PATH_KEYS
    )
    assert variables == paths("", "/orders/7", "/orders/7")


def test_the_default_stage_is_not_a_script_name_in_format_1() -> None:
    variables = pick(environ_for(http_api_v1("/orders/7", stage="$default")), *PATH_KEYS)
    assert variables == paths("", "/orders/7", "/orders/7")


@decoded_path_sources
def test_a_named_stage_is_the_script_name(build: Builder) -> None:
    variables = pick(environ_for(build("/prod/orders/7", stage="prod")), *PATH_KEYS)
    assert variables == paths("/prod", "/orders/7", "/prod/orders/7")


NAMED_STAGE = [
    rest_api("/orders"),
    http_api("/prod/orders", stage="prod"),
    http_api_v1("/prod/orders", stage="prod"),
]


@pytest.mark.parametrize("event", NAMED_STAGE, ids=["rest", "v2", "v1"])
def test_flask_finds_a_route_after_a_named_stage(event: Any) -> None:
    app = Flask("orders")
    app.add_url_rule("/orders", "orders", lambda: f"{request.url} {url_for('orders')}")
    app.add_url_rule("/old", "old", lambda: redirect(url_for("orders")))
    response = Adapter(app)(event)
    assert response["statusCode"] == 200
    assert response["body"] == f"https://{API_HOST}/prod/orders /prod/orders"


@each_source
def test_a_root_path_matches_whole_segments_only(build: Builder) -> None:
    environ = environ_for(build("/apidocs"), root_path="/api")
    assert environ["PATH_INFO"] == "/apidocs"


@each_source
def test_the_root_path_is_the_script_name(build: Builder) -> None:
    variables = pick(environ_for(build("/api/docs"), root_path="/api"), *PATH_KEYS)
    assert variables == paths("/api", "/docs", "/api/docs")


def test_the_base_path_of_a_custom_domain_matches_whole_segments_only() -> None:
    event = rest_api("/apidocs", public_path="/apidocs", host="example.com", stage="api")
    assert pick(environ_for(event), *PATH_KEYS) == paths("", "/apidocs", "/apidocs")


@each_source
def test_the_url_from_the_environ_is_the_public_url(build: Builder) -> None:
    event = build("/api/a b", query="x=1", headers=[("Host", "shop.example.com")])
    environ = environ_for(event, root_path="/api")
    assert request_uri(environ) == "https://shop.example.com/api/a%20b?x=1"


def test_the_path_of_a_lambda_edge_event_is_decoded() -> None:
    assert environ_for(cloudfront("/a%20b"))["PATH_INFO"] == "/a b"
