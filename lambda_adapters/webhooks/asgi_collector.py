"""AsgiCollector: collects an ASGI app's whole reply before any of it is sent."""

from collections.abc import Awaitable, Callable

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Reply
from lambda_adapters.protocols.asgi import (
    BODY,
    START,
    Message,
    body_from_message,
    head_from_message,
)


class AsgiCollector:
    """Collects the messages of an app that gets `send` as its ASGI send function.

    `on_reply` is awaited with the whole reply as soon as it is complete, before the app's
    background tasks run.
    """

    def __init__(self, on_reply: Callable[[Reply], Awaitable[None]]) -> None:
        self._on_reply = on_reply
        self._reply: Reply | None = None
        self._chunks: list[bytes] = []
        self.complete = False

    async def send(self, message: Message) -> None:
        """Add a message. Raises AppError for a message out of order; ignores messages after the
        end, as servers do."""
        if self.complete:
            return
        kind = message["type"]
        if kind == START and self._reply is None:
            self._reply = Reply(*head_from_message(message))
        elif kind == BODY and self._reply is not None:
            self._chunks.append(body_from_message(message))
            if not message.get("more_body", False):
                self.complete = True
                self._reply.body = b"".join(self._chunks)
                await self._on_reply(self._reply)
        else:
            expected = START if self._reply is None else BODY
            raise AppError(f"Expected the ASGI message {expected!r}, got {kind!r}.")
