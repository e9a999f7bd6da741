"""The events, apps and handlers of the benchmarks. No two events have a value in common."""

import json
from collections.abc import Callable
from typing import Any

from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import source_by_name

EVENTS = 500
"""How many different events there are: more than a cache of values would keep."""

SOURCES = ("http_api", "rest_api", "load_balancer")
Handler = Callable[[Any, Any], Any]


class Context:
    """A context like Lambda's: a deadline and an id."""

    aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
    function_name = "bench"
    log_stream_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def build_request(number: int, body: bytes = b"") -> Request:
    """A request as a script in a browser sends it. Each number gives other values."""
    path = f"/api/v1/users/{number}/orders"
    headers = [
        ("host", "api.example.com"),
        ("accept", f"application/json;q=0.{number}, */*"),
        ("accept-encoding", "gzip, deflate, br" + " " * (number % 7)),
        ("accept-language", f"en-GB,en;q=0.{number}"),
        ("authorization", f"Bearer {number:040x}"),
        ("cookie", f"session={number:032x}; theme=dark{number}"),
        ("referer", f"https://example.com/users/{number}"),
        ("sec-fetch-mode", f"cors{number}"),
        ("user-agent", f"Mozilla/5.0 (X11; Linux x86_64) Firefox/{number}.0"),
    ]
    if body:
        headers.append(("content-type", "application/json"))
    return Request(
        "POST" if body else "GET",
        path=path,
        raw_path=path,
        query=f"page={number}&q=word-{number}",
        headers=headers,
        body=body,
        client=(f"203.0.113.{number % 250}", 0),
        server=("api.example.com", 443),
    )


def build_events(source_name: str, body: Callable[[int], bytes] = lambda number: b"") -> list[Any]:
    """Events of a source, as Lambda's runtime parses them."""
    source = source_by_name(source_name)
    front = Front(stage="prod" if source_name == "rest_api" else "")
    events = []
    for number in range(EVENTS):
        sent = build_request(number, body(number))
        sent.root_path = "/prod" if front.stage else ""
        events.append(json.loads(json.dumps(source.event_from_request(sent, front))))
    return events


def build_order_body(number: int) -> bytes:
    """The body of an order, as JSON."""
    return json.dumps(
        {"name": f"item {number}", "price": number / 4, "tags": [str(number)]}
    ).encode()


def build_asgi_app() -> Any:
    head = [(b"content-type", b"application/json")]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b'{"ok": true}'})

    return app


def build_wsgi_app() -> Any:
    def app(environ: Any, start_response: Any) -> Any:
        environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "12")])
        return [b'{"ok": true}']

    return app


def build_fastapi_app() -> Any:
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Order(BaseModel):
        name: str
        price: float
        tags: list[str]

    app = FastAPI()

    @app.post("/api/v1/users/{user}/orders")
    async def create(user: int, page: int, q: str, order: Order) -> Order:
        return order

    return app


def build_flask_app() -> Any:
    from flask import Flask, request

    app = Flask("bench")

    @app.post("/api/v1/users/<int:user>/orders")
    def create(user: int) -> Any:
        return request.get_json()

    return app


def build_asgi_handlers(app: Any, lifespan: str) -> dict[str, Handler]:
    """The handlers by name, ours first."""
    from mangum import Mangum

    from asgi_lambda import Adapter

    return {
        "lambda-adapters": Adapter(app, lifespan="off" if lifespan == "off" else "auto"),
        "mangum": Mangum(app, lifespan=lifespan),  # type: ignore[arg-type]
    }


def build_wsgi_handlers(app: Any) -> dict[str, Handler]:
    """The handlers by name, ours first."""
    import apig_wsgi
    import serverless_wsgi

    from wsgi_lambda import Adapter

    return {
        "lambda-adapters": Adapter(app),
        "apig-wsgi": apig_wsgi.make_lambda_handler(app, binary_support=True),
        "serverless-wsgi": lambda e, c: serverless_wsgi.handle_request(app, e, c),
    }
