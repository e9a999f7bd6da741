"""Paths, queries and base paths, as an ASGI app gets them from a real server."""

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
from tests.seen_by_apps import parts, scope_for

URL = ("root_path", "path", "raw_path")

as_sent = pytest.mark.parametrize(
    "build", [function_url, load_balancer, load_balancer_multi], ids=["url", "alb", "alb_multi"]
)
decoded = pytest.mark.parametrize("build", [http_api, http_api_v1], ids=["v2", "v1"])
each_source = pytest.mark.parametrize("build", SOURCES.values(), ids=SOURCES.keys())


@as_sent
def test_an_encoded_slash_is_kept_in_raw_path(build: Builder) -> None:
    assert parts(scope_for(build("/a%2Fb")), *URL) == {
        "root_path": "",
        "path": "/a/b",
        "raw_path": b"/a%2Fb",
    }


def test_an_encoded_slash_is_kept_in_raw_path_behind_the_stage_of_a_rest_api() -> None:
    assert parts(scope_for(rest_api("/a%2Fb", stage="prod")), *URL) == {
        "root_path": "/prod",
        "path": "/prod/a/b",
        "raw_path": b"/prod/a%2Fb",
    }


@decoded
def test_a_path_that_http_api_has_decoded_is_not_decoded_again(build: Builder) -> None:
    assert parts(scope_for(build("/a%20b")), *URL) == {
        "root_path": "",
        "path": "/a%20b",
        "raw_path": b"/a%2520b",
    }


@as_sent
def test_a_path_that_came_as_sent_is_decoded_once(build: Builder) -> None:
    assert parts(scope_for(build("/a%2520b%20c")), *URL) == {
        "root_path": "",
        "path": "/a%20b c",
        "raw_path": b"/a%2520b%20c",
    }


def test_the_decoded_path_in_the_context_of_a_function_url_is_not_used() -> None:
    event = function_url("/a%2Fb")
    event["requestContext"]["http"]["path"] = "/a/b"
    assert scope_for(event)["raw_path"] == b"/a%2Fb"


def test_the_path_of_an_edge_event_is_decoded() -> None:
    scope = scope_for(cloudfront("/a%20b"))
    assert (scope["path"], scope["raw_path"]) == ("/a b", b"/a%20b")


@pytest.mark.parametrize("build", [load_balancer, load_balancer_multi], ids=["alb", "alb_multi"])
def test_a_query_byte_that_is_no_utf8_survives_a_load_balancer(build: Builder) -> None:
    assert scope_for(build(query="q=caf%E9&%C3%BC=a+b"))["query_string"] == b"q=caf%E9&%C3%BC=a+b"


@pytest.mark.parametrize("build", [http_api, function_url], ids=["v2", "url"])
def test_a_query_is_passed_on_as_sent_where_the_event_has_it(build: Builder) -> None:
    query = "a=1&b=&a=2&novalue&x[]=%20+%2B|y&q=caf%E9"
    assert scope_for(build(query=query))["query_string"] == query.encode()


@pytest.mark.parametrize(
    "build", [rest_api, http_api_v1, load_balancer_multi], ids=["rest", "v1", "alb_multi"]
)
def test_all_three_pairs_of_a_repeated_key_arrive(build: Builder) -> None:
    # The maps keep the order of one key's values; that between keys is lost before Lambda.
    assert scope_for(build(query="a=1&b=&a=2"))["query_string"] == b"a=1&a=2&b="


@pytest.mark.parametrize("build", [rest_api, http_api_v1], ids=["rest", "v1"])
def test_a_query_that_was_decoded_on_its_way_decodes_to_the_same_pairs(build: Builder) -> None:
    query = "a%26b=1%3D2%2B3&x[]=%20&c=%C3%BC&d=100%25"
    seen = scope_for(build(query=query))["query_string"].decode()
    assert parse_qsl(seen, keep_blank_values=True) == parse_qsl(query, keep_blank_values=True)


@each_source
def test_a_base_path_alone_is_the_root_with_an_empty_raw_path_below(build: Builder) -> None:
    scope = scope_for(build("/api"), root_path="/api", root_in_path=False)
    assert parts(scope, *URL) == {"root_path": "/api", "path": "/", "raw_path": b"/"}


@each_source
def test_a_base_path_is_in_the_path_once(build: Builder) -> None:
    assert parts(scope_for(build("/api/users"), root_path="/api"), *URL) == {
        "root_path": "/api",
        "path": "/api/users",
        "raw_path": b"/api/users",
    }


@each_source
def test_a_base_path_ends_at_a_segment(build: Builder) -> None:
    scope = scope_for(build("/apifoo/x"), root_path="/api", root_in_path=False)
    assert parts(scope, "path", "raw_path") == {"path": "/apifoo/x", "raw_path": b"/apifoo/x"}


@decoded
def test_a_stage_is_found_at_the_start_of_the_path(build: Builder) -> None:
    assert parts(scope_for(build("/prod/a b", stage="prod")), *URL) == {
        "root_path": "/prod",
        "path": "/prod/a b",
        "raw_path": b"/prod/a%20b",
    }


@decoded
def test_a_stage_ends_at_a_segment(build: Builder) -> None:
    assert parts(scope_for(build("/produce/x", stage="prod")), *URL) == {
        "root_path": "",
        "path": "/produce/x",
        "raw_path": b"/produce/x",
    }


@decoded
def test_the_stage_alone_has_an_empty_raw_path_below(build: Builder) -> None:
    scope = scope_for(build("/prod", stage="prod"), root_in_path=False)
    assert parts(scope, *URL) == {"root_path": "/prod", "path": "/", "raw_path": b"/"}


@decoded
def test_the_default_stage_is_in_no_path(build: Builder) -> None:
    assert parts(scope_for(build("/$default/x", stage="$default")), *URL) == {
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
def test_the_mapping_of_a_custom_domain_is_the_root(path: str, root: str) -> None:
    event = rest_api(path, public_path=path, host="shop.example.com", proxy="orders/7")
    assert parts(scope_for(event), *URL) == {
        "root_path": root,
        "path": path,
        "raw_path": path.encode(),
    }


ROOTED = [
    pytest.param(rest_api, "", "/prod", id="rest_api"),
    pytest.param(partial(http_api, stage="prod"), "/prod", "/prod", id="http_api"),
    pytest.param(partial(http_api_v1, stage="prod"), "/prod", "/prod", id="http_api_v1"),
    pytest.param(load_balancer, "/api", "/api", id="load_balancer"),
    pytest.param(function_url, "/api", "/api", id="function_url"),
]


@pytest.mark.parametrize(("build", "prefix", "root"), ROOTED)
def test_the_documentation_of_an_api_names_its_root(build: Builder, prefix: str, root: str) -> None:
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
