"""What must not reach an app: HTTP on the path for events, authorizers' and WebSockets' events."""

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
from tests.hostile.hostile_apps import Seen
from tests.hostile.hostile_values import EVENT_FILES, event_in

QUEUE = {"Records": [{"eventSource": "aws:sqs", "body": "from the queue"}]}
BEFORE = ["", "/.", "/x/..", "/shop", "//shop//"]
NAMES = [
    "/_events",
    "/_EVENTS",
    "/%5Fevents",
    "/_event%73",
    "/_%65vents",
    "//_events",
    "/%2F_events",
]
AFTER = [
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
AFTER += ["%23", ";a=b", "%3B", ".", "/.", "/..", "%5C", "%C2%85", "%E2%80%A8", "%C2%AD"]

Called = list[str]


def starlette_app(called: Called) -> Any:
    async def endpoint(request: Any) -> JSONResponse:
        called.append(request.url.path)
        return JSONResponse({})

    routes = [Route("/_events", endpoint, methods=["POST"])]
    return asgi_lambda.Adapter(
        Starlette(routes=[*routes, Mount("/shop", routes=routes)]),
        lifespan="off",
        events_path="/_events",
    )


def litestar_app(called: Called) -> Any:
    @litestar.post("/_events", status_code=200)
    async def endpoint() -> dict[str, str]:
        called.append("events")
        return {}

    return asgi_lambda.Adapter(
        litestar.Litestar([endpoint], logging_config=None), lifespan="off", events_path="/_events"
    )


def flask_app(called: Called) -> Any:
    app = flask.Flask("hidden")

    @app.post("/_events")
    def endpoint() -> dict[str, str]:
        called.append(flask.request.path)
        return {}

    return wsgi_lambda.Adapter(app, events_path="/_events")


def falcon_app(called: Called) -> Any:
    class Events:
        def on_post(self, request: Any, response: Any) -> None:
            called.append(request.path)
            response.media = {}

    app = falcon.App()
    app.add_route("/_events", Events())
    return wsgi_lambda.Adapter(app, events_path="/_events")


@pytest.mark.parametrize("make", [starlette_app, litestar_app, flask_app, falcon_app])
def test_no_http_request_reaches_the_path_for_events(make: Callable[[Called], Any]) -> None:
    called: Called = []
    handler = make(called)

    assert handler(QUEUE, None) == {}
    assert len(called) == 1
    spellings = itertools.product(BEFORE, NAMES, AFTER)
    for source, (before, name, after) in zip(
        itertools.cycle(all_sources()), spellings, strict=False
    ):
        raw_path, _, query = f"{before}{name}{after}".partition("?")
        request = Request("POST", path=unquote(raw_path), raw_path=raw_path, query=query)
        handler(source.event_from_request(request, Front()), None)
        assert called[1:] == [], f"{raw_path} from {source.name}"


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@pytest.mark.parametrize("raw_path", ["/_events", "/_events%0A", "/shop/_events/%0A"])
def test_from_no_source_an_http_request_reaches_the_path_for_events(
    source: Source, raw_path: str
) -> None:
    called: Called = []
    handler = starlette_app(called)
    request = Request("POST", path=unquote(raw_path), raw_path=raw_path)

    handler(source.event_from_request(request, Front()), None)

    assert called == []


REFUSED = [
    path
    for path in EVENT_FILES
    if path.parent.name == "not_http" and path.stem.startswith(("authorizer", "websocket"))
]


def test_there_are_events_of_authorizers_and_websocket_apis() -> None:
    assert len({path.stem.partition(".")[0] for path in REFUSED}) > 1


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
@pytest.mark.parametrize("options", [{}, {"events_path": "/_events"}], ids=["plain", "events_path"])
def test_an_event_that_only_looks_like_http_never_calls_the_app(path: Any, options: Any) -> None:
    seen = Seen()
    for handler in seen.handlers(**options):
        with pytest.raises(UnknownEvent):
            handler(event_in(path), None)

    assert seen.count == 0
