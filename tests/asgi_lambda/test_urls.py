"""ASGI: path, raw_path, root_path and query_string in the scope."""

import json
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from asgi_lambda import Adapter
from tests.app_inputs import pick, scope_for
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

PATH_KEYS = ("root_path", "path", "raw_path")

encoded_path_sources = pytest.mark.parametrize(
    "build", [function_url, load_balancer, load_balancer_multi], ids=["url", "alb", "alb_multi"]
)
decoded_path_sources = pytest.mark.parametrize("build", [http_api, http_api_v1], ids=["v2", "v1"])
each_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())


@encoded_path_sources
def test_an_encoded_slash_is_kept_in_raw_path(build: Builder) -> None:
    assert pick(scope_for(build("/a%2Fb")), *PATH_KEYS) == {
        "root_path": "",
        "path": "/a/b",
        "raw_path": b"/a%2Fb",
    }


def test_an_encoded_slash_after_a_rest_api_stage_is_kept_in_raw_path() -> None:
    assert pick(scope_for(rest_api("/a%2Fb", stage="prod")), *PATH_KEYS) == {
        "root_path": "/prod",
        "path": "/prod/a/b",
        "raw_path": b"/prod/a%2Fb",
    }


@decoded_path_sources
def test_the_decoded_path_of_an_http_api_is_not_decoded_again(build: Builder) -> None:
    assert pick(scope_for(build("/a%20b")), *PATH_KEYS) == {
        "root_path": "",
        "path": "/a%20b",
        "raw_path": b"/a%2520b",
    }


@encoded_path_sources
def test_an_encoded_path_is_decoded_once(build: Builder) -> None:
    assert pick(scope_for(build("/a%2520b%20c")), *PATH_KEYS) == {
        "root_path": "",
        "path": "/a%20b c",
        "raw_path": b"/a%2520b%20c",
    }


def test_the_decoded_path_in_a_function_url_context_is_ignored() -> None:
    event = function_url("/a%2Fb")
    event["requestContext"]["http"]["path"] = "/a/b"
    assert scope_for(event)["raw_path"] == b"/a%2Fb"


def test_the_path_of_a_lambda_edge_event_is_decoded() -> None:
    scope = scope_for(cloudfront("/a%20b"))
    assert (scope["path"], scope["raw_path"]) == ("/a b", b"/a%20b")


@pytest.mark.parametrize("build", [load_balancer, load_balancer_multi], ids=["alb", "alb_multi"])
def test_invalid_utf_8_in_a_load_balancer_query_is_kept(build: Builder) -> None:
    assert scope_for(build(query="q=caf%E9&%C3%BC=a+b"))["query_string"] == b"q=caf%E9&%C3%BC=a+b"


@pytest.mark.parametrize("build", [http_api, function_url], ids=["v2", "url"])
def test_the_query_string_of_format_2_is_passed_unchanged(build: Builder) -> None:
    query = "a=1&b=&a=2&novalue&x[]=%20+%2B|y&q=caf%E9"
    assert scope_for(build(query=query))["query_string"] == query.encode()


@pytest.mark.parametrize(
    "build", [rest_api, http_api_v1, load_balancer_multi], ids=["rest", "v1", "alb_multi"]
)
def test_all_values_of_a_repeated_query_key_are_kept(build: Builder) -> None:
    # The maps keep the order of one key's values, but not the order of the pairs.
    assert scope_for(build(query="a=1&b=&a=2"))["query_string"] == b"a=1&a=2&b="


@pytest.mark.parametrize("build", [rest_api, http_api_v1], ids=["rest", "v1"])
def test_a_query_that_api_gateway_decodes_is_encoded_to_the_same_pairs(build: Builder) -> None:
    query = "a%26b=1%3D2%2B3&x[]=%20&c=%C3%BC&d=100%25"
    query_string = scope_for(build(query=query))["query_string"].decode()
    pairs = parse_qsl(query_string, keep_blank_values=True)
    assert pairs == parse_qsl(query, keep_blank_values=True)


@each_source
def test_a_path_equal_to_the_root_path_becomes_slash(build: Builder) -> None:
    scope = scope_for(build("/api"), root_path="/api", root_in_path=False)
    assert pick(scope, *PATH_KEYS) == {"root_path": "/api", "path": "/", "raw_path": b"/"}


@each_source
def test_the_root_path_is_in_the_path_once(build: Builder) -> None:
    assert pick(scope_for(build("/api/users"), root_path="/api"), *PATH_KEYS) == {
        "root_path": "/api",
        "path": "/api/users",
        "raw_path": b"/api/users",
    }


@each_source
def test_a_root_path_matches_whole_segments_only(build: Builder) -> None:
    scope = scope_for(build("/apifoo/x"), root_path="/api", root_in_path=False)
    assert pick(scope, "path", "raw_path") == {"path": "/apifoo/x", "raw_path": b"/apifoo/x"}


@decoded_path_sources
def test_a_stage_at_the_start_of_the_path_is_the_root_path(build: Builder) -> None:
    assert pick(scope_for(build("/prod/a b", stage="prod")), *PATH_KEYS) == {
        "root_path": "/prod",
        "path": "/prod/a b",
        "raw_path": b"/prod/a%20b",
    }


@decoded_path_sources
def test_a_stage_matches_a_whole_segment_only(build: Builder) -> None:
    assert pick(scope_for(build("/produce/x", stage="prod")), *PATH_KEYS) == {
        "root_path": "",
        "path": "/produce/x",
        "raw_path": b"/produce/x",
    }


@decoded_path_sources
def test_a_path_equal_to_the_stage_becomes_slash(build: Builder) -> None:
    scope = scope_for(build("/prod", stage="prod"), root_in_path=False)
    assert pick(scope, *PATH_KEYS) == {"root_path": "/prod", "path": "/", "raw_path": b"/"}


@decoded_path_sources
def test_the_default_stage_is_not_a_root_path(build: Builder) -> None:
    assert pick(scope_for(build("/$default/x", stage="$default")), *PATH_KEYS) == {
        "root_path": "",
        "path": "/$default/x",
        "raw_path": b"/$default/x",
    }


@pytest.mark.parametrize(
    ("path", "root"),
    [
        pytest.param("/shop/orders/7", "/shop", id="base path and stage"),
        pytest.param("/prod/orders/7", "/prod", id="stage only"),
        pytest.param("/shop/prod/orders/7", "/shop/prod", id="base path in front of the stage"),
    ],
)
def test_the_base_path_mapping_of_a_custom_domain_is_the_root_path(path: str, root: str) -> None:
    event = rest_api(path, public_path=path, host="shop.example.com", proxy="orders/7")
    assert pick(scope_for(event), *PATH_KEYS) == {
        "root_path": root,
        "path": path,
        "raw_path": path.encode(),
    }


ROOT_PATHS = [
    pytest.param(rest_api, "", "/prod", id="rest_api"),
    pytest.param(partial(http_api, stage="prod"), "/prod", "/prod", id="http_api"),
    pytest.param(partial(http_api_v1, stage="prod"), "/prod", "/prod", id="http_api_v1"),
    pytest.param(load_balancer, "/api", "/api", id="load_balancer"),
    pytest.param(function_url, "/api", "/api", id="function_url"),
]


@pytest.mark.parametrize(("build", "prefix", "root"), ROOT_PATHS)
def test_the_fastapi_docs_page_uses_the_root_path(build: Builder, prefix: str, root: str) -> None:
    handler = Adapter(FastAPI(), lifespan="off", root_path="/api" if root == "/api" else "auto")
    page = handler(build(prefix + "/docs"))
    assert page["statusCode"] == 200
    assert f"url: '{root}/openapi.json'" in page["body"]
    document = json.loads(handler(build(prefix + "/openapi.json"))["body"])
    assert document["servers"] == [{"url": root}]


@pytest.mark.parametrize(
    ("event", "location"),
    [
        pytest.param(rest_api("/items"), f"https://{API_HOST}/prod/items/", id="rest"),
        pytest.param(
            http_api("/prod/items", stage="prod"), f"https://{API_HOST}/prod/items/", id="v2 stage"
        ),
        pytest.param(http_api("/items"), f"https://{API_HOST}/items/", id="v2"),
    ],
)
def test_a_redirect_keeps_the_stage(event: Any, location: str) -> None:
    def items(request: Any) -> PlainTextResponse:
        return PlainTextResponse("items")

    app = Starlette(routes=[Mount("/items", routes=[Route("/", items)])])
    response = Adapter(app, lifespan="off")(event)
    assert response["statusCode"] == 307
    assert response["headers"]["location"] == location
