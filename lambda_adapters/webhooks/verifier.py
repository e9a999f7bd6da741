"""Verifier: finds the sender of a path and verifies its requests.

A middleware reads the request and calls the verifier: it passes a Delivery to the app, and sends a
Reply to the client.
"""

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.headers import joined_map
from lambda_adapters.http.messages import Reply, Request, phrase_of, text_reply
from lambda_adapters.http.path_spellings import normalize_path
from lambda_adapters.http.urls import raw_path_from_decoded
from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.idempotency import Once
from lambda_adapters.webhooks.secret_cache import SecretsUnavailable
from lambda_adapters.webhooks.sender_paths import SenderPaths
from lambda_adapters.webhooks.senders.ids import hash_request, normalize_id
from lambda_adapters.webhooks.senders.sender import (
    POST,
    Sender,
    reason_for,
    reason_for_result,
    sender_of,
)

LIMIT = 1024 * 1024
"""Maximum bytes of a body: the limit of an Application Load Balancer. Of the built-in senders only
GitHub may send more (25 MB)."""

# Pattern syntax of Flask, shells, Express and Starlette, and percent escapes.
_other_syntax = re.compile(r"[<>*]|/:|\{[^}]*:|%[0-9A-Fa-f]{2}").search
_MAX_LOGGED_PATH = 200  # in characters
logger = logging.getLogger("lambda_adapters")


class Verifier:
    """Verifies requests with the senders of their paths.

    `senders`: API Gateway path patterns, each with a sender; `limit`: the maximum size of a body
    in bytes; `once`: the result of `once(store)`. Raises ConfigurationError for a wrong argument.
    """

    def __init__(
        self, senders: Mapping[str, object], limit: int = LIMIT, once: Once | None = None
    ) -> None:
        if not isinstance(senders, Mapping) or not senders:
            raise ConfigurationError(
                'Expected senders by path, such as {"/stripe": Stripe(secret)}, got '
                f"{'none' if isinstance(senders, Mapping) else type(senders).__name__}."
            )
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise ConfigurationError(f"Expected a limit in bytes, at least 1, got {limit!r}.")
        if once is not None and not isinstance(once, Once):
            raise ConfigurationError(f"Expected once(store), got {type(once).__name__}.")
        self._paths = SenderPaths()
        by_name: dict[str, object] = {}
        for pattern, given in senders.items():
            sender = sender_of(given)
            _check_pattern(pattern, given, by_name.setdefault(sender.name, given))
            self._paths.add(pattern, sender)
        self.paths = tuple(senders)
        self.limit = limit
        self.once = once

    def find_sender(self, path: str) -> Sender | None:
        """Return the sender of a decoded path without the root path, or None."""
        return self._paths.find(path)

    def refuse_large_body(self, sender: Sender, request: Request) -> Reply:
        """Return the reply to a body of more than `limit` bytes."""
        return self._refuse(sender, request, 413, f"its body has more than {self.limit} bytes")

    def verify(self, sender: Sender, request: Request, context: Any = None) -> Delivery | Reply:
        """Return the delivery if the sender signed the request, else the reply that refuses it.
        `context` is Lambda's context, or None."""
        if len(request.body) > self.limit:
            return self.refuse_large_body(sender, request)
        refuse = partial(self._refuse, sender, request)
        methods: tuple[str, ...] = getattr(sender, "methods", POST)
        if request.method not in methods:
            reply = refuse(405, f"its sender uses {' or '.join(methods)}")
            reply.headers.append(("allow", ", ".join(methods)))
            return reply
        body, headers, url = request.body, joined_map(request.headers, ","), request.url
        try:
            result: object = sender.verify(body, headers, url)  # type: ignore[func-returns-value]
        except SecretsUnavailable as error:
            return refuse(503, str(error))
        except Exception as error:
            # Any exception means refused. Its message is not logged: it may contain input.
            return refuse(401, reason_for(error))
        if result is not None:
            return refuse(500, reason_for_result(sender, result))
        try:
            delivery_id = normalize_id(sender.delivery_id(body, headers), body)
        except Exception as error:
            return refuse(500, f"its id could not be read: {reason_for(error)}")
        return Delivery(
            sender=sender.name,
            id=delivery_id,
            body=body,
            headers=headers,
            url=url,
            method=request.method,
            path=request.root_path + self._paths.normalize(request.path),
            digest="" if getattr(sender, "signs_id", False) else hash_request(url, body),
            deadline=deadline_of(context),
        )

    def _refuse(self, sender: Sender, request: Request, status: int, reason: str) -> Reply:
        logger.warning(
            "Refused %.20s %s from %s with %d: %s",
            request.method,
            raw_path_from_decoded(request.path)[:_MAX_LOGGED_PATH],
            sender.name,
            status,
            reason,
        )
        return text_reply(status, phrase_of(status))  # the client gets no reason


def _check_pattern(pattern: str, given: object, first_with_name: object) -> None:
    odd = pattern.startswith("/") and normalize_path(pattern) != (pattern.rstrip("/") or "/")
    if odd or _other_syntax(pattern):
        raise ConfigurationError(
            "Expected a decoded API Gateway path pattern such as /hooks/{id} or "
            f"/hooks/{{proxy+}}, got {pattern!r}."
        )
    if given is not first_with_name:
        raise ConfigurationError(
            "Expected senders with different names, got the name of the sender of "
            f"{pattern} twice: their deliveries could have the same keys. "
            "Next: Stripe(secret, name=...)."
        )
