"""The same small app three times (WSGI, ASGI, a function), each behind its Webhooks; it counts its
calls and answers with what it was given."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asgi_lambda import Adapter as AsgiAdapter
from lambda_adapters import Reply, source_of
from lambda_adapters.webhooks import AsgiWebhooks, Delivery, Webhooks, WsgiWebhooks, delivery_of
from lambda_adapters.webhooks.idempotency import Once
from wsgi_lambda import Adapter as WsgiAdapter

TEXT = "text/plain; charset=UTF-8"  # OpenWhisk writes one where an app does not
Senders = Mapping[str, object]


@dataclass
class Target:
    """A handler, the deliveries that its app has seen, and the statuses it shall answer with."""

    handler: Callable[[Any, Any], Any] = lambda event, context: None
    seen: list[Delivery] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def took(self, delivery: Delivery, body: bytes) -> tuple[int, str]:
        """The status and the text to answer with; 0 stands for an exception."""
        self.seen.append(delivery)
        self.bodies.append(body)
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise RuntimeError("the app's own trouble")
        return status, f"{len(self.seen)}. {digest(body)}"


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def wsgi_target(senders: Senders, limit: int = 1_000_000, once: Once | None = None) -> Target:
    target = Target()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        status, text = target.took(delivery_of(environ), body)
        start_response(f"{status} Whatever", [("Content-Type", TEXT)])
        return [text.encode()]

    target.handler = WsgiAdapter(WsgiWebhooks(app, senders, limit=limit, once=once))
    return target


def asgi_target(senders: Senders, limit: int = 1_000_000, once: Once | None = None) -> Target:
    target = Target()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        status, text = target.took(delivery_of(scope), message["body"])
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
        status, text = target.took(delivery, source.request_from_event(event).body)
        reply = Reply(status, [("content-type", TEXT)], text.encode(), True)
        return source.response_from_reply(reply, event)

    target.handler = Webhooks(function, senders, limit=limit, once=once)
    return target


TARGETS: dict[str, Callable[..., Target]] = {
    "wsgi": wsgi_target,
    "asgi": asgi_target,
    "function": function_target,
}
