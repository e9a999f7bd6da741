"""Verifier: which sender a path belongs to, and whether a request is its delivery.

A middleware reads the request and asks the verifier: a Delivery goes on to the app, a Reply back to
the client.
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
from lambda_adapters.webhooks.secret_cache import NoSecrets
from lambda_adapters.webhooks.sender_paths import SenderPaths
from lambda_adapters.webhooks.senders.ids import digest, normalize_id
from lambda_adapters.webhooks.senders.sender import (
    POST,
    Sender,
    reason_for,
    sender_of,
    unverifiable,
)

LIMIT = 1024 * 1024
"""Bytes of a delivery's body: an Application Load Balancer lets no more through, and of the
senders here only GitHub may send more (25 MB)."""

# Flask's patterns, shells', Express's, Starlette's, and what is decoded before it is matched.
_other_syntax = re.compile(r"[<>*]|/:|\{[^}]*:|%[0-9A-Fa-f]{2}").search
_LONGEST_PATH = 200  # in a log line
logger = logging.getLogger("lambda_adapters")


class Verifier:
    """The senders by path, and what holds for each of them.

    `senders`: API Gateway's path patterns, each with a sender; `limit`: bytes of a body; `once`:
    runs each delivery once. Raises ConfigurationError for what cannot be.
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
            raise ConfigurationError(f"Expected a limit in bytes, got {limit!r}.")
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

    def sender(self, path: str) -> Sender | None:
        """The sender that an app's path belongs to, decoded, below the root path."""
        return self._paths.sender(path)

    def too_large(self, sender: Sender, request: Request) -> Reply:
        """The reply to a body of over `limit` bytes."""
        return self._refuse(sender, request, 413, f"its body has over {self.limit} bytes")

    def verify(self, sender: Sender, request: Request, context: Any = None) -> Delivery | Reply:
        """The delivery that the sender signed, or the reply to a request that it did not sign.
        `context` is Lambda's, where there is one."""
        if len(request.body) > self.limit:
            return self.too_large(sender, request)
        refuse = partial(self._refuse, sender, request)
        methods: tuple[str, ...] = getattr(sender, "methods", POST)
        if request.method not in methods:
            reply = refuse(405, f"it is sent with {' or '.join(methods)}")
            reply.headers.append(("allow", ", ".join(methods)))
            return reply
        body, headers, url = request.body, joined_map(request.headers, ","), request.url
        try:
            result: object = sender.verify(body, headers, url)  # type: ignore[func-returns-value]
        except NoSecrets as error:
            return refuse(503, str(error))
        except Exception as error:
            # Verifiers raise anything on hostile input, and their messages hold what was sent.
            return refuse(401, reason_for(error))
        if result is not None:
            return refuse(500, unverifiable(sender, result))
        try:
            delivery_id = normalize_id(sender.delivery_id(body, headers), body)
        except Exception as error:  # the body is the sender's, but its id is not known
            return refuse(500, f"its id could not be told: {reason_for(error)}")
        return Delivery(
            sender=sender.name,
            id=delivery_id,
            body=body,
            headers=headers,
            url=url,
            method=request.method,
            path=request.root_path + self._paths.canonical(request.path),
            digest="" if getattr(sender, "signs_id", False) else digest(url, body),
            deadline=deadline_of(context),
        )

    def _refuse(self, sender: Sender, request: Request, status: int, reason: str) -> Reply:
        logger.warning(
            "Refused %.20s %s, %s's, with %d: %s",
            request.method,
            raw_path_from_decoded(request.path)[:_LONGEST_PATH],
            sender.name,
            status,
            reason,
        )
        return text_reply(status, phrase_of(status))  # the client gets no reason


def _check_pattern(pattern: str, given: object, namesake: object) -> None:
    odd = pattern.startswith("/") and normalize_path(pattern) != (pattern.rstrip("/") or "/")
    if odd or _other_syntax(pattern):
        raise ConfigurationError(
            "Expected a path in API Gateway's patterns, decoded, such as /hooks/{id} or "
            f"/hooks/{{proxy+}}, got {pattern!r}."
        )
    if given is not namesake:
        raise ConfigurationError(
            f"Expected senders with different names, got two at {pattern} and before it that are "
            "named alike: the one's deliveries would be taken for the other's. Next: "
            "Stripe(secret, name=...)."
        )
