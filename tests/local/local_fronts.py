"""The fronts that the tests run through, and a view as an ASGI and as a WSGI handler."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import asgi_lambda
import wsgi_lambda
from lambda_adapters.local import EVERY_FRONT, Client

Headers = list[tuple[str, str]]


class FrontCase(NamedTuple):
    """The name of a front, and options of a Client or a Gateway."""

    name: str
    options: dict[str, Any]

    @property
    def root_path(self) -> str:
        return "/prod" if "stage" in self.options else ""


@dataclass
class AppRequest:
    """A request as an app gets it, in the same form for ASGI and WSGI."""

    method: str
    root_path: str
    path: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes


ViewReply = tuple[int, Headers, bytes]
"""Status, headers and body."""

View = Callable[[AppRequest], ViewReply]
MakeHandler = Callable[[View], Any]

TEXT_HEADERS = [("content-type", "text/plain")]

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
"""The status and body with which each front refuses a response."""

NO_ROUTE = {
    "rest-api": (403, '{"message":"Missing Authentication Token"}'),
    "http-api": (404, '{"message":"Not Found"}'),
    "http-api-v1": (404, '{"message":"Not Found"}'),
    "function-url": (404, "Not Found"),
    "load-balancer": (404, "Not Found"),
}
"""The status and body that each front sends for a path without a function."""

FRONT_CASES = [
    FrontCase(options["front"], {key: value for key, value in options.items() if key != "front"})
    for options in EVERY_FRONT.values()
    if options["front"] in NO_ROUTE and "binary_media_types" not in options
]


def asgi_handler(view: View) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        root_path = scope["root_path"]
        headers: dict[str, str] = {}
        for name, value in _decode(scope["headers"]):
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        request = AppRequest(
            scope["method"],
            root_path,
            scope["path"].removeprefix(root_path),
            scope["raw_path"].decode(),
            scope["query_string"].decode(),
            headers,
            (await receive())["body"],
        )
        status, reply_headers, body = view(request)
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in reply_headers]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})

    return asgi_lambda.Adapter(app, lifespan="off")


def _decode(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name.decode(), value.decode("latin-1")) for name, value in headers]


def wsgi_handler(view: View) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        headers = {
            key.removeprefix("HTTP_").lower().replace("_", "-"): value
            for key, value in environ.items()
            if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        }
        request = AppRequest(
            environ["REQUEST_METHOD"],
            environ["SCRIPT_NAME"],
            environ["PATH_INFO"].encode("latin-1").decode(),
            environ["REQUEST_URI"].partition("?")[0],
            environ["QUERY_STRING"],
            headers,
            environ["wsgi.input"].read(),
        )
        status, reply_headers, body = view(request)
        start_response(f"{status} Some Reason", reply_headers)
        return [body]

    return wsgi_lambda.Adapter(app)


def client_for(handler: Any, front_case: FrontCase, **options: Any) -> Client:
    return Client(handler, front_case.name, **front_case.options, **options)


def plain_response(body: str, front_case: FrontCase) -> dict[str, Any]:
    """A response with status 200 and without headers, valid for every front."""
    headers = "multiValueHeaders" if "multi_value" in front_case.options else "headers"
    return {"statusCode": 200, "body": body, "isBase64Encoded": False, headers: {}}
