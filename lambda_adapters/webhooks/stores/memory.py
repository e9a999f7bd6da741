"""MemoryStore: leases and answers in memory, for tests. Each process has its own."""

import time
from collections.abc import Callable
from os import urandom
from threading import Lock

from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased


class _Entry:
    __slots__ = ("answer", "token", "until")

    def __init__(self, token: str, until: float) -> None:
        self.token = token
        self.until = until
        self.answer: str | None = None


class MemoryStore:
    """Leases and answers in a dictionary of this process: **only for tests**.

    Lambda runs many environments at a time and may stop each at any time, so a store in memory
    misses most repeated deliveries. It also never deletes entries. Use SQLiteStore on one machine
    and DynamoDBStore on Lambda. `clock` returns the time in seconds, for tests of expiry.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        with self._lock:
            now = self._clock()
            entry = self._entries.get(key)
            if entry is not None and entry.until > now:
                if entry.answer is None:
                    return Busy(entry.until - now)
                return Finished(entry.answer)
            token = urandom(16).hex()
            self._entries[key] = _Entry(token, now + lease)
        return Leased(token)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.token != token:
                return False
            entry.answer, entry.until = answer, self._clock() + keep
        return True

    def release(self, key: str, token: str) -> bool:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return True
            if entry.token != token or entry.answer is not None:
                return False
            del self._entries[key]
        return True
