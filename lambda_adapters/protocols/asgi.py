"""Convert a Request and a Reply to ASGI's HTTP scope and messages, and back.

Source: asgi.readthedocs.io/en/latest/specs/www.html.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from lambda_adapters.errors import AppError
from lambda_adapters.http.caches import ListCache, TextCache
from lambda_adapters.http.messages import Headers, Reply, Request
from lambda_adapters.http.urls import has_path_prefix, raw_path_below, raw_path_from_decoded

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

START = "http.response.start"
BODY = "http.response.body"


def scope_from_request(
    request: Request, state: dict[str, Any] | None = None, *, root_in_path: bool = True
) -> dict[str, Any]:
    """Return the scope. If root_in_path, both paths begin with root_path, as in uvicorn."""
    path, raw_path, root = request.path, request.raw_path, request.root_path
    if root and root_in_path:
        path, raw_path = request.public_path, request.public_raw_path
    host, port = request.server
    names, texts = request.columns
    values = "\n".join(texts).encode("latin-1").split(b"\n")  # faster than one by one
    if len(values) != len(texts):  # no headers, or a custom source left a line feed in a value
        values = [text.encode("latin-1") for text in texts]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.http_version,
        "server": (host.strip("[]"), port),
        "client": request.client,
        "scheme": request.scheme,
        "method": request.method,
        "root_path": root,
        "path": path,
        "raw_path": raw_path.encode(),  # both are ASCII
        "query_string": request.query.encode(),
        "headers": [*zip(_byte_names[names], values)],  # noqa: B905 - strict takes time
        "state": {} if state is None else state,
    }


_byte_names: ListCache[tuple[bytes, ...]] = ListCache(
    lambda names: tuple([name.encode("ascii") for name in names])
)


def request_from_scope(scope: Scope, body: bytes = b"") -> Request:
    """Return the request of a server's scope. Its path may begin with root_path or not. The raw
    path is the client's, if the scope has one."""
    root = scope.get("root_path", "").rstrip("/")
    path: str = scope["path"]
    raw_path: str = (scope.get("raw_path") or b"").partition(b"?")[0].decode("latin-1")
    if root and has_path_prefix(path, root):
        path = path[len(root) :] or "/"
        raw_path = raw_path_below(raw_path, root) or ""
    client, server = scope.get("client"), scope.get("server")
    scheme: str = scope.get("scheme", "http")
    return Request(
        method=scope["method"],
        scheme=scheme,
        root_path=root,
        path=path,
        raw_path=raw_path or raw_path_from_decoded(path),
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers_from_bytes(scope["headers"]),
        body=body,
        client=(client[0], client[1] or 0) if client else None,
        server=(server[0], server[1] or 0) if server else ("localhost", 0),
        http_version=scope.get("http_version", "1.1"),
    )


def headers_from_bytes(pairs: Any) -> Headers:
    """Return the headers of ASGI, HTTPX or h11 as text, with lower-case names."""
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]


def head_from_message(message: Message) -> tuple[int, Headers]:
    """Return the status and the headers of `http.response.start`, with lower-case names. Raises
    AppError for wrong types."""
    status = message.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise AppError(f"Expected an int as status, got {type(status).__name__}.")
    try:
        headers = []
        for name, value in message.get("headers", ()):
            text = _text_name[name] if type(name) is bytes else name.decode("latin-1").lower()
            # RFC 9110 §5.5: white space around a value is not part of it
            headers.append((text, value.decode("latin-1").strip(" \t")))
    except (AttributeError, TypeError, ValueError):
        raise AppError("Expected headers as pairs of bytes, got something else.") from None
    return int(status), headers  # the response needs a plain int, not an HTTPStatus


_text_name: TextCache[bytes, str] = TextCache(lambda name: name.decode("latin-1").lower())


def body_from_message(message: Message) -> bytes:
    """Return the bytes of `http.response.body`. Raises AppError for other types."""
    body = message.get("body", b"")
    if isinstance(body, bytes):
        return body
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    raise AppError(f"Expected bytes as body, got {type(body).__name__}.")


def messages_from_reply(reply: Reply) -> tuple[Message, Message]:
    """Return the two messages that send a whole reply."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    return (
        {"type": START, "status": reply.status, "headers": headers},
        {"type": BODY, "body": reply.body},
    )
