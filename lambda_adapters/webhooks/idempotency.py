"""once: process each delivery one time, although senders retry.

A lease on the delivery is acquired before the app is called. It is finished with the app's reply,
or released if the app fails; if the process crashes, the lease expires. So each delivery is
processed at least once, and twice only after a crash or with a lease that is too short.
"""

import functools
import logging
import math
from collections.abc import Callable
from time import monotonic
from types import CoroutineType
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError, LambdaAdaptersError
from lambda_adapters.http.messages import Reply, text_reply
from lambda_adapters.invocation.introspection import is_coroutine_function
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.reply_codec import is_final, reply_from_text, text_from_reply
from lambda_adapters.webhooks.senders.ids import hash_text
from lambda_adapters.webhooks.senders.sender import reason_for
from lambda_adapters.webhooks.stores.store import Busy, Finished, Store
from lambda_adapters.webhooks.values import Value

THREE_DAYS = 3 * 24 * 3600.0
"""Seconds for which Stripe and others retry."""

_MAX_KEY_LENGTH = 500  # DynamoDB allows 2048 bytes
_NEXT = "Next: call asyncio.run in a function of (delivery)."
logger = logging.getLogger("lambda_adapters")


class DeliveryInProgress(LambdaAdaptersError):
    """Another worker has the lease of the delivery. Retry later."""


class Lease(Value):
    """An acquired lease: its key in the store, and the token that proves it."""

    __slots__ = ("key", "token")

    def __init__(self, key: str, token: str) -> None:
        self.key = key
        self.token = token


class Once:
    """The result of `once`: the `once=` of a webhooks middleware, or a decorator for a worker."""

    def __init__(
        self, store: Store, key: Callable[[Delivery], str], lease: float, keep: float
    ) -> None:
        self._store = store
        self._key = key
        self._lease = lease
        self._keep = keep
        self._workers: set[str] = set()

    def acquire(self, delivery: Delivery) -> Lease | Reply:
        """Return a lease, or a Reply if the app must not be called: the stored reply, 409 while
        another request has the lease, 503 if the store fails, 500 if the key function fails."""
        try:
            # The method is part of the key: the reply to OPTIONS is not the reply to POST.
            key = f"reply|{delivery.method}|{self._key_of(delivery)}"
        except Exception as error:
            logger.error(
                "The key function failed for a delivery from %s: %s",
                delivery.sender,
                reason_for(error),
            )
            return text_reply(500, "Internal Server Error")
        try:
            result = self._store.acquire(key, self._lease_seconds(delivery))
            if isinstance(result, Finished):
                logger.info(
                    "A delivery from %s was repeated: sent the stored reply.", delivery.sender
                )
                return reply_from_text(result.answer)
        except Exception:
            logger.exception(
                "The store of deliveries failed; %s gets a 503 and should retry.", delivery.sender
            )
            return text_reply(503, "Service Unavailable")
        if isinstance(result, Busy):
            reply = text_reply(409, "This delivery is in progress.")
            reply.headers.append(("retry-after", str(max(1, math.ceil(result.seconds)))))
            return reply
        return Lease(key, result.token)

    def finish(self, lease: Lease, reply: Reply) -> None:
        """Store a 2xx reply. Release the lease after any other reply, so that a retry runs."""
        if is_final(reply):
            self._finish(lease, text_from_reply(reply))
        else:
            self.release(lease)

    def release(self, lease: Lease) -> None:
        """Release the lease after a failure, so that a retry can acquire it."""
        try:
            self._store.release(lease.key, lease.token)
        except Exception:
            logger.exception("The store of deliveries failed; a lease stays until it expires.")

    def _finish(self, lease: Lease, answer: str) -> None:
        try:
            if self._store.finish(lease.key, lease.token, answer, self._keep):
                return
        except Exception:
            logger.exception("The store of deliveries failed; a delivery may be processed again.")
            return
        logger.warning(
            "A delivery took longer than its lease of %s seconds and may have been processed "
            "twice. Next: pass a longer lease, once(..., lease=...).",
            self._lease,
        )

    def _lease_seconds(self, delivery: Delivery) -> float:
        """Return the lease in seconds: at least until the invocation's deadline."""
        if delivery.deadline is None:
            return self._lease
        return max(self._lease, delivery.deadline - monotonic() + 1)

    def _key_of(self, delivery: Delivery) -> str:
        key = self._key(delivery)
        if len(key) <= _MAX_KEY_LENGTH and key.isascii():
            return key
        return hash_text(key)

    def __call__(self, function: Callable[[Delivery], Any]) -> Callable[[Delivery], None]:
        """Decorate a worker. It skips a finished delivery, raises DeliveryInProgress if another
        worker has the lease, and releases the lease if it raises. Store errors are raised."""
        if is_coroutine_function(function):
            raise ConfigurationError(
                f"Expected a worker that is not a coroutine function, got one. {_NEXT}"
            )
        name = getattr(function, "__qualname__", "<lambda>")
        if name.endswith("<lambda>"):
            raise ConfigurationError(
                f"Expected a function with a name, got {type(function).__name__}: the name is part "
                "of the keys in the store. Next: def work(delivery)."
            )
        prefix = f"{function.__module__}.{name}|"
        if prefix in self._workers:
            raise ConfigurationError(
                f"Expected workers with different names, got two named {prefix[:-1]}: each would "
                "skip the deliveries that the other has finished. Next: rename one."
            )
        self._workers.add(prefix)

        @functools.wraps(function)
        def work(delivery: Delivery) -> None:
            key = prefix + self._key_of(delivery)
            result = self._store.acquire(key, self._lease_seconds(delivery))
            if isinstance(result, Finished):
                logger.info("A delivery from %s was repeated: skipped it.", delivery.sender)
                return
            if isinstance(result, Busy):
                raise DeliveryInProgress(
                    f"A delivery from {delivery.sender} is in progress in another worker."
                )
            lease = Lease(key, result.token)
            try:
                returned = function(delivery)
                if isinstance(returned, CoroutineType):
                    returned.close()
                    raise AppError(f"Expected {name} not to return a coroutine, got one. {_NEXT}")
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
    """Process each delivery one time.

    `key`: a function that returns the key of a delivery; deliveries with the same key count as
    one. `lease`: seconds until the lease of a crashed process expires; make it longer than the
    work takes. On Lambda a lease lasts at least until the end of the invocation. `keep`: seconds
    for which a finished delivery is stored. Raises ConfigurationError for a wrong argument.
    """
    if not all(callable(getattr(store, name, None)) for name in ("acquire", "finish", "release")):
        raise ConfigurationError(
            f'Expected a store such as SQLiteStore("deliveries.db"), got {type(store).__name__}.'
        )
    if not callable(key):
        raise ConfigurationError(
            f"Expected key to be a function of (delivery), got {type(key).__name__}."
        )
    for name, seconds in (("lease", lease), ("keep", keep)):
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not number or not 0 < seconds < math.inf:
            raise ConfigurationError(f"Expected {name} in seconds, more than 0, got {seconds!r}.")
    return Once(store, key, lease, keep)
