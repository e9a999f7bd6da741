"""Sends every request to the real servers and through our adapters, and records replies. [I/O]

uvicorn parses the bytes of a request, and lambda_adapters.local.gateway makes the Request from
uvicorn's scope, as `lambda-adapters serve` does. So the local gateway refuses what uvicorn refuses,
with the same 400.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import asgi_lambda
import wsgi_lambda
from compliance.servers.all_requests import REQUESTS
from compliance.servers.header_losses import TRACE_ID
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.raw_requests import RawRequest
from compliance.servers.real_servers import Server
from compliance.servers.recording_apps import Record, asgi_app, summarize, wsgi_app
from compliance.servers.rows import Row
from compliance.servers.wire import NoReply, send_bytes
from lambda_adapters import Request
from lambda_adapters.http.messages import Headers
from lambda_adapters.local.gateway import public_request
from lambda_adapters.local.invocation import LocalInvocation

HANDLERS: dict[str, Callable[[Any, Any], Any]] = {
    "asgi": asgi_lambda.Adapter(asgi_app, lifespan="off"),
    "wsgi": wsgi_lambda.Adapter(wsgi_app),
}
WSGI_SERVERS = ("gunicorn", "waitress")
# Headers of one connection, and headers that servers add themselves.
_CONNECTION_HEADERS = frozenset({"connection", "transfer-encoding"})
_SERVER_HEADERS = frozenset({"date", "server"})

# The format in which the local fronts write a trace id.
_replace_trace_ids = re.compile("Root=1-[0-9a-f]{8}-[0-9a-f]{24}").sub


class TooLarge(Exception):
    """The platform does not pass on a request of this size."""


def record_requests(server: Server) -> dict[str, Record | str]:
    """What the app saw of each request, by name. If the server refused it: the status or error.

    A server with a root path gets only the requests that have a path.
    """
    # An ASGI server gets the path without the root path, as behind a proxy. WSGI gets all of it.
    root = server.root if server.name in WSGI_SERVERS else ""
    requests = (raw for raw in REQUESTS.values() if raw.has_path or not server.root)
    return {raw.name: _record_request(server, raw, root) for raw in requests}


def _record_request(server: Server, raw: RawRequest, root: str) -> Record | str:
    try:
        reply = send_bytes(server.port, raw.to_bytes(root), raw.method)
    except NoReply as error:
        return str(error)
    return _parse_record(reply.headers, reply.body) if reply.status == 200 else str(reply.status)


def record_replies(server: Server) -> dict[str, Record]:
    """Each odd reply as the server sends it, by name. Raises NoReply."""
    return {reply.name: _record_reply(server, reply) for reply in REPLIES.values()}


def _record_reply(server: Server, odd_reply: OddReply) -> Record:
    raw = request_for_reply(odd_reply)
    reply = send_bytes(server.port, raw.to_bytes(), odd_reply.method)
    headers = [
        pair
        for pair in reply.headers
        if pair[0] not in _CONNECTION_HEADERS
        and (pair[0] not in _SERVER_HEADERS or pair in odd_reply.headers)
    ]
    return _reply_record(reply.status, reply.reason, headers, reply.body)


def request_for_reply(reply: OddReply) -> RawRequest:
    """The request for which the recording apps send this reply."""
    return RawRequest(reply.name, reply.method, f"/?reply={reply.name}".encode())


def request_from_record(record: Record, body: bytes) -> Request:
    """The Request that the local gateway makes from the scope that uvicorn recorded."""
    scope = {
        **record,
        "raw_path": record["raw_path"].encode("latin-1"),
        "query_string": record["query"].encode("latin-1"),
        "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in record["headers"]],
    }
    return public_request(scope, body)


def invocation_from_request(row: Row, request: Request) -> LocalInvocation:
    """The invocation, with the event of the row's front. Raises TooLarge."""
    public = request.replace(raw_path=row.local_front.root + request.raw_path)
    below_stage = row.local_front.strip_stage(public)
    assert below_stage is not None, "every path is below its stage"
    invocation = LocalInvocation(row.local_front, below_stage)
    if invocation.refusal is not None:
        raise TooLarge
    return invocation


def record_our_request(kind: str, invocation: LocalInvocation) -> Record | str:
    """What the app saw behind our adapter. If the adapter refused the request: the status."""
    reply = invocation.reply(HANDLERS[kind](invocation.event(), None))
    if reply.status != 200:
        return str(reply.status)
    record = _parse_record(reply.headers, reply.body)
    return {**record, "headers": _hide_trace_ids(record["headers"])}


def record_our_reply(kind: str, invocation: LocalInvocation) -> Record:
    """The odd reply as our adapter and the front send it."""
    reply = invocation.reply(HANDLERS[kind](invocation.event(), None))
    # A reply without a reason phrase gets the standard one when a server writes it.
    reason = reply.reason or phrase_of(reply.status)
    return _reply_record(reply.status, reason, reply.headers, reply.body)


def _parse_record(headers: Headers, body: bytes) -> Record:
    record: Record = json.loads(dict(headers).get("x-record") or body)
    if isinstance(record["headers"], list):
        record["headers"] = [(name, value) for name, value in record["headers"]]
    return record


def _hide_trace_ids(headers: Any) -> Any:
    """Replace the trace id that AWS adds, because it is random."""
    if isinstance(headers, list):
        return [(name, _replace_trace_ids(TRACE_ID, value)) for name, value in headers]
    return {name: _replace_trace_ids(TRACE_ID, value) for name, value in headers.items()}


def _reply_record(status: int, reason: str, headers: Iterable[Any], body: bytes) -> Record:
    pairs = sorted((name, value) for name, value in headers)
    return {"status": status, "reason": reason, "headers": pairs, "body": summarize(body)}
