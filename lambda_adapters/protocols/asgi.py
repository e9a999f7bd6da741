"""ASGI's scope and messages from a request, and a reply's parts from messages.

Source: asgi.readthedocs.io/en/latest/specs/www.html.
"""

from collections.abc import MutableMapping
from typing import Any

from lambda_adapters.errors import AppError
from lambda_adapters.http.caches import NamesCache, TextCache
from lambda_adapters.http.messages import Headers, Request

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]


START = "http.response.start"
BODY = "http.response.body"


def scope_from_request(request: Request, state: dict[str, Any], root_in_path: bool) -> Scope:
    """The connection scope. With root_in_path, both paths begin with root_path, as in uvicorn."""
    path, raw_path, root = request.path, request.raw_path, request.root_path
    if root and root_in_path:
        path, raw_path = request.public_path, request.public_raw_path
    host, port = request.server
    names, texts = request.columns()
    values = "\n".join(texts).encode("latin-1").split(b"\n")  # faster than one by one
    if len(values) != len(texts):  # none, or one with a line's end, from a source of somebody's own
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
        "headers": [*zip(_bytes_of_names[names], values)],  # noqa: B905 - strict takes time
        "state": state,
    }


_bytes_of_names = NamesCache(lambda names: tuple([name.encode("ascii") for name in names]))


def head_from_message(message: Message) -> tuple[int, Headers]:
    """The status and the headers, lower-case names; AppError for what they cannot be."""
    status = message.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise AppError(f"Expected an int as status, got {type(status).__name__}.")
    try:
        # RFC 9110 §5.5: white space around a value is not part of it
        headers = [
            (
                _text_of_name[name] if type(name) is bytes else name.decode("latin-1").lower(),
                value.decode("latin-1").strip(" \t"),
            )
            for name, value in message.get("headers", ())
        ]
    except (AttributeError, TypeError, ValueError):
        raise AppError("Expected headers as pairs of bytes, got something else.") from None
    return int(status), headers  # an HTTPStatus is an int, and JSON must see one


_text_of_name: TextCache[bytes, str] = TextCache(lambda name: name.decode("latin-1").lower())


def bytes_of(body: object) -> bytes:
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    raise AppError(f"Expected bytes as body, got {type(body).__name__}.")
