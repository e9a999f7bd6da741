"""Delivery: a request whose signature was accepted, as the app and its workers see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from lambda_adapters.errors import AppError
from lambda_adapters.http.headers import media_type

Headers = Mapping[str, str]
"""Lower-case name to value, repeats joined with a comma."""

KEY = "webhooks.delivery"
"""Where a delivery stands: in a WSGI environ, an ASGI scope or a function's event."""

INSIDE = "webhooks.inside"
"""Where the middleware stands that a request has passed, whatever its path."""

FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True, frozen=True)
class Delivery:
    """One verified webhook.

    `id` is the sender's own, the same when it sends the delivery again; where it has none, a hash
    of the body. `body` holds the bytes that were signed. `url` is the public one; `path` is that of
    it which the app knows, root path included, in one spelling. `digest` is a hash of what was
    sent, where the sender does not sign the id. `deadline` is
    when the invocation that works on it ends, in seconds on the monotonic clock, where one says.
    """

    sender: str
    id: str
    body: bytes = field(repr=False)
    headers: Headers = field(default_factory=dict, repr=False)
    url: str = field(default="", repr=False)
    method: str = "POST"
    path: str = "/"
    digest: str = field(default="", repr=False)
    deadline: float | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What tells it from all other deliveries: the sender, where it was sent, because several
        endpoints may get one id, the id, and `digest`."""
        return ":".join([self.sender, self.path, self.id, *([self.digest] if self.digest else [])])

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # RecursionError: brackets in thousands
            hint = " A form's fields are in form()." if self._is_form() else ""
            raise ValueError(
                f"Expected JSON as body of a delivery of {self.sender}, got something else.{hint} "
                "GitHub sends JSON if the webhook's content type is set to application/json."
            ) from None

    def form(self) -> dict[str, list[str]]:
        """The body's fields as a form has them (Slack's commands, Twilio): name to values;
        ValueError where it is no form."""
        if not self._is_form():
            raise ValueError(
                f"Expected a form as body of a delivery of {self.sender}, got something else. "
                "JSON is in json()."
            )
        return parse_qs(self.body.decode("utf-8", "replace"), True)

    def _is_form(self) -> bool:
        return media_type(self.headers.get("content-type", "")) == FORM


def delivery_of(holder: Mapping[str, Any]) -> Delivery:
    """The delivery of an environ, a scope or an event.

    Raises AppError, which becomes a 500, where no verifier has accepted this request: a view that
    asks for its delivery cannot be reached around the verifier.
    """
    if not isinstance(holder, Mapping):
        raise AppError(
            "Expected request.environ (Flask), request.META (Django), request.scope (ASGI) or a "
            f"function's event, got {type(holder).__name__}."
        )
    delivery = holder.get(KEY)
    if isinstance(delivery, Delivery):
        return delivery
    paths = getattr(holder.get(INSIDE), "paths", None)
    if paths is None:
        raise AppError(
            "Expected a verified delivery, got a request that no Webhooks has let through. Next: "
            "put Webhooks(app, {path: sender}) around the app, with this path among them."
        )
    raise AppError(
        f"Expected a verified delivery, got a request whose path is none of {', '.join(paths)}. "
        "Next: name it in Webhooks(app, {path: sender}), without the stage."
    )
