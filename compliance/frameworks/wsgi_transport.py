"""WsgiTransport: a WSGI app that sends its requests to another app as Lambda events."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from string import printable
from typing import Any
from urllib.parse import quote

from compliance.frameworks.lambda_transport import (
    LambdaTransport,
    merge_root_path,
    option_from_root_path,
)
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.protocols.wsgi import App, Environ, request_from_environ
from wsgi_lambda import Adapter

# The keys that a server fills from the request (PEP 3333). Here they come from the event.
_REQUEST_KEYS = frozenset(
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
_REQUIRED_KEYS = frozenset({"REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme"})


class WsgiTransport:
    """The app gets the environ's other keys too, those that a test has added. If the app raises,
    the exception is raised again, as test clients do."""

    def __init__(self, app: App, transport: LambdaTransport) -> None:
        self.app = app
        self._transport = transport

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.keys() >= _REQUIRED_KEYS:  # a test of the client itself, not a request
            return self.app(environ, start_response)
        reply = send_through_lambda(self.app, environ, self._transport)
        start_response(f"{reply.status} {_reason_phrase(reply)}", reply.headers)
        return [reply.body]


def send_through_lambda(app: App, environ: Environ, transport: LambdaTransport) -> Reply:
    """The reply to the environ's request. Raises what the app raised."""
    errors: list[Exception] = []

    def app_with_extras(inner: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        inner.update(
            (key, value)
            for key, value in environ.items()
            if key not in _REQUEST_KEYS and not key.startswith("HTTP_")
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
            errors.append(error)
            raise

    root_path = option_from_root_path(environ.get("SCRIPT_NAME", ""))
    handler = Adapter(app_with_extras, root_path=root_path)
    try:
        reply = transport.send(request_from_client_environ(environ), handler)
    finally:
        if errors:
            raise errors[0]
    return reply


def request_from_client_environ(environ: Environ) -> Request:
    """The request that a client must send so that a server makes this environ."""
    texts = {key: str(value) for key, value in environ.items() if not key.startswith("wsgi.")}
    request = merge_root_path(request_from_environ({**environ, **texts}, _read_body(environ)))
    request.query = quote(environ.get("QUERY_STRING", "").encode("latin-1"), printable)
    if request.header("host") is None:
        name, port = request.server
        host = name if port in (80, 443) else f"{name}:{port}"
        request.headers = [("host", host), *request.headers]
    return request


def _read_body(environ: Environ) -> bytes:
    """The body of the request. The stream is rewound if it can be, because the client sends the
    body again when it follows a redirect."""
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


def _reason_phrase(reply: Reply) -> str:
    """The reply's own reason phrase, or the standard one of its status."""
    try:
        return reply.reason or HTTPStatus(reply.status).phrase
    except ValueError:
        return ""
