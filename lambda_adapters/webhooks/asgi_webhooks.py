"""AsgiWebhooks: ASGI middleware that verifies deliveries, on Lambda and on any ASGI server."""

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
from lambda_adapters.webhooks.async_lease import AsyncLease, run_shielded
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_app, check_not_nested
from lambda_adapters.webhooks.idempotency import Lease, Once
from lambda_adapters.webhooks.verifier import LIMIT, Verifier


class AsgiWebhooks:
    """Verifies the requests for the senders' paths, then calls the app:
    `app.add_middleware(AsgiWebhooks, senders={...})`.

    `senders`: API Gateway path patterns, relative to root_path, each with a sender. The app gets
    the delivery with `delivery_of(scope)`; requests for other paths are passed on unchanged.
    `limit`: the maximum size of a body in bytes; `once`: the result of `once(store)`. Verifiers
    and stores are called in threads, because they may use the network. Raises ConfigurationError
    for a wrong app, sender or option.
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
        sender = self._verifier.find_sender(request.path)
        if sender is None:
            return await self.app(scope, receive, send)
        body = await _read_body(receive, self._verifier.limit)
        if body is None:
            return None  # the client disconnected
        request.body = body
        delivery = await asyncio.to_thread(
            self._verifier.verify, sender, request, scope.get("aws.context")
        )
        if isinstance(delivery, Reply):
            return await _send_reply(delivery, request.method, send)
        scope[KEY] = delivery  # not in a copy: outer middleware reads keys that the app sets
        replay = _BodyReplay(body, receive)
        once = self._verifier.once
        if once is None:
            return await self.app(scope, replay, send)
        return await self._run_once(once, delivery, scope, replay, send)

    async def _run_once(
        self, once: Once, delivery: Delivery, scope: Scope, receive: Receive, send: Send
    ) -> None:
        method = scope["method"]
        lease = await AsyncLease(once, delivery).acquire()
        if not isinstance(lease, Lease):
            return await _send_reply(lease, method, send)

        async def finish_and_send(reply: Reply) -> None:
            await run_shielded(once.finish, lease, reply)
            await _send_reply(reply, method, send)

        collector = AsgiCollector(finish_and_send)
        # A reply sent with an extension's messages could not be stored.
        scope["extensions"] = {}
        try:
            await self.app(scope, receive, collector.send)
        finally:
            if not collector.complete:
                await run_shielded(once.release, lease)


class _BodyReplay:
    """An ASGI receive function that returns the body, then the server's later messages."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """Return the body, or None if the client disconnects. Stops reading beyond `limit` bytes."""
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
