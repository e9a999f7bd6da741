"""ASGI: events with null, missing or invalid fields, and unknown events."""

from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters import UnknownEvent
from tests.app_inputs import pick, scope_for
from tests.event_builders import BUILDERS, CLIENT, Builder, Event, health_check, load_balancer
from tests.sample_events import vpc_lattice, vpc_lattice_v1

each_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
REQUEST_KEYS = ("method", "path", "raw_path", "query_string", "headers")


@each_source
def test_an_event_with_null_headers_is_served(build: Builder) -> None:
    event = build("/x")
    for family in event.keys() & {"headers", "multiValueHeaders"}:
        event[family] = None
    assert pick(scope_for(event, root_path=""), *REQUEST_KEYS) == {
        "method": "GET",
        "path": "/x",
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [],
    }


@each_source
def test_an_event_with_null_optional_fields_is_served(build: Builder) -> None:
    event = build("/x", query="a=1", headers=[("Cookie", "a=1")])
    required = {"requestContext", "httpMethod", "version"}
    null_event = {key: value if key in required else None for key, value in event.items()}
    scope = scope_for(null_event, root_in_path=False)
    assert pick(scope, "method", "query_string", "headers") == {
        "method": "GET",
        "query_string": b"",
        "headers": [],
    }


def test_a_rest_api_test_event_with_a_null_request_context_is_served() -> None:
    event = BUILDERS["rest_api"]("/x") | {"requestContext": None}
    assert pick(scope_for(event), "path", "client") == {
        "path": "/x",
        "client": (CLIENT, 0),
    }


@pytest.mark.parametrize("multi", [False, True])
def test_a_load_balancer_event_without_headers_or_path_is_served(multi: bool) -> None:
    event = load_balancer(multi=multi)
    for key in ("path", "headers", "multiValueHeaders"):
        event.pop(key, None)
    assert pick(scope_for(event), *REQUEST_KEYS, "client", "server", "scheme") == {
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": None,
        "server": ("localhost", 80),
        "scheme": "http",
    }


@pytest.mark.parametrize("multi", [False, True])
def test_a_health_check_is_served(multi: bool) -> None:
    assert pick(scope_for(health_check(multi=multi)), *REQUEST_KEYS, "client") == {
        "method": "GET",
        "path": "/health",
        "raw_path": b"/health",
        "query_string": b"",
        "headers": [(b"user-agent", b"ELB-HealthChecker/2.0")],
        "client": None,
    }


@each_source
def test_a_lone_surrogate_in_a_body_becomes_a_question_mark(build: Builder) -> None:
    bodies = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        bodies.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    response = Adapter(app, lifespan="off")(build(method="POST", body="a\ud800b"))
    assert response["statusCode"] == 200
    assert bodies == [{"type": "http.request", "body": b"a?b", "more_body": False}]


@each_source
def test_a_lone_surrogate_outside_the_body_raises_nothing(build: Builder) -> None:
    event = build("/a\ud800", query="q=\ud800", headers=[("X-Odd", "\ud800"), ("Cookie", "\ud800")])
    paths = pick(scope_for(event, root_path=""), "path", "raw_path")
    assert paths == {"path": "/a?", "raw_path": b"/a%3F"}


@each_source
def test_a_body_that_is_not_valid_base64_gives_400(build: Builder) -> None:
    scopes = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    response = Adapter(app, lifespan="off")(build(method="POST", body="no base64!", encoded=True))
    assert response["statusCode"] == 400
    assert scopes == []


async def fail_if_called(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the app was called")


@pytest.mark.parametrize("event", [vpc_lattice(), vpc_lattice_v1()], ids=["v2", "v1"])
def test_a_vpc_lattice_event_is_not_recognized_as_http_api(event: Event) -> None:
    assert pick(scope_for(event), *REQUEST_KEYS) == {
        "method": "GET",
        "path": "/orders",
        "raw_path": b"/orders",
        "query_string": b"page=2",
        "headers": [(b"host", b"orders.internal"), (b"x-forwarded-for", b"10.0.3.4")],
    }


@pytest.mark.parametrize("event", [None, [], [1], "hello", 7, {}, {"version": "2.0"}, {"key1": 1}])
def test_an_unknown_event_raises_unknown_event(event: Any) -> None:
    with pytest.raises(UnknownEvent, match="^Expected an HTTP event"):
        Adapter(fail_if_called, lifespan="off")(event)
