"""Gate: which sender a path belongs to, and whether a request is its delivery.

Whoever holds a gate (a middleware, a wrapper) reads the request, asks, and obeys: a Delivery goes
on to the app, a Reply back to the client.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.messages import PHRASES, Reply, plain_reply
from lambda_adapters.http.urls import normalize_path, raw_path_from_decoded
from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.webhooks.delivery import Delivery, Headers
from lambda_adapters.webhooks.once import Once
from lambda_adapters.webhooks.secret_cache import NoSecrets
from lambda_adapters.webhooks.sender_paths import SenderPaths
from lambda_adapters.webhooks.senders.ids import digest, normal_id
from lambda_adapters.webhooks.senders.sender import POST, Sender, sender_of, unverifiable, why

LIMIT = 1024 * 1024
"""Bytes of a delivery's body: an Application Load Balancer lets no more through, and of the
senders here only GitHub may send more (25 MB)."""

# Flask's patterns, shells', Express's, Starlette's, and what is decoded before it is matched.
_foreign = re.compile(r"[<>*]|/:|\{[^}]*:|%[0-9A-Fa-f]{2}").search
_LONGEST_PATH = 200  # in a log line
logger = logging.getLogger("lambda_adapters")


@dataclass(slots=True, frozen=True)
class Incoming:
    """A request to be judged: what a sender may have signed, and the invocation's context."""

    method: str
    root_path: str
    path: str
    body: bytes
    headers: Headers
    url: str
    context: Any = None


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
        self._places = SenderPaths()
        by_name: dict[str, object] = {}
        for pattern, given in senders.items():
            sender = sender_of(given)
            _check(pattern, given, by_name.setdefault(sender.name, given))
            self._places.add(pattern, sender)
        self.paths = tuple(senders)
        self.limit = limit
        self.once = once

    def sender(self, path: str) -> Sender | None:
        """The sender that an app's path belongs to, decoded, below the root path."""
        return self._places.sender(path)

    def too_large(self, sender: Sender, method: str, path: str) -> Reply:
        """The answer to a body of over `limit` bytes."""
        return self._refused(sender, method, path, 413, f"its body has over {self.limit} bytes")

    def verify(self, sender: Sender, sent: Incoming) -> Delivery | Reply:
        """The delivery that the sender signed, or the answer to what it did not sign."""
        refused = partial(self._refused, sender, sent.method, sent.path)
        methods: tuple[str, ...] = getattr(sender, "methods", POST)
        if sent.method not in methods:
            reply = refused(405, f"it is sent with {' or '.join(methods)}")
            reply.headers.append(("allow", ", ".join(methods)))
            return reply
        try:
            result: object = sender.verify(sent.body, sent.headers, sent.url)  # type: ignore[func-returns-value]
        except NoSecrets as error:
            return refused(503, str(error))
        except Exception as error:
            # Verifiers raise anything on hostile input, and their messages hold what was sent.
            return refused(401, why(error))
        if result is not None:
            return refused(500, unverifiable(sender, result))
        try:
            given = normal_id(sender.delivery_id(sent.body, sent.headers), sent.body)
        except Exception as error:  # the body is the sender's, but nobody knows which it is
            return refused(500, f"its id could not be told: {why(error)}")
        return Delivery(
            sender=sender.name,
            id=given,
            body=sent.body,
            headers=sent.headers,
            url=sent.url,
            method=sent.method,
            path=sent.root_path + self._places.canonical(sent.path),
            digest="" if getattr(sender, "signs_id", False) else digest(sent.url, sent.body),
            deadline=deadline_of(sent.context),
        )

    def _refused(self, sender: Sender, method: str, path: str, status: int, reason: str) -> Reply:
        shown = raw_path_from_decoded(path)[:_LONGEST_PATH]
        logger.warning(
            "Refused %.20s %s, %s's, with %d: %s", method, shown, sender.name, status, reason
        )
        return plain_reply(status, PHRASES[status])  # all that the client is told


def _check(pattern: str, given: object, namesake: object) -> None:
    odd = pattern.startswith("/") and normalize_path(pattern) != (pattern.rstrip("/") or "/")
    if odd or _foreign(pattern):
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
