"""However a path is spelled, what a framework gives to a view behind a sender has been verified."""

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
ODD = ["%20", "%0A", "%FF", "a%5Cb", "%C2%AD", "%EF%BF%BD", "a;b", "a%2Fb", "a%3Fb", "", "."]
BEFORE = [
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
AFTER = ["", "/", "//", "/%2F", "%0A", "/%0A", "%0A/", "%00", "%20", "%FF", "%C2%85", "%E2%80%A8"]
AFTER += ["%C2%AD", "\\", "/\\", ";a=b", ".", "%2E", "?a", "%3Fa", "%23", "//a", "/.", "/.."]
TARGETS = [before + name + after for name in NAMES for before in BEFORE for after in AFTER] + ["*"]
TARGETS += [
    before + path.format(odd)
    for odd in ODD
    for path in ("/t/{0}", "/u/{0}/x", "/v/{0}/{0}", "/v/a/{0}", "/hooks/{0}/", "/{0}/stripe")
    for before in ("", "/", "http://h", "%0A//h")
]

# The same as each framework writes it.
WERKZEUG = ["/stripe", "/hooks/<path:p>", "/t/<id>", "/u/<id>/x", "/v/<a>/<b>", "/"]
DJANGO = ["stripe", "hooks/<path:p>", "t/<str:id>", "u/<str:id>/x", "v/<str:a>/<str:b>", ""]
STARLETTE = ["/stripe", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"]
LITESTAR = ["/stripe", "/hooks/{p:path}", "/t/{id:str}", "/u/{id:str}/x", "/v/{a:str}/{b:str}", "/"]

Seen = list[bool]
"""For each time that a view ran: whether its request had been verified."""


def flask_app(seen: Seen) -> Any:
    app = flask.Flask("paths")

    def view(**_: str) -> str:
        seen.append(KEY in flask.request.environ)
        return "ok"

    for number, rule in enumerate(WERKZEUG):
        app.add_url_rule(rule, str(number), view, methods=["POST"])
    return app.wsgi_app


class FalconView:
    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def on_post(self, request: Any, response: Any, **_: str) -> None:
        self.seen.append(KEY in request.env)


class AsyncFalconView(FalconView):
    async def on_post(  # type: ignore[override]
        self, request: Any, response: Any, **_: str
    ) -> None:
        self.seen.append(KEY in request.scope)


def falcon_app(seen: Seen) -> Any:
    return falcon_routes(falcon.App(), FalconView(seen))


def async_falcon_app(seen: Seen) -> Any:
    return falcon_routes(falcon.asgi.App(), AsyncFalconView(seen))


def falcon_routes(app: Any, view: FalconView) -> Any:
    for route in ("/stripe", "/hooks/{p:path}", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"):
        app.add_route(route, view)
    return app


def django_resolver(seen: Seen) -> Any:
    """Django's own routing, with nothing of Django around it."""
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
        seen.append(KEY in environ)
        return []

    return app


def starlette_app(seen: Seen) -> Any:
    async def view(request: Any) -> PlainTextResponse:
        seen.append(KEY in request.scope)
        return PlainTextResponse("ok")

    below = [Route("/", view, methods=["POST"]), Route("/{p:path}", view, methods=["POST"])]
    routes = [
        Route(path, view, methods=["POST"])
        for path in ("/stripe", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/")
    ]
    return Starlette(routes=[*routes, Mount("/hooks", routes=below)])


def fastapi_app(seen: Seen) -> Any:
    app = fastapi.FastAPI()

    async def view(request: fastapi.Request) -> str:
        seen.append(KEY in request.scope)
        return "ok"

    for route in ("/stripe", "/hooks/{p:path}", "/t/{id}", "/u/{id}/x", "/v/{a}/{b}", "/"):
        app.post(route)(view)
    return app


def quart_app(seen: Seen) -> Any:
    app = quart.Quart("paths")

    async def view(**_: str) -> str:
        seen.append(KEY in quart.request.scope)
        return "ok"

    for number, rule in enumerate(WERKZEUG):
        app.add_url_rule(rule, str(number), view, methods=["POST"])
    return app


def litestar_app(seen: Seen) -> Any:
    async def view(request: litestar.Request[Any, Any, Any]) -> str:
        seen.append(KEY in request.scope)
        return "ok"

    # Its logging would be everybody's in this process.
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
    answered = asyncio.Event()

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await answered.wait()  # and then the client goes, for which some apps wait
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

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
def test_one_spelling_stands_for_all_that_are_alike(path: str, expected: str) -> None:
    assert normalize_path(path) == normalize_path(normalize_path(path)) == expected


@pytest.mark.filterwarnings("ignore")  # the frameworks' own, of odd paths
@pytest.mark.parametrize("make", [*WSGI, *ASGI], ids=lambda make: make.__name__)
def test_no_spelling_of_a_path_leads_around_the_verifier(make: Callable[[Seen], Any]) -> None:
    bare, seen = Seen(), Seen()
    call = call_wsgi if make in WSGI else call_asgi
    behind = (WsgiWebhooks if make in WSGI else AsgiWebhooks)(make(seen), SENDERS)
    for target in TARGETS if make in WSGI else TARGETS[::3]:  # a loop each takes its time
        for app in (behind, make(bare)) if target in NAMES else (behind,):
            try:
                call(app, target)
            except Exception:
                continue
    assert seen == []
    assert bare == [False] * len(bare)
    assert len(bare) >= 3  # without Webhooks, the plain spellings do reach the views
