"""WsgiThrough: a WSGI app that hands its requests to another by way of a Lambda event."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from string import printable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from compliance.frameworks.lambda_transport import Carrier, raw_path_of, root_option
from lambda_adapters.http.messages import Headers, Reply, Request
from wsgi_lambda import Adapter

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What PEP 3333 lets a server make of the request itself, so what comes from the event.
_OF_THE_REQUEST = frozenset(
    {
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "PATH_INFO",
        "QUERY_STRING",
        "RAW_URI",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "REQUEST_METHOD",
        "REQUEST_URI",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "wsgi.input",
        "wsgi.input_terminated",
        "wsgi.url_scheme",
    }
)
_NEEDED = frozenset({"REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme"})


class WsgiThrough:
    """What a test puts into the environ beside the request stays in it; an exception of the app
    is raised again, as a test client has it."""

    def __init__(self, app: App, carrier: Carrier) -> None:
        self.app = app
        self._carrier = carrier

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.keys() >= _NEEDED:  # a test of the client itself: no request
            return self.app(environ, start_response)
        reply = carried(self.app, environ, self._carrier)
        start_response(f"{reply.status} {_reason(reply)}", reply.headers)
        return [reply.body]


def carried(app: App, environ: Environ, carrier: Carrier) -> Reply:
    """The reply to the request that the environ holds. Raises what the app raised."""
    raised: list[Exception] = []

    def beside(inner: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        inner.update(
            (key, value)
            for key, value in environ.items()
            if key not in _OF_THE_REQUEST and not key.startswith("HTTP_")
        )
        try:
            chunks = app(inner, start_response)
            try:
                yield from chunks
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            raised.append(error)
            raise

    handler = Adapter(beside, root_path=root_option(environ.get("SCRIPT_NAME", "")))
    try:
        reply = carrier.carry(request_of(environ), handler)
    finally:
        if raised:
            raise raised[0]
    return reply


def request_of(environ: Environ) -> Request:
    """The request that a server would have made this environ of."""
    headers = [
        (key[5:].lower().replace("_", "-"), str(value))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    headers += [
        (key.lower().replace("_", "-"), str(environ[key]))
        for key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        if environ.get(key)
    ]
    port = int(environ["SERVER_PORT"])
    client = environ.get("REMOTE_ADDR")
    return Request(
        method=environ["REQUEST_METHOD"],
        scheme=environ["wsgi.url_scheme"],
        raw_path=_raw_path(environ),
        query=quote(environ.get("QUERY_STRING", "").encode("latin-1"), printable),
        headers=_with_host(headers, environ["SERVER_NAME"], port),
        body=_body(environ),
        client=(client, int(environ.get("REMOTE_PORT", 0))) if client else None,
        server=(environ["SERVER_NAME"], port),
    )


def _raw_path(environ: Environ) -> str:
    """REQUEST_URI where it says what SCRIPT_NAME and PATH_INFO say; else those, quoted."""
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    raw = str(environ.get("REQUEST_URI", "")).partition("?")[0]
    if raw.startswith("/") and raw.isascii() and unquote_to_bytes(raw) == path:
        return raw
    return raw_path_of(path)


def _with_host(headers: Headers, name: str, port: int) -> Headers:
    if any(name == "host" for name, _ in headers):
        return headers
    return [("host", name if port in (80, 443) else f"{name}:{port}"), *headers]


def _body(environ: Environ) -> bytes:
    """The body that a client would send; it can do so again where the stream can be rewound,
    as it does when it is redirected."""
    stream = environ.get("wsgi.input")
    if stream is None:
        return b""
    length = str(environ.get("CONTENT_LENGTH", ""))
    start = stream.tell() if _can_rewind(stream) else None
    if length.isdigit():
        body = bytes(stream.read(int(length)))
    else:
        body = bytes(stream.read()) if environ.get("wsgi.input_terminated") else b""
    if start is not None:
        stream.seek(start)
    return body


def _can_rewind(stream: Any) -> bool:
    seekable = getattr(stream, "seekable", None)
    return seekable is not None and bool(seekable())


def _reason(reply: Reply) -> str:
    """The front's; without one HTTP's own, as HTTP/1.1 proxies write it."""
    try:
        return reply.reason or HTTPStatus(reply.status).phrase
    except ValueError:
        return ""
