"""Delivery: a request with a verified signature, as apps and workers get it."""

import json
from collections.abc import Mapping
from typing import Any

from lambda_adapters.errors import AppError
from lambda_adapters.http.headers import media_type
from lambda_adapters.webhooks.values import Value

Headers = Mapping[str, str]
"""Lower-case names to values; repeated headers are joined with a comma."""

KEY = "webhooks.delivery"
"""The key of the delivery in a WSGI environ, an ASGI scope or a function's event."""

MIDDLEWARE_KEY = "webhooks.inside"
"""The key of the middleware that has handled the request, for every path."""

FORM = "application/x-www-form-urlencoded"


class Delivery(Value):
    """One verified webhook delivery.

    `id`: the sender's id, the same for every retry; without one, a hash of the body. `body`: the
    signed bytes. `url`: the public URL. `path`: the path that the app sees, root path included,
    normalized. `digest`: a hash of the URL and the body, if the sender does not sign the id, else
    "". `deadline`: when the current invocation ends, in seconds on the monotonic clock, or None.
    """

    __slots__ = (
        "body",
        "deadline",
        "digest",
        "headers",
        "id",
        "method",
        "path",
        "sender",
        "url",
    )
    _shown = ("sender", "id", "method", "path")
    _uncompared = ("deadline",)

    def __init__(
        self,
        sender: str,
        id: str,
        body: bytes,
        headers: Headers | None = None,
        url: str = "",
        method: str = "POST",
        path: str = "/",
        digest: str = "",
        deadline: float | None = None,
    ) -> None:
        self.sender = sender
        self.id = id
        self.body = body
        self.headers: Headers = {} if headers is None else headers
        self.url = url
        self.method = method
        self.path = path
        self.digest = digest
        self.deadline = deadline

    @property
    def key(self) -> str:
        """The key that identifies the delivery: sender, path, id and `digest`. The path is part
        of it because a sender may use the same id for several endpoints."""
        return ":".join([self.sender, self.path, self.id, *([self.digest] if self.digest else [])])

    def json(self) -> Any:
        """Return the body parsed as JSON. Raises ValueError if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # RecursionError: thousands of brackets
            hint = " For a form, call form()." if self._is_form() else ""
            raise ValueError(
                f"Expected JSON in the body of a delivery from {self.sender}, got something else."
                f"{hint} GitHub sends JSON if the webhook's content type is application/json."
            ) from None

    def form(self) -> dict[str, list[str]]:
        """Return the body's form fields, name to values (Slack's commands, Twilio). Raises
        ValueError if the body is not a form."""
        if not self._is_form():
            raise ValueError(
                f"Expected a form in the body of a delivery from {self.sender}, got something "
                "else. Next: for JSON, call json()."
            )
        from urllib.parse import parse_qs

        return parse_qs(self.body.decode("utf-8", "replace"), True)

    def _is_form(self) -> bool:
        return media_type(self.headers.get("content-type", "")) == FORM


def delivery_of(holder: Mapping[str, Any]) -> Delivery:
    """Return the delivery in a WSGI environ, an ASGI scope or a function's event.

    Raises AppError (the client gets a 500) if the request was not verified. So a view that calls
    this never processes an unverified request.
    """
    if not isinstance(holder, Mapping):
        raise AppError(
            "Expected request.environ (Flask), request.META (Django), request.scope (ASGI) or a "
            f"function's event, got {type(holder).__name__}."
        )
    delivery = holder.get(KEY)
    if isinstance(delivery, Delivery):
        return delivery
    paths = getattr(holder.get(MIDDLEWARE_KEY), "paths", None)
    if paths is None:
        raise AppError(
            "Expected a verified delivery, got a request that no webhooks middleware has verified. "
            "Next: wrap the app, for example WsgiWebhooks(app, {path: sender}), with this path."
        )
    raise AppError(
        f"Expected a verified delivery, got a request for a path other than {', '.join(paths)}. "
        "Next: add the path, without the stage, to {path: sender} of the webhooks middleware."
    )
