"""The apps that all servers and both adapters run: they reply with a record of the request.

If the query is `reply=<name>`, they send that reply of odd_replies.py instead. A reply to HEAD has
no body, so the record is in the header `x-record`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from compliance.servers.odd_replies import REPLIES, OddReply

Environ = dict[str, Any]
Record = dict[str, Any]


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    """Answer any HTTP request, and the messages of a lifespan."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message["body"]
        more = message.get("more_body", False)
    reply_name = _requested_reply(scope["query_string"].decode("latin-1"))
    reply = (
        REPLIES[reply_name]
        if reply_name
        else _reply_from_record(scope["method"], _record_from_scope(scope, body))
    )
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    for chunk in reply.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def wsgi_app(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer any request."""
    body = environ["wsgi.input"].read()
    reply_name = _requested_reply(environ["QUERY_STRING"])
    method = environ["REQUEST_METHOD"]
    reply = (
        REPLIES[reply_name]
        if reply_name
        else _reply_from_record(method, _record_from_environ(environ, body))
    )
    start_response(f"{reply.status} {reply.reason}", list(reply.headers))
    return iter(reply.chunks)


def _requested_reply(query: str) -> str:
    return query.removeprefix("reply=") if query.startswith("reply=") else ""


def _reply_from_record(method: str, record: Record) -> OddReply:
    text = json.dumps(record)
    if method == "HEAD":
        return OddReply("record", headers=[("x-record", text)])
    return OddReply("record", headers=[("content-type", "application/json")], body=text)


def _record_from_scope(scope: Any, body: bytes) -> Record:
    return {
        "method": scope["method"],
        "scheme": scope["scheme"],
        "http_version": scope["http_version"],
        "root_path": scope["root_path"],
        "path": scope["path"],
        "raw_path": scope["raw_path"].decode("latin-1"),
        "query": scope["query_string"].decode("latin-1"),
        "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in scope["headers"]],
        "body": summarize(body),
        "client": list(scope["client"]) if scope["client"] else None,
        "server": list(scope["server"]),
        "keys": sorted(scope),
    }


def _record_from_environ(environ: Environ, body: bytes) -> Record:
    uri = environ["RAW_URI"] if "RAW_URI" in environ else environ["REQUEST_URI"]
    headers = {
        name: value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    address = environ["REMOTE_ADDR"]
    return {
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "http_version": environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        "root_path": environ["SCRIPT_NAME"],
        "path": environ["PATH_INFO"],
        "raw_path": uri.partition("?")[0],
        "query": environ["QUERY_STRING"],
        "headers": headers,
        "body": summarize(body),
        "client": [address, int(environ.get("REMOTE_PORT", 0))] if address else None,
        "server": [environ["SERVER_NAME"], int(environ["SERVER_PORT"])],
        "keys": sorted(environ.keys() - headers.keys()),
    }


def summarize(body: bytes) -> list[Any]:
    """The length of a body, its SHA-256 and its first bytes, to compare bodies by."""
    return [len(body), hashlib.sha256(body).hexdigest(), body[:32].hex()]
