"""AsyncLease: a lease for code on an event loop. The store is called in threads, which continue
if the task is cancelled."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from lambda_adapters.http.messages import Reply
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.idempotency import Lease, Once


class AsyncLease:
    """Acquires the lease of one delivery."""

    def __init__(self, once: Once, delivery: Delivery) -> None:
        self._once = once
        self._delivery = delivery
        self._lock = threading.Lock()
        self._acquired: Lease | Reply | None = None
        self._unwanted = False

    async def acquire(self) -> Lease | Reply:
        """Return the lease, or the reply to send instead. Releases the lease on cancellation."""
        try:
            return await asyncio.to_thread(self._acquire)
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, self._abandon)
            raise

    def _acquire(self) -> Lease | Reply:
        acquired = self._once.acquire(self._delivery)
        with self._lock:
            self._acquired = acquired
            unwanted = self._unwanted
        if unwanted:
            self._release(acquired)
        return acquired

    def _abandon(self) -> None:
        with self._lock:
            self._unwanted = True
            acquired = self._acquired
        self._release(acquired)

    def _release(self, acquired: Lease | Reply | None) -> None:
        # Only one caller has the lease here: the second one to take the lock.
        if isinstance(acquired, Lease):
            self._once.release(acquired)


async def run_shielded(function: Callable[..., object], *arguments: Any) -> None:
    """Call a function in a thread and wait for it. The call is made even if this task is cancelled
    while all threads are busy, because every lease must be ended."""
    await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, function, *arguments))
