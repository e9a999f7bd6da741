"""An ASGI and a WSGI app that reply with the request they got, in the same form."""

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any, TypedDict

from lambda_adapters import Reply, Request


class AppRequest(TypedDict):
    """A request as an app gets it. `path` is decoded and does not contain the root path."""

    method: str
    scheme: str
    root_path: str
    path: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: str
    client: list[Any] | None
    server: list[Any]
    http_version: str


def expected_app_request(request: Request) -> AppRequest:
    """What an app must get for a request."""
    return AppRequest(
        method=request.method,
        scheme=request.scheme,
        root_path=request.root_path,
        path=request.path,
        raw_path=request.public_raw_path,
        query=request.query,
        headers=_environ_headers(request.headers),
        body=base64.b64encode(request.body).decode(),
        client=list(request.client) if request.client else None,
        server=[request.server[0].strip("[]"), request.server[1]],
        http_version=request.http_version,
    )


def asgi_echo(reply: Reply) -> Callable[..., Any]:
    """An ASGI app that sends this reply. If its body is empty, the body is the request as JSON."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
        app_request = AppRequest(
            method=scope["method"],
            scheme=scope["scheme"],
            root_path=scope["root_path"],
            path=scope["path"].removeprefix(scope["root_path"]),
            raw_path=scope["raw_path"].decode("ascii"),
            query=scope["query_string"].decode("ascii"),
            headers=_environ_headers(headers),
            body=base64.b64encode(message["body"]).decode(),
            client=list(scope["client"]) if scope["client"] else None,
            server=list(scope["server"]),
            http_version=scope["http_version"],
        )
        pairs = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": reply.body or _json_bytes(app_request)})

    return app


def wsgi_echo(reply: Reply) -> Callable[..., Iterable[bytes]]:
    """The same app for WSGI."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        app_request = AppRequest(
            method=environ["REQUEST_METHOD"],
            scheme=environ["wsgi.url_scheme"],
            root_path=_decode(environ["SCRIPT_NAME"]),
            path=_decode(environ["PATH_INFO"]),
            raw_path=environ["REQUEST_URI"].partition("?")[0],
            query=environ["QUERY_STRING"],
            headers={
                name.removeprefix("HTTP_"): value
                for name, value in environ.items()
                if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
            },
            body=base64.b64encode(environ["wsgi.input"].read(length)).decode(),
            client=_client(environ),
            # ASGI: the address only; CGI: with brackets (RFC 3875 §4.1.14)
            server=[environ["SERVER_NAME"].strip("[]"), int(environ["SERVER_PORT"])],
            http_version=environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        )
        start_response(f"{reply.status} {reply.reason}", list(reply.headers))
        return [reply.body or _json_bytes(app_request)]

    return app


def _environ_headers(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Headers as WSGI passes them: repeats joined, no names with underscores, no Proxy."""
    variables: dict[str, str] = {}
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if "_" in name or name == "proxy":
            continue
        if key not in variables:
            variables[key] = value
        elif key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            variables[key] += "," + value
    return variables


def _client(environ: dict[str, Any]) -> list[Any] | None:
    address = environ["REMOTE_ADDR"]
    return [address, int(environ.get("REMOTE_PORT", 0))] if address else None


def _json_bytes(app_request: AppRequest) -> bytes:
    return json.dumps(app_request).encode()


def _decode(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
