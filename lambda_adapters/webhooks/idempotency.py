"""once: each delivery's work is done one time, although senders send it again.

A delivery is leased before the app is called. It is finished with the app's answer, or given
back where the app failed; whoever crashes in between gives it back when the lease ends. So work
is done at least once, and twice only after a crash or a lease that was too short.
"""

import functools
import inspect
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError, LambdaAdaptersError
from lambda_adapters.http.messages import Reply, text_reply
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.reply_codec import is_final, reply_from_text, text_from_reply
from lambda_adapters.webhooks.senders.ids import hash_text
from lambda_adapters.webhooks.senders.sender import reason_for
from lambda_adapters.webhooks.stores.store import Busy, Finished, Store

THREE_DAYS = 3 * 24 * 3600.0
"""Seconds for which Stripe and others go on trying."""

_MOST_KEY = 500  # DynamoDB takes 2048 bytes
_NEXT = "Next: asyncio.run in a function of (delivery)."
logger = logging.getLogger("lambda_adapters")


class UnderWay(LambdaAdaptersError):
    """Somebody else works on the delivery; it should come again later."""


@dataclass(slots=True, frozen=True)
class Lease:
    """A delivery that is ours to work on."""

    key: str
    token: str


class Once:
    """What `once` gives: for the `once=` of Webhooks, and as a decorator of a worker."""

    def __init__(
        self, store: Store, key: Callable[[Delivery], str], lease: float, keep: float
    ) -> None:
        self._store = store
        self._key = key
        self._lease = lease
        self._keep = keep
        self._workers: set[str] = set()

    def acquire(self, delivery: Delivery) -> Lease | Reply:
        """Lease a delivery for an app; a Reply where the app must not run: the earlier answer,
        409 while somebody else is at it, 503 without the store."""
        try:
            # Another method is another request: what OPTIONS gets is not what POST does.
            key = f"reply|{delivery.method}|{self._key_of(delivery)}"
        except Exception as error:
            logger.error("The key of a delivery of %s: %s", delivery.sender, reason_for(error))
            return text_reply(500, "Internal Server Error")
        try:
            taken = self._store.acquire(key, self._seconds(delivery))
            if isinstance(taken, Finished):
                logger.info("A delivery of %s came again and was answered again.", delivery.sender)
                return reply_from_text(taken.answer)
        except Exception:
            logger.exception(
                "The store of deliveries failed; %s was told to try again.", delivery.sender
            )
            return text_reply(503, "Service Unavailable")
        if isinstance(taken, Busy):
            reply = text_reply(409, "This delivery is under way.")
            reply.headers.append(("retry-after", str(max(1, math.ceil(taken.seconds)))))
            return reply
        return Lease(key, taken.token)

    def finish(self, lease: Lease, reply: Reply) -> None:
        """Remember the answer, unless it asks the sender to try again."""
        if is_final(reply):
            self._finish(lease, text_from_reply(reply))
        else:
            self.release(lease)

    def release(self, lease: Lease) -> None:
        """The app did not finish: the next one may take the delivery."""
        try:
            self._store.release(lease.key, lease.token)
        except Exception:
            logger.exception("The store of deliveries failed; a lease stays until its end.")

    def _finish(self, lease: Lease, answer: str) -> None:
        try:
            if self._store.finish(lease.key, lease.token, answer, self._keep):
                return
        except Exception:
            logger.exception("The store of deliveries failed; a delivery may be worked on again.")
            return
        logger.warning(
            "A delivery took longer than its lease of %s seconds, and somebody else may have "
            "worked on it as well. Next: once(..., lease=) longer than the work.",
            self._lease,
        )

    def _seconds(self, delivery: Delivery) -> float:
        """How long a lease lasts: no shorter than the invocation may."""
        if delivery.deadline is None:
            return self._lease
        return max(self._lease, delivery.deadline - monotonic() + 1)

    def _key_of(self, delivery: Delivery) -> str:
        key = self._key(delivery)
        if len(key) <= _MOST_KEY and key.isascii():
            return key
        return hash_text(key)

    def __call__(self, function: Callable[[Delivery], Any]) -> Callable[[Delivery], None]:
        """Decorate a worker: a finished delivery is passed over, one that somebody else works on
        raises UnderWay, one whose worker raises is given back. The store's errors are raised."""
        if inspect.iscoroutinefunction(function):
            raise ConfigurationError(
                "Expected a function that does its work when called, got a coroutine function. "
                + _NEXT
            )
        name = getattr(function, "__qualname__", "<lambda>")
        if name.endswith("<lambda>"):
            raise ConfigurationError(
                f"Expected a function with a name, got {type(function).__name__}: the name is part "
                "of its deliveries' keys. Next: def work(delivery)."
            )
        prefix = f"{function.__module__}.{name}|"
        if prefix in self._workers:
            raise ConfigurationError(
                f"Expected workers with different names, got two of {prefix[:-1]}: what one has "
                "finished would be passed over by the other."
            )
        self._workers.add(prefix)

        @functools.wraps(function)
        def work(delivery: Delivery) -> None:
            key = prefix + self._key_of(delivery)
            taken = self._store.acquire(key, self._seconds(delivery))
            if isinstance(taken, Finished):
                logger.info("A delivery of %s came again and was passed over.", delivery.sender)
                return
            if isinstance(taken, Busy):
                raise UnderWay(f"A delivery of {delivery.sender} is under way elsewhere.")
            lease = Lease(key, taken.token)
            try:
                result = function(delivery)
                if inspect.iscoroutine(result):
                    result.close()
                    raise AppError(f"Expected {name} to do its work, got a coroutine. {_NEXT}")
            except BaseException:
                self.release(lease)
                raise
            self._finish(lease, "")

        return work


def once(
    store: Store,
    key: Callable[[Delivery], str] = lambda delivery: delivery.key,
    *,
    lease: float = 60.0,
    keep: float = THREE_DAYS,
) -> Once:
    """Do each delivery's work one time.

    `key` tells deliveries apart. `lease`: seconds after which a crashed worker's delivery may be
    taken by the next; at least as long as the work may take, and on Lambda never shorter than
    the invocation. `keep`: seconds for which a finished one is remembered. Raises
    ConfigurationError for what cannot be.
    """
    if not all(callable(getattr(store, name, None)) for name in ("acquire", "finish", "release")):
        raise ConfigurationError(
            f'Expected a store such as SQLiteStore("deliveries.db"), got {type(store).__name__}.'
        )
    if not callable(key):
        raise ConfigurationError(
            f"Expected a function of a delivery as key, got {type(key).__name__}."
        )
    for name, seconds in (("lease", lease), ("keep", keep)):
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not number or not 0 < seconds < math.inf:
            raise ConfigurationError(f"Expected {name} in seconds, over 0, got {seconds!r}.")
    return Once(store, key, lease, keep)
