"""Webhooks: an ASGI app that gets verified deliveries only, on Lambda or on any ASGI server."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lambda_adapters.http.headers import single_map
from lambda_adapters.http.messages import Reply
from lambda_adapters.http.urls import has_path_prefix, raw_path_from_decoded
from lambda_adapters.protocols.asgi import Message, Scope
from lambda_adapters.webhooks.asgi_collector import AsgiCollector
from lambda_adapters.webhooks.async_lease import AsyncLease, uninterrupted
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_app, check_not_nested
from lambda_adapters.webhooks.once import Lease, Once
from lambda_adapters.webhooks.senders.sender import Sender
from lambda_adapters.webhooks.verifier import LIMIT, Incoming, Verifier

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Webhooks:
    """An ASGI app behind the senders of its paths: `app.add_middleware(Webhooks, senders={...})`.

    `senders`: API Gateway's path patterns, below root_path, each with a sender. The app finds the
    delivery with `delivery_of(scope)`; other paths reach it as they came. `limit`: bytes of a
    body; `once`: what `once(store)` gives. Verifiers and stores run in threads, so that secrets
    and stores may be asked for over the network. Raises ConfigurationError for what cannot be.
    """

    def __init__(
        self,
        app: App,
        senders: Mapping[str, object],
        *,
        limit: int = LIMIT,
        once: Once | None = None,
    ) -> None:
        check_app(app, "asgi_lambda")
        self.app = app
        self._gate = Verifier(senders, limit, once)
        self.paths = self._gate.paths

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        check_not_nested(scope, self)
        path = _app_path(scope)
        sender = self._gate.sender(path)
        if sender is None:
            return await self.app(scope, receive, send)
        body = await _body(receive, self._gate.limit)
        if body is None:
            return None  # the client left in the middle
        delivery = await self._judged(sender, path, body, scope)
        if isinstance(delivery, Reply):
            return await _answer(delivery, send)
        scope[KEY] = delivery  # not in a copy: whoever is outside looks for the app's own keys
        again = _Receive(body, receive)
        if self._gate.once is None:
            return await self.app(scope, again, send)
        return await self._once(self._gate.once, delivery, scope, again, send)

    async def _judged(
        self, sender: Sender, path: str, body: bytes, scope: Scope
    ) -> Delivery | Reply:
        gate, method = self._gate, scope["method"]
        if len(body) > gate.limit:
            return gate.too_large(sender, method, path)
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
        headers = single_map(pairs, ",")
        context = scope.get("aws.context")
        root = scope.get("root_path", "").rstrip("/")
        sent = Incoming(method, root, path, body, headers, url_of(scope, headers), context)
        return await asyncio.to_thread(gate.verify, sender, sent)

    async def _once(
        self, once: Once, delivery: Delivery, scope: Scope, receive: Receive, send: Send
    ) -> None:
        lease = await AsyncLease(once, delivery).lease()
        if not isinstance(lease, Lease):
            return await _answer(lease, send)

        async def complete(reply: Reply) -> None:
            await uninterrupted(once.end, lease, reply)
            await _answer(reply, send)

        collecting = AsgiCollector(complete)
        # What is sent in other ways than these messages could not be remembered.
        scope["extensions"] = {}
        try:
            await self.app(scope, receive, collecting.send)
        finally:
            if not collecting.complete:
                await uninterrupted(once.give_back, lease)


class _Receive:
    """The body once more, then what the server says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The body, or its first bytes where it has more than `limit`; None: the client left."""
    chunks: list[bytes] = []
    size = 0
    while size <= limit:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def _app_path(scope: Scope) -> str:
    """The path below root_path, which servers may put in front of it or not."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] or "/" if root and has_path_prefix(path, root) else path


def url_of(scope: Scope, headers: Mapping[str, str]) -> str:
    """The public URL that was asked for, as it was sent where the server tells."""
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    raw: bytes = scope.get("raw_path") or raw_path_from_decoded(path).encode()
    if root and not has_path_prefix(path, root):
        raw = raw_path_from_decoded(root).encode() + raw
    query: bytes = scope.get("query_string", b"")
    host = headers.get("host") or _host_of(scope.get("server"))
    target = raw.partition(b"?")[0] + (b"?" + query if query else b"")
    return f"{scope.get('scheme', 'http')}://{host}{target.decode('latin-1')}"


def _host_of(server: Any) -> str:
    return f"{server[0]}:{server[1]}" if server else "localhost"


async def _answer(reply: Reply, send: Send) -> None:
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
    if reply.status not in (204, 304) and b"content-length" not in dict(headers):
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
