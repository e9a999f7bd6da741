"""Delivery: a request whose signature was accepted, as the app and its workers see it."""

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from lambda_events.errors import AppError

Headers = Mapping[str, str]
"""Lower-case name to value, repeats joined with a comma."""

KEY = "webhooks.delivery"
"""Where a delivery stands: in a WSGI environ, an ASGI scope or a function's event."""


@dataclass(slots=True, frozen=True)
class Delivery:
    """One verified webhook.

    `id` is the sender's own, the same when it sends the delivery again; where it has none, a hash
    of the body. `body` holds the bytes that were signed; `url` is the public one. `deadline` is
    when the invocation that works on it ends, in seconds on the monotonic clock, where one says.
    """

    sender: str
    id: str
    body: bytes = field(repr=False)
    headers: Headers = field(default_factory=dict, repr=False)
    url: str = field(default="", repr=False)
    method: str = "POST"
    deadline: float | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What tells it from all other deliveries: sender and id."""
        return f"{self.sender}:{self.id}"

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none, or nested too deeply."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("The body is nested too deeply.") from None


def delivery_of(holder: MutableMapping[str, Any] | Mapping[str, Any]) -> Delivery:
    """The delivery of an environ, a scope or an event.

    Raises AppError, which becomes a 500, where no verifier has accepted this request: a view that
    asks for its delivery cannot be reached around the verifier.
    """
    delivery = holder.get(KEY)
    if not isinstance(delivery, Delivery):
        raise AppError(
            "Expected a verified delivery, got a request for a path that no sender was given. "
            "Next: name the path in Webhooks(app, {path: sender})."
        )
    return delivery
