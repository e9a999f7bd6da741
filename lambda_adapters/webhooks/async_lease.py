"""Leases from the loop: taken and ended in threads, which go on when nobody waits any more."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from lambda_adapters.http.messages import Reply
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.once import Lease, Once


class AsyncLease:
    """One delivery's lease."""

    def __init__(self, once: Once, delivery: Delivery) -> None:
        self._once = once
        self._delivery = delivery
        self._lock = threading.Lock()
        self._begun: Lease | Reply | None = None
        self._unwanted = False

    async def lease(self) -> Lease | Reply:
        """The lease, or the answer in its place; if this is cancelled, it is given back."""
        try:
            return await asyncio.to_thread(self._begin)
        except asyncio.CancelledError:
            asyncio.get_running_loop().run_in_executor(None, self._abandon)
            raise

    def _begin(self) -> Lease | Reply:
        begun = self._once.begin(self._delivery)
        with self._lock:
            self._begun = begun
            unwanted = self._unwanted
        if unwanted:
            self._give_back(begun)
        return begun

    def _abandon(self) -> None:
        with self._lock:
            self._unwanted = True
            begun = self._begun
        self._give_back(begun)

    def _give_back(self, begun: Lease | Reply | None) -> None:
        # One of the two comes here with the lease: who is the second to take the lock.
        if isinstance(begun, Lease):
            self._once.give_back(begun)


async def uninterrupted(function: Callable[..., object], *arguments: Any) -> None:
    """Call a function in a thread. It is called even if this is cancelled while all threads are
    busy: a lease must be ended."""
    await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, function, *arguments))
