"""The fronts that the tests play, and one app as both kinds of handler."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import asgi_lambda
import wsgi_lambda
from lambda_adapters.local import Client

Pairs = list[tuple[str, str]]
Played = tuple[str, dict[str, Any]]


@dataclass
class Seen:
    """A request as an app saw it, whatever the app's protocol."""

    method: str
    root: str
    path: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Seen], tuple[int, Pairs, bytes]]
MakeHandler = Callable[[Answer], Any]

PLAYED: list[Played] = [
    ("rest-api", {}),
    ("rest-api", {"stage": "prod"}),
    ("http-api", {}),
    ("http-api", {"stage": "prod"}),
    ("http-api-v1", {}),
    ("http-api-v1", {"stage": "prod"}),
    ("function-url", {}),
    ("load-balancer", {}),
    ("load-balancer", {"multi_value": True}),
]

TEXT = [("content-type", "text/plain")]

REFUSALS: dict[str, tuple[int, str]] = {
    "rest-api": (502, '{"message": "Internal server error"}'),
    "http-api": (500, '{"message":"Internal Server Error"}'),
    "http-api-v1": (500, '{"message":"Internal Server Error"}'),
    "function-url": (502, "Internal Server Error"),
    "load-balancer": (
        502,
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
    ),
}

NOWHERE = {
    "rest-api": (403, '{"message":"Missing Authentication Token"}'),
    "http-api": (404, '{"message":"Not Found"}'),
    "http-api-v1": (404, '{"message":"Not Found"}'),
    "function-url": (404, "Not Found"),
    "load-balancer": (404, "Not Found"),
}


def asgi_handler(answer: Answer) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        root = scope["root_path"]
        headers: dict[str, str] = {}
        for name, value in _decoded(scope["headers"]):
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        seen = Seen(
            scope["method"],
            root,
            scope["path"].removeprefix(root),
            scope["raw_path"].decode(),
            scope["query_string"].decode(),
            headers,
            (await receive())["body"],
        )
        status, pairs, body = answer(seen)
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": body})

    return asgi_lambda.Adapter(app, lifespan="off")


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    return [(name.decode(), value.decode("latin-1")) for name, value in headers]


def wsgi_handler(answer: Answer) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        headers = {
            key.removeprefix("HTTP_").lower().replace("_", "-"): value
            for key, value in environ.items()
            if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        seen = Seen(
            environ["REQUEST_METHOD"],
            environ["SCRIPT_NAME"],
            environ["PATH_INFO"].encode("latin-1").decode(),
            environ["REQUEST_URI"].partition("?")[0],
            environ["QUERY_STRING"],
            headers,
            environ["wsgi.input"].read(),
        )
        status, pairs, body = answer(seen)
        start_response(f"{status} Some Reason", pairs)
        return [body]

    return wsgi_lambda.Adapter(app)


def root_of(played: Played) -> str:
    return "/prod" if "stage" in played[1] else ""


def client_of(handler: Any, played: Played, **options: Any) -> Client:
    front, settings = played
    return Client(handler, front, **settings, **options)


def plain(body: str, played: Played) -> dict[str, Any]:
    """A response that every front takes."""
    maps: dict[str, Any] = (
        {"multiValueHeaders": {}} if "multi_value" in played[1] else {"headers": {}}
    )
    return {"statusCode": 200, "body": body, "isBase64Encoded": False, **maps}
