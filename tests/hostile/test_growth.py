"""CPU time and memory grow linearly with the size of the input."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.forwarded import client_by_hops
from lambda_adapters.protocols.asgi import scope_from_request
from lambda_adapters.protocols.wsgi import environ_from_request
from lambda_adapters.sources.api_gateway import http_api, rest_api
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.hostile.growth import find_excess_growth, peak_memory, retained_memory
from tests.hostile.hostile_apps import RecordingApps

every_source = pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)

# A size n, and a function that creates a request with n headers or about n characters.
REQUESTS: dict[str, tuple[int, Callable[[int], Request]]] = {
    "many headers": (600, lambda n: Request(headers=[(f"x-{i}", "v") for i in range(n)])),
    "one header, many times": (600, lambda n: Request(headers=[("x-a", "some value")] * n)),
    "a long header": (5_000, lambda n: Request(headers=[("x-a", "é," * (n // 2))])),
    "a header of control characters": (5_000, lambda n: Request(headers=[("x-a", "\r\n" * n)])),
    "a long name": (5_000, lambda n: Request(headers=[("x" * n, "v")])),
    "many cookies": (600, lambda n: Request(headers=[("cookie", "; ".join(["a=b"] * n))])),
    "many Cookie headers": (600, lambda n: Request(headers=[("cookie", "a=b")] * n)),
    "commas in X-Forwarded-For": (
        5_000,
        lambda n: Request(headers=[("x-forwarded-for", "," * n)]),
    ),
    "an open bracket as Host": (5_000, lambda n: Request(headers=[("host", "[" * n)])),
    "a long Content-Type": (
        5_000,
        lambda n: Request("POST", headers=[("content-type", "a/b" + ' ;c="d' * n)], body=b"[]"),
    ),
    "many query pairs": (
        600,
        lambda n: Request(query="&".join(f"k{i}=v%20{i}" for i in range(n))),
    ),
    "one query key, many times": (600, lambda n: Request(query="&".join(["key=value"] * n))),
    "a query of percent signs": (5_000, lambda n: Request(query="%" * n)),
    "a query of ampersands": (5_000, lambda n: Request(query="&" * n)),
    "a path of slashes": (5_000, lambda n: Request(path="/" * n, raw_path="/" * n)),
    "a path of percent signs": (
        5_000,
        lambda n: Request(path="/" + "%" * n, raw_path="/" + "%" * n),
    ),
    "a path of escapes": (4_000, lambda n: Request(path="/" * n, raw_path="/" + "%2F" * n)),
    "a body of bytes": (5_000, lambda n: Request("POST", body=b"\xff" * n)),
    "a body of JSON": (
        5_000,
        lambda n: Request("POST", headers=[("content-type", "application/json")], body=b"[" * n),
    ),
}


def serve(source: Source, event: Any) -> tuple[Any, Any]:
    """Convert an event to a scope and an environ, as the Adapters do before they call an app."""
    request = source.request_from_event(event)
    client_by_hops(request.header_values("x-forwarded-for"), 1)
    return scope_from_request(request), environ_from_request(request)


@every_source
@pytest.mark.parametrize("name", REQUESTS)
def test_time_grows_linearly_with_the_request(source: Source, name: str) -> None:
    size, make = REQUESTS[name]

    def prepare(n: int) -> Callable[[], object]:
        event = source.event_from_request(make(n), Front(multi_value=True))
        return lambda: serve(source, event)

    assert not find_excess_growth(prepare, size)


REPLIES: dict[str, tuple[int, Callable[[int], Reply]]] = {
    "many headers": (600, lambda n: Reply(headers=[(f"x-{i}", "v") for i in range(n)])),
    "one header, many times": (12_500, lambda n: Reply(headers=[("x-a", "some value")] * n)),
    "many cookies": (600, lambda n: Reply(headers=[("set-cookie", f"a{i}=1") for i in range(n)])),
    "many names in Connection": (
        600,
        lambda n: Reply(
            headers=[
                ("connection", ",".join(f"x-{i}" for i in range(n))),
                *((f"x-{i}", "v") for i in range(n)),
            ]
        ),
    ),
    "many Connection headers": (600, lambda n: Reply(headers=[("connection", "x-a")] * n)),
    "a long header": (5_000, lambda n: Reply(headers=[("x-a", "é" * n)])),
    "a long Content-Type": (
        5_000,
        lambda n: Reply(headers=[("content-type", "a/b; " + "c=d; \t" * n + "/")], body=b"[]"),
    ),
    "text that could be base64": (
        5_000,
        lambda n: Reply(headers=[("content-type", "text/plain")], body=b" " * n + b"a" * n + b"!"),
    ),
    "a body of bytes": (5_000, lambda n: Reply(body=b"\xff" * n)),
    "a text of bytes": (5_000, lambda n: Reply(body=b"\xc3" * n, text=True)),
}


@every_source
@pytest.mark.parametrize("name", REPLIES)
def test_time_grows_linearly_with_the_reply(source: Source, name: str) -> None:
    size, make = REPLIES[name]
    front = Front(multi_value=name == "many cookies")
    event = source.event_from_request(Request(), front)

    def prepare(n: int) -> Callable[[], object]:
        reply = make(n)

        def call() -> object:
            response = source.response_from_reply(reply, event)
            return source.reply_from_response(response, Request(), front)

        return call

    assert not find_excess_growth(prepare, size)


def large_request(scale: int) -> Request:
    """A request that is large in every part. At scale 100: 10 MB of headers, 100,000 query pairs
    and cookies, 1 MB of percent signs and of commas, and a path of 1 MB of slashes."""
    return Request(
        "POST",
        path="/" * 10_000 * scale,
        raw_path="/" * 10_000 * scale,
        query="&".join(f"{i}=1" for i in range(1_000 * scale)) + "%" * 10_000 * scale,
        headers=[
            ("cookie", "; ".join(["a=b"] * 1_000 * scale)),
            ("x-forwarded-for", "," * 10_000 * scale),
            ("x-long", "v" * 50_000 * scale),
            *((f"x-{i}", "v" * 40) for i in range(1_000 * scale)),
        ],
        body=b"[" * 10_000 * scale,
    )


# These two formats differ most in how they hold headers and queries.
@pytest.mark.parametrize("source", [http_api, rest_api], ids=lambda s: s.name)
def test_a_request_with_ten_megabytes_of_headers_is_served(source: Source) -> None:
    request = large_request(100)

    scope, environ = serve(source, source.event_from_request(request, Front(multi_value=True)))

    assert len(environ["HTTP_X_LONG"]) == 5_000_000
    assert len(environ["HTTP_COOKIE"]) == 499_998
    assert len(scope["headers"]) > 100_000
    assert scope["path"].strip("/") == ""
    assert environ["QUERY_STRING"].count("=1") == 100_000


@every_source
def test_peak_memory_is_less_than_six_times_the_event(source: Source) -> None:
    event = source.event_from_request(large_request(2), Front(multi_value=True))
    size = len(json.dumps(event))

    peak = peak_memory(lambda: serve(source, event))

    assert peak < 6 * size, f"{peak / size:.1f} times the event"


@pytest.mark.parametrize("method", [RecordingApps.asgi, RecordingApps.wsgi], ids=["asgi", "wsgi"])
def test_long_header_names_are_not_kept_in_memory(method: Any) -> None:
    """Clients choose the header names, so a cache must limit the length of its keys."""
    apps = RecordingApps()
    handler = apps.handlers()[method is RecordingApps.wsgi]

    event = http_api.event_from_request(Request(), Front())

    def call() -> None:
        for i in range(400):
            handler(event | {"headers": {f"x-{i}".ljust(32_000, "y"): "v"}}, None)
            apps.clear()

    assert retained_memory(call) < 1024 * 1024


def test_a_resource_with_many_parameters_does_not_multiply_their_values() -> None:
    event = rest_api.event_from_request(Request(), Front())
    event["resource"] = "/{a}" * 2_000
    event["pathParameters"] = {"a": "v" * 5_000}

    assert peak_memory(lambda: serve(rest_api, event)) < 20 * len(json.dumps(event))
