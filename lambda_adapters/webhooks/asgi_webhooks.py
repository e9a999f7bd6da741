"""AsgiWebhooks: an ASGI app that gets verified deliveries only, on Lambda or on any ASGI server."""

import asyncio
from collections.abc import Mapping
from typing import Any

from lambda_adapters.http.messages import Reply
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.protocols.asgi import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    messages_from_reply,
    request_from_scope,
)
from lambda_adapters.webhooks.asgi_collector import AsgiCollector
from lambda_adapters.webhooks.async_lease import AsyncLease, uninterrupted
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_app, check_not_nested
from lambda_adapters.webhooks.idempotency import Lease, Once
from lambda_adapters.webhooks.verifier import LIMIT, Verifier


class AsgiWebhooks:
    """An ASGI app behind the senders of its paths:
    `app.add_middleware(AsgiWebhooks, senders={...})`.

    `senders`: API Gateway's path patterns, below root_path, each with a sender. The app finds the
    delivery with `delivery_of(scope)`; other paths reach it as they came. `limit`: bytes of a
    body; `once`: what `once(store)` gives. Verifiers and stores run in threads, so that secrets
    and stores may be asked for over the network. Raises ConfigurationError for a wrong app, sender
    or option.
    """

    def __init__(
        self,
        app: App,
        senders: Mapping[str, object],
        *,
        limit: int = LIMIT,
        once: Once | None = None,
    ) -> None:
        check_app(app, "AsgiWebhooks")
        self.app = app
        self._verifier = Verifier(senders, limit, once)
        self.paths = self._verifier.paths

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        check_not_nested(scope, self)
        request = request_from_scope(scope)
        sender = self._verifier.sender(request.path)
        if sender is None:
            return await self.app(scope, receive, send)
        body = await _read_body(receive, self._verifier.limit)
        if body is None:
            return None  # the client left in the middle
        request.body = body
        delivery = await asyncio.to_thread(
            self._verifier.verify, sender, request, scope.get("aws.context")
        )
        if isinstance(delivery, Reply):
            return await _send_reply(delivery, request.method, send)
        scope[KEY] = delivery  # not in a copy: middleware outside looks for the app's own keys
        again = _Receive(body, receive)
        once = self._verifier.once
        if once is None:
            return await self.app(scope, again, send)
        return await self._run_once(once, delivery, scope, again, send)

    async def _run_once(
        self, once: Once, delivery: Delivery, scope: Scope, receive: Receive, send: Send
    ) -> None:
        method = scope["method"]
        lease = await AsyncLease(once, delivery).acquire()
        if not isinstance(lease, Lease):
            return await _send_reply(lease, method, send)

        async def complete(reply: Reply) -> None:
            await uninterrupted(once.finish, lease, reply)
            await _send_reply(reply, method, send)

        collector = AsgiCollector(complete)
        # What is sent in other ways than these messages could not be remembered.
        scope["extensions"] = {}
        try:
            await self.app(scope, receive, collector.send)
        finally:
            if not collector.complete:
                await uninterrupted(once.release, lease)


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


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """The body, or its first bytes where it has more than `limit`; None where the client left."""
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


async def _send_reply(reply: Reply, method: str, send: Send) -> None:
    for message in messages_from_reply(wire_reply(reply, method)):
        await send(message)
