"""Gate: which sender a path belongs to, and whether a request is its delivery.

Whoever holds a gate (a middleware, a wrapper) reads the request, asks, and obeys: a Delivery goes
on to the app, a Reply back to the client.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambda_events.deadline import deadline_of
from lambda_events.errors import AppError, ConfigurationError
from lambda_events.messages import Reply, plain_reply
from lambda_events.path_tree import PathTree, segments_of
from lambda_events.url import raw_path_from_decoded
from lambda_events.webhooks.delivery import Delivery, Headers
from lambda_events.webhooks.once import Once
from lambda_events.webhooks.sender import Refused, Sender, normal_id, sender_of, unverifiable

LIMIT = 1024 * 1024
"""Bytes of a delivery's body: an Application Load Balancer lets no more through, and of the
senders here only GitHub may send more (25 MB)."""

_LONGEST_PATH = 200  # in a log line
logger = logging.getLogger("lambda_events")


@dataclass(slots=True, frozen=True)
class Incoming:
    """A request to be judged: what a sender may have signed, and the invocation's context."""

    method: str
    path: str
    body: bytes
    headers: Headers
    url: str
    context: Any = None


class Gate:
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
        self._tree: PathTree[Sender] = PathTree()
        for pattern, given in senders.items():
            self._tree.add(pattern, sender_of(given))
        self.limit = limit
        self.once = once

    def sender(self, path: str) -> Sender | None:
        """The sender that an app's path belongs to, decoded, below the root path."""
        found = self._tree.find(segments_of(path))
        return None if found is None else found.target

    def too_large(self, sender: Sender, method: str, path: str) -> Reply:
        """The answer to a body of over `limit` bytes."""
        return self._refused(sender, method, path, 413, f"its body has over {self.limit} bytes")

    def judged(self, sender: Sender, sent: Incoming) -> Delivery | Reply:
        """The delivery that the sender signed, or the answer to what it did not sign."""
        method, path, body = sent.method, sent.path, sent.body
        try:
            result: object = sender.verify(body, sent.headers, sent.url)  # type: ignore[func-returns-value]
            if result is not None:
                raise unverifiable(sender, result)
            given = sender.delivery_id(body, sent.headers)
        except AppError as error:  # ours: no secret to be had, a verifier that answers
            return self._refused(sender, method, path, error.status, str(error))
        except Exception as error:
            # Verifiers raise anything on hostile input, and their messages hold what was sent.
            reason = str(error) if isinstance(error, Refused) else type(error).__name__
            return self._refused(sender, method, path, 401, reason)
        key, deadline = normal_id(given, body), deadline_of(sent.context)
        return Delivery(sender.name, key, body, sent.headers, sent.url, method, deadline)

    def _refused(self, sender: Sender, method: str, path: str, status: int, reason: str) -> Reply:
        shown = raw_path_from_decoded(path)[:_LONGEST_PATH]
        logger.warning(
            "Refused %.20s %s, %s's, with %d: %s", method, shown, sender.name, status, reason
        )
        return plain_reply(status, PHRASES_TOLD[status])


PHRASES_TOLD = {
    401: "Unauthorized",
    413: "Content Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""All that the client is told."""
