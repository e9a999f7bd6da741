"""Store: keeps the leases of deliveries in progress and the answers of finished ones."""

from typing import Protocol

from lambda_adapters.webhooks.values import Value


class Leased(Value):
    """You have the lease until it ends. Pass `token` to finish and release."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token


class Busy(Value):
    """Another worker has the lease; it ends in `seconds`, or earlier if the worker finishes."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Finished(Value):
    """The delivery is finished, with this answer."""

    __slots__ = ("answer",)

    def __init__(self, answer: str) -> None:
        self.answer = answer


class Store(Protocol):
    """Leases and answers by key. Each method is atomic, for all threads, processes and machines
    that share the store, and may raise any exception if the store fails. Keys (not empty) and
    answers are text that can be encoded as UTF-8."""

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        """Acquire a lease on a key for `lease` seconds, unless it is leased or finished. Expired
        leases and answers are ignored."""

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        """Store the answer for `keep` seconds and return True, also for an expired lease if no
        other worker has acquired the key since. Return False and store nothing if another worker
        has acquired the key or the lease was released."""

    def release(self, key: str, token: str) -> bool:
        """Release the lease, so that another worker can acquire the key, and return True. Return
        False and change nothing if another worker has acquired the key or it is finished."""
