"""With any spelling of a path, a view at a path with a sender gets only verified requests."""

import asyncio
import io
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import falcon
import falcon.asgi
import fastapi
import flask
import litestar
import pytest
import quart
from django.urls import path as django_path
from django.urls import re_path
from django.urls.resolvers import RegexPattern, URLResolver
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from lambda_adapters.http.path_spellings import normalize_path
from lambda_adapters.webhooks import AsgiWebhooks, GitHub, WsgiWebhooks
from lambda_adapters.webhooks.delivery import KEY

SENDER = GitHub("s")
PATTERNS = ("/stripe", "/hooks/{proxy+}", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/")
SENDERS = dict.fromkeys(PATTERNS, SENDER)

NAMES = ["/stripe", "/hooks", "/hooks/a", "/t", "/t/a", "/u/a/x", "/v/a/b", ""]
ODD_SEGMENTS = ["%20", "%0A", "%FF", "a%5Cb", "%C2%AD", "%EF%BF%BD", "a;b", "a%2Fb", "a%3Fb"]
ODD_SEGMENTS += ["", "."]
PREFIXES = [
    "",
    "/",
    "/%2F",
    "http://h",
    "http://h/",
    "//h",
    "%0A//h",
    "ht%0Atp://h",
    "\\",
    "/./",
    "/x/..",
    "%0A",
]
SUFFIXES = ["", "/", "//", "/%2F", "%0A", "/%0A", "%0A/", "%00", "%20", "%FF", "%C2%85"]
SUFFIXES += [
    "%E2%80%A8",
    "%C2%AD",
    "\\",
    "/\\",
    ";a=b",
    ".",
    "%2E",
    "?a",
    "%3Fa",
    "%23",
    "//a",
    "/.",
    "/..",
]
TARGETS = [
    prefix + name + suffix for name in NAMES for prefix in PREFIXES for suffix in SUFFIXES
] + ["*"]
TARGETS += [
    prefix + path.format(segment)
    for segment in ODD_SEGMENTS
    for path in ("/t/{0}", "/u/{0}/x", "/v/{0}/{0}", "/v/a/{0}", "/hooks/{0}/", "/{0}/stripe")
    for prefix in ("", "/", "http://h", "%0A//h")
]

# The same patterns in the syntax of each framework.
WERKZEUG = ["/stripe", "/hooks/<path:p>", "/t/<id>", "/u/<id>/x", "/v/<a>/<b>", "/"]
DJANGO = ["stripe", "hooks/<path:p>", "t/<str:id>", "u/<str:id>/x", "v/<str:a>/<str:b>", ""]
STARLETTE = ["/stripe", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"]
LITESTAR = ["/stripe", "/hooks/{p:path}", "/t/{id:str}", "/u/{id:str}/x", "/v/{a:str}/{b:str}", "/"]

Calls = list[bool]
"""For each call of a view: whether the request was verified."""


def flask_app(calls: Calls) -> Any:
    app = flask.Flask("paths")

    def view(**_: str) -> str:
        calls.append(KEY in flask.request.environ)
        return "ok"

    for number, rule in enumerate(WERKZEUG):
        app.add_url_rule(rule, str(number), view, methods=["POST"])
    return app.wsgi_app


class FalconView:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def on_post(self, request: Any, response: Any, **_: str) -> None:
        self.calls.append(KEY in request.env)


class AsyncFalconView(FalconView):
    async def on_post(  # type: ignore[override]
        self, request: Any, response: Any, **_: str
    ) -> None:
        self.calls.append(KEY in request.scope)


def falcon_app(calls: Calls) -> Any:
    return falcon_routes(falcon.App(), FalconView(calls))


def async_falcon_app(calls: Calls) -> Any:
    return falcon_routes(falcon.asgi.App(), AsyncFalconView(calls))


def falcon_routes(app: Any, view: FalconView) -> Any:
    for route in ("/stripe", "/hooks/{p:path}", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"):
        app.add_route(route, view)
    return app


def django_resolver(calls: Calls) -> Any:
    """The URL resolver of Django, without the rest of Django."""
    routes = [
        *(
            django_path(route, print)
            for route in (
                "stripe",
                "hooks/<path:p>",
                "t/<str:id>",
                "u/<str:id>/x",
                "v/<str:a>/<str:b>",
                "",
            )
        ),
        re_path(r"^stripe$", print),
        re_path(r"^t/(?P<id>[^/]+)$", print),
    ]
    resolver = URLResolver(RegexPattern(r"^/"), routes)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        resolver.resolve(environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"))
        calls.append(KEY in environ)
        return []

    return app


def starlette_app(calls: Calls) -> Any:
    async def view(request: Any) -> PlainTextResponse:
        calls.append(KEY in request.scope)
        return PlainTextResponse("ok")

    subroutes = [Route("/", view, methods=["POST"]), Route("/{p:path}", view, methods=["POST"])]
    routes = [
        Route(path, view, methods=["POST"])
        for path in ("/stripe", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/")
    ]
    return Starlette(routes=[*routes, Mount("/hooks", routes=subroutes)])


def fastapi_app(calls: Calls) -> Any:
    app = fastapi.FastAPI()

    async def view(request: fastapi.Request) -> str:
        calls.append(KEY in request.scope)
        return "ok"

    for route in ("/stripe", "/hooks/{p:path}", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"):
        app.post(route)(view)
    return app


def quart_app(calls: Calls) -> Any:
    app = quart.Quart("paths")

    async def view(**_: str) -> str:
        calls.append(KEY in quart.request.scope)
        return "ok"

    for number, rule in enumerate(WERKZEUG):
        app.add_url_rule(rule, str(number), view, methods=["POST"])
    return app


def litestar_app(calls: Calls) -> Any:
    async def view(request: litestar.Request[Any, Any, Any]) -> str:
        calls.append(KEY in request.scope)
        return "ok"

    # Litestar's logging configuration would change that of the whole process.
    return litestar.Litestar([litestar.post(LITESTAR)(view)], logging_config=None)


def call_wsgi(app: Any, target: str) -> None:
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": "2",
        "SERVER_NAME": "h",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "h",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    list(app(environ, lambda *_: lambda data: None))


def call_asgi(app: Any, target: str) -> None:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode(),
        "headers": [(b"host", b"h"), (b"content-length", b"2")],
        "server": ("h", 80),
        "client": ("192.0.2.1", 1),
    }
    messages = [{"type": "http.request", "body": b"{}", "more_body": False}]
    finished = asyncio.Event()

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await finished.wait()  # some apps wait for the disconnect
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            finished.set()

    asyncio.run(asyncio.wait_for(app(scope, receive, send), 30))


WSGI = [flask_app, falcon_app, django_resolver]
ASGI = [starlette_app, fastapi_app, quart_app, litestar_app, async_falcon_app]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", "/a/b"),
        ("", "/"),
        ("//a///b//", "/a/b"),
        ("/a\n", "/a"),
        ("/a\ufffd\u2028\xad\x85", "/a"),
        ("http://h:1/a?b#c", "/a"),
        ("http://[h/a", "/a"),
        ("\n?x", "/"),
        ("/a;b", "/a;b"),
        ("/A", "/A"),
    ],
)
def test_normalize_path_returns_one_spelling_of_equal_paths(path: str, expected: str) -> None:
    assert normalize_path(path) == normalize_path(normalize_path(path)) == expected


@pytest.mark.filterwarnings("ignore")  # warnings of frameworks about odd paths
@pytest.mark.parametrize("create_app", [*WSGI, *ASGI], ids=lambda create_app: create_app.__name__)
def test_no_spelling_of_a_path_bypasses_the_verifier(create_app: Callable[[Calls], Any]) -> None:
    unprotected_calls, calls = Calls(), Calls()
    is_wsgi = create_app in WSGI
    call, middleware = (call_wsgi, WsgiWebhooks) if is_wsgi else (call_asgi, AsgiWebhooks)
    protected_app = middleware(create_app(calls), SENDERS)
    targets = TARGETS if is_wsgi else TARGETS[::3]  # fewer for ASGI: each needs a new loop
    for target in targets:
        apps = [protected_app]
        if target in NAMES:
            apps.append(create_app(unprotected_calls))
        for app in apps:
            try:
                call(app, target)
            except Exception:
                continue
    assert calls == []
    assert unprotected_calls == [False] * len(unprotected_calls)
    assert len(unprotected_calls) >= 3  # without the middleware, plain spellings reach the views
