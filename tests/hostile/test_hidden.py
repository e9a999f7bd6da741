"""HTTP requests for the events path and authorizer and WebSocket events do not reach the app."""

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import falcon
import flask
import litestar
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Request, UnknownEvent
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.hostile.hostile_apps import RecordingApps
from tests.hostile.hostile_values import EVENT_FILES, load_event

QUEUE = {"Records": [{"eventSource": "aws:sqs", "body": "from the queue"}]}
PREFIXES = ["", "/.", "/x/..", "/shop", "//shop//"]
SPELLINGS = [
    "/_events",
    "/_EVENTS",
    "/%5Fevents",
    "/_event%73",
    "/_%65vents",
    "//_events",
    "/%2F_events",
]
SUFFIXES = [
    "",
    "/",
    "//",
    "%2F",
    "%0A",
    "%0D",
    "%0D%0A",
    "%20",
    "%09",
    "%00",
    "%0A/",
    "/%0A",
    "?a",
    "%3F",
]
SUFFIXES += ["%23", ";a=b", "%3B", ".", "/.", "/..", "%5C", "%C2%85", "%E2%80%A8", "%C2%AD"]

Calls = list[str]


def starlette_app(calls: Calls) -> Any:
    async def endpoint(request: Any) -> JSONResponse:
        calls.append(request.url.path)
        return JSONResponse({})

    routes = [Route("/_events", endpoint, methods=["POST"])]
    return asgi_lambda.Adapter(
        Starlette(routes=[*routes, Mount("/shop", routes=routes)]),
        lifespan="off",
        events_path="/_events",
    )


def litestar_app(calls: Calls) -> Any:
    @litestar.post("/_events", status_code=200)
    async def endpoint() -> dict[str, str]:
        calls.append("events")
        return {}

    return asgi_lambda.Adapter(
        litestar.Litestar([endpoint], logging_config=None), lifespan="off", events_path="/_events"
    )


def flask_app(calls: Calls) -> Any:
    app = flask.Flask("hidden")

    @app.post("/_events")
    def endpoint() -> dict[str, str]:
        calls.append(flask.request.path)
        return {}

    return wsgi_lambda.Adapter(app, events_path="/_events")


def falcon_app(calls: Calls) -> Any:
    class Events:
        def on_post(self, request: Any, response: Any) -> None:
            calls.append(request.path)
            response.media = {}

    app = falcon.App()
    app.add_route("/_events", Events())
    return wsgi_lambda.Adapter(app, events_path="/_events")


@pytest.mark.parametrize("make", [starlette_app, litestar_app, flask_app, falcon_app])
def test_no_spelling_of_the_events_path_reaches_the_app(make: Callable[[Calls], Any]) -> None:
    calls: Calls = []
    handler = make(calls)

    assert handler(QUEUE, None) == {}
    assert len(calls) == 1
    spellings = itertools.product(PREFIXES, SPELLINGS, SUFFIXES)
    for source, (prefix, name, suffix) in zip(
        itertools.cycle(all_sources()), spellings, strict=False
    ):
        raw_path, _, query = f"{prefix}{name}{suffix}".partition("?")
        request = Request("POST", path=unquote(raw_path), raw_path=raw_path, query=query)
        handler(source.event_from_request(request, Front()), None)
        assert calls[1:] == [], f"{raw_path} from {source.name}"


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@pytest.mark.parametrize("raw_path", ["/_events", "/_events%0A", "/shop/_events/%0A"])
def test_no_source_can_send_an_http_request_to_the_events_path(
    source: Source, raw_path: str
) -> None:
    calls: Calls = []
    handler = starlette_app(calls)
    request = Request("POST", path=unquote(raw_path), raw_path=raw_path)

    handler(source.event_from_request(request, Front()), None)

    assert calls == []


NOT_HTTP_FILES = [
    path
    for path in EVENT_FILES
    if path.parent.name == "not_http" and path.stem.startswith(("authorizer", "websocket"))
]


def test_there_are_authorizer_and_websocket_files() -> None:
    assert len({path.stem.partition(".")[0] for path in NOT_HTTP_FILES}) > 1


@pytest.mark.parametrize("path", NOT_HTTP_FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("options", [{}, {"events_path": "/_events"}], ids=["plain", "events_path"])
def test_authorizer_and_websocket_events_never_call_the_app(path: Any, options: Any) -> None:
    apps = RecordingApps()
    for handler in apps.handlers(**options):
        with pytest.raises(UnknownEvent):
            handler(load_event(path), None)

    assert apps.count == 0
