"""The same small app for WSGI, for ASGI and as a function, each with its webhooks middleware."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asgi_lambda import Adapter as AsgiAdapter
from lambda_adapters import Reply, source_of
from lambda_adapters.webhooks import AsgiWebhooks, Delivery, Webhooks, WsgiWebhooks, delivery_of
from lambda_adapters.webhooks.idempotency import Once
from wsgi_lambda import Adapter as WsgiAdapter

TEXT = "text/plain; charset=UTF-8"  # OpenWhisk would add the charset
Senders = Mapping[str, object]


@dataclass
class Target:
    """A handler, the deliveries and bodies that its app got, and the next statuses of its app."""

    handler: Callable[[Any, Any], Any] = lambda event, context: None
    deliveries: list[Delivery] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def handle(self, delivery: Delivery, body: bytes) -> tuple[int, str]:
        """Record a delivery. Returns the status and the text of the reply. The status 0 raises."""
        self.deliveries.append(delivery)
        self.bodies.append(body)
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise RuntimeError("an exception of the app")
        return status, f"{len(self.deliveries)}. {digest(body)}"


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def wsgi_target(senders: Senders, limit: int = 1_000_000, once: Once | None = None) -> Target:
    target = Target()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        status, text = target.handle(delivery_of(environ), body)
        start_response(f"{status} Reason", [("Content-Type", TEXT)])
        return [text.encode()]

    target.handler = WsgiAdapter(WsgiWebhooks(app, senders, limit=limit, once=once))
    return target


def asgi_target(senders: Senders, limit: int = 1_000_000, once: Once | None = None) -> Target:
    target = Target()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        status, text = target.handle(delivery_of(scope), message["body"])
        headers = [(b"content-type", TEXT.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    target.handler = AsgiAdapter(AsgiWebhooks(app, senders, limit=limit, once=once), lifespan="off")
    return target


def function_target(senders: Senders, limit: int = 1_000_000, once: Once | None = None) -> Target:
    target = Target()

    def function(event: Any, context: Any) -> Any:
        delivery = delivery_of(event)
        source = source_of(event)
        status, text = target.handle(delivery, source.request_from_event(event).body)
        reply = Reply(status, [("content-type", TEXT)], text.encode(), True)
        return source.response_from_reply(reply, event)

    target.handler = Webhooks(function, senders, limit=limit, once=once)
    return target


TARGETS: dict[str, Callable[..., Target]] = {
    "wsgi": wsgi_target,
    "asgi": asgi_target,
    "function": function_target,
}
