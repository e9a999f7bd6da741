"""Every request and every reply, asked of the real servers and of our adapters. [I/O]

How a request on the wire becomes a Request: uvicorn parses it, and lambda_adapters.local.gateway
makes the Request of uvicorn's scope, because that is what `lambda-adapters serve` does. What
uvicorn refuses the local gateway therefore refuses too, with the same 400.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import asgi_lambda
import wsgi_lambda
from compliance.servers.all_requests import REQUESTS
from compliance.servers.header_losses import MADE
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.raw_requests import RawRequest
from compliance.servers.real_servers import Server
from compliance.servers.recording_apps import Record, asgi_app, summary, wsgi_app
from compliance.servers.rows import Row
from compliance.servers.wire import Unanswered, sent
from lambda_adapters import Request
from lambda_adapters.http.messages import Headers
from lambda_adapters.local.gateway import public_request
from lambda_adapters.local.invocation import LocalInvocation

HANDLERS: dict[str, Callable[[Any, Any], Any]] = {
    "asgi": asgi_lambda.Adapter(asgi_app, lifespan="off"),
    "wsgi": wsgi_lambda.Adapter(wsgi_app),
}
WSGI_SERVERS = ("gunicorn", "waitress")
# Of one connection, or written by servers whatever the app says.
_CONNECTIONS = frozenset({"connection", "transfer-encoding"})
_SERVERS_OWN = frozenset({"date", "server"})


# As lambda_adapters.http.forwarded makes it.
_trace_id = re.compile("Root=1-[0-9a-f]{8}-[0-9a-f]{24}").sub


class TooLarge(Exception):
    """The platform does not pass a request of this size on."""


def records_of(server: Server) -> dict[str, Record | str]:
    """What the app saw of each request, by name; a text where the server refused it.

    A server with a root path gets only the requests that have a path.
    """
    # An ASGI server gets what a proxy has left of the path, a WSGI server the whole.
    root = server.root if server.name in WSGI_SERVERS else ""
    asked = (raw for raw in REQUESTS.values() if raw.has_path or not server.root)
    return {raw.name: _record_at(server, raw, root) for raw in asked}


def _record_at(server: Server, raw: RawRequest, root: str) -> Record | str:
    try:
        answer = sent(server.port, raw.on_the_wire(root), raw.method)
    except Unanswered as error:
        return str(error)
    return _record(answer.headers, answer.body) if answer.status == 200 else str(answer.status)


def replies_of(server: Server) -> dict[str, Record]:
    """Each reply as it came from the server, by name. Raises Unanswered."""
    return {reply.name: _reply_at(server, reply) for reply in REPLIES.values()}


def _reply_at(server: Server, reply: OddReply) -> Record:
    answer = sent(server.port, asking_for(reply).on_the_wire(), reply.method)
    headers = [
        pair
        for pair in answer.headers
        if pair[0] not in _CONNECTIONS and (pair[0] not in _SERVERS_OWN or pair in reply.headers)
    ]
    return _reply_record(answer.status, answer.reason, headers, answer.body)


def asking_for(reply: OddReply) -> RawRequest:
    """The request that the recording apps answer with this reply."""
    return RawRequest(reply.name, reply.method, f"/?reply={reply.name}".encode())


def request_from_record(seen: Record, body: bytes) -> Request:
    """The Request that the local gateway makes of what uvicorn saw."""
    scope = {
        **seen,
        "raw_path": seen["raw_path"].encode("latin-1"),
        "query_string": seen["query"].encode("latin-1"),
        "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in seen["headers"]],
    }
    return public_request(scope, body)


def invocation_of(row: Row, request: Request) -> LocalInvocation:
    """The event that the row makes of a request. Raises TooLarge."""
    public = request.replace(raw_path=row.platform.root + request.raw_path)
    placed = row.platform.strip_stage(public)
    assert placed is not None, "every path is below its stage"
    invocation = LocalInvocation(row.platform, placed)
    if invocation.refused is not None:
        raise TooLarge
    return invocation


def our_record(kind: str, invocation: LocalInvocation) -> Record | str:
    """What the app saw behind our adapter; a text where it did not."""
    reply = invocation.reply(HANDLERS[kind](invocation.event(), None))
    if reply.status != 200:
        return str(reply.status)
    record = _record(reply.headers, reply.body)
    return {**record, "headers": _without_trace_id(record["headers"])}


def our_reply(kind: str, invocation: LocalInvocation) -> Record:
    """The reply as it came from our adapter."""
    reply = invocation.reply(HANDLERS[kind](invocation.event(), None))
    # HTTP/1.1 needs none, so whoever writes the reply to the wire gives the status's own.
    reason = reply.reason or phrase_of(reply.status)
    return _reply_record(reply.status, reason, reply.headers, reply.body)


def _record(headers: Headers, body: bytes) -> Record:
    record: Record = json.loads(dict(headers).get("x-record") or body)
    if isinstance(record["headers"], list):
        record["headers"] = [(name, value) for name, value in record["headers"]]
    return record


def _without_trace_id(headers: Any) -> Any:
    """With the same id every time: the one that AWS writes is random."""
    if isinstance(headers, list):
        return [(name, _trace_id(MADE, value)) for name, value in headers]
    return {name: _trace_id(MADE, value) for name, value in headers.items()}


def _reply_record(status: int, reason: str, headers: Iterable[Any], body: bytes) -> Record:
    pairs = sorted((name, value) for name, value in headers)
    return {"status": status, "reason": reason, "headers": pairs, "body": summary(body)}
