"""WsgiTransport: a WSGI app that hands its requests to another by way of a Lambda event."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from string import printable
from typing import Any
from urllib.parse import quote

from compliance.frameworks.lambda_transport import LambdaTransport, public, root_option
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.protocols.wsgi import App, Environ, request_from_environ
from wsgi_lambda import Adapter

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


class WsgiTransport:
    """What a test puts into the environ beside the request stays in it; an exception of the app
    is raised again, as a test client has it."""

    def __init__(self, app: App, transport: LambdaTransport) -> None:
        self.app = app
        self._transport = transport

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.keys() >= _NEEDED:  # a test of the client itself: no request
            return self.app(environ, start_response)
        reply = reply_through_lambda(self.app, environ, self._transport)
        start_response(f"{reply.status} {_reason(reply)}", reply.headers)
        return [reply.body]


def reply_through_lambda(app: App, environ: Environ, transport: LambdaTransport) -> Reply:
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
        reply = transport.carry(client_request(environ), handler)
    finally:
        if raised:
            raise raised[0]
    return reply


def client_request(environ: Environ) -> Request:
    """The request that a client would have sent for a server to make this environ of."""
    texts = {key: str(value) for key, value in environ.items() if not key.startswith("wsgi.")}
    request = public(request_from_environ({**environ, **texts}, _body(environ)))
    request.query = quote(environ.get("QUERY_STRING", "").encode("latin-1"), printable)
    if request.header("host") is None:
        name, port = request.server
        host = name if port in (80, 443) else f"{name}:{port}"
        request.headers = [("host", host), *request.headers]
    return request


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
