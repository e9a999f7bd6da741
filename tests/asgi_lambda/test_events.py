"""Events with null, missing or odd fields, and events that are no request."""

from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters import UnknownEvent
from tests.event_builders import CLIENT, SOURCES, Builder, Event, health_check, load_balancer
from tests.refused_events import (
    http_authorizer,
    http_v1_authorizer,
    rest_authorizer,
    token_authorizer,
    vpc_lattice,
    vpc_lattice_v1,
    websocket_authorizer,
)
from tests.seen_by_apps import parts, scope_for

each_source = pytest.mark.parametrize("build", SOURCES.values(), ids=SOURCES.keys())
SEEN = ("method", "path", "raw_path", "query_string", "headers")


@each_source
def test_an_event_whose_headers_are_null_is_served(build: Builder) -> None:
    event = build("/x")
    for family in event.keys() & {"headers", "multiValueHeaders"}:
        event[family] = None
    assert parts(scope_for(event, root_path=""), *SEEN) == {
        "method": "GET",
        "path": "/x",
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [],
    }


@each_source
def test_an_event_with_every_optional_field_null_is_served(build: Builder) -> None:
    event = build("/x", query="a=1", headers=[("Cookie", "a=1")])
    kept = {"requestContext", "httpMethod", "version"}
    nulled = {key: value if key in kept else None for key, value in event.items()}
    scope = scope_for(nulled, root_in_path=False)
    assert parts(scope, "method", "query_string", "headers") == {
        "method": "GET",
        "query_string": b"",
        "headers": [],
    }


def test_a_rest_event_of_the_console_whose_context_is_null_is_served() -> None:
    event = SOURCES["rest_api"]("/x") | {"requestContext": None}
    assert parts(scope_for(event), "path", "client") == {
        "path": "/x",
        "client": (CLIENT, 0),
    }


@pytest.mark.parametrize("multi", [False, True])
def test_a_load_balancer_event_without_headers_or_path_is_served(multi: bool) -> None:
    event = load_balancer(multi=multi)
    for key in ("path", "headers", "multiValueHeaders"):
        event.pop(key, None)
    assert parts(scope_for(event), *SEEN, "client", "server", "scheme") == {
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
    assert parts(scope_for(health_check(multi=multi)), *SEEN, "client") == {
        "method": "GET",
        "path": "/health",
        "raw_path": b"/health",
        "query_string": b"",
        "headers": [(b"user-agent", b"ELB-HealthChecker/2.0")],
        "client": None,
    }


@each_source
def test_a_lone_surrogate_in_a_body_costs_that_character_alone(build: Builder) -> None:
    bodies = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        bodies.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    response = Adapter(app, lifespan="off")(build(method="POST", body="a\ud800b"))
    assert response["statusCode"] == 200
    assert bodies == [{"type": "http.request", "body": b"a?b", "more_body": False}]


@each_source
def test_a_lone_surrogate_anywhere_else_raises_nothing(build: Builder) -> None:
    event = build("/a\ud800", query="q=\ud800", headers=[("X-Odd", "\ud800"), ("Cookie", "\ud800")])
    seen = parts(scope_for(event, root_path=""), "path", "raw_path")
    assert seen == {"path": "/a?", "raw_path": b"/a%3F"}


@each_source
def test_a_body_that_claims_base64_and_is_not_is_the_callers_fault(build: Builder) -> None:
    called = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        called.append(scope)

    response = Adapter(app, lifespan="off")(build(method="POST", body="no base64!", encoded=True))
    assert response["statusCode"] == 400
    assert called == []


async def never(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the app was called")


@pytest.mark.parametrize("event", [vpc_lattice(), vpc_lattice_v1()], ids=["v2", "v1"])
def test_a_lattice_event_is_not_taken_for_an_http_apis(event: Event) -> None:
    assert parts(scope_for(event), *SEEN) == {
        "method": "GET",
        "path": "/orders",
        "raw_path": b"/orders",
        "query_string": b"page=2",
        "headers": [(b"host", b"orders.internal"), (b"x-forwarded-for", b"10.0.3.4")],
    }


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(rest_authorizer(), id="REST authorizer"),
        pytest.param(http_v1_authorizer(), id="HTTP API 1.0 authorizer"),
        pytest.param(http_authorizer(), id="HTTP API 2.0 authorizer"),
        pytest.param(token_authorizer(), id="TOKEN authorizer"),
        pytest.param(websocket_authorizer(), id="WebSocket authorizer"),
    ],
)
@pytest.mark.parametrize("path", [None, "/events"], ids=["plain", "with events_path"])
def test_an_event_that_only_looks_like_a_request_is_refused(event: Event, path: str | None) -> None:
    handler = Adapter(never, lifespan="off", events_path=path)
    with pytest.raises(UnknownEvent) as raised:
        handler(event)
    assert "Its keys: " in str(raised.value)
    assert "Bearer abc" not in str(raised.value)
    assert CLIENT not in str(raised.value)


@pytest.mark.parametrize("event", [None, [], [1], "hello", 7, {}, {"version": "2.0"}, {"key1": 1}])
def test_an_event_of_nobody_is_refused(event: Any) -> None:
    with pytest.raises(UnknownEvent, match="^Expected an HTTP event"):
        Adapter(never, lifespan="off")(event)
