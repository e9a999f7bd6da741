"""Taking a lease in a thread, which goes on when nobody waits for it any more."""

import asyncio
import threading

from lambda_events.messages import Reply
from lambda_events.webhooks.delivery import Delivery
from lambda_events.webhooks.once import Lease, Once


class Leasing:
    """One delivery's lease, from the loop."""

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
            self._give_back()
        return begun

    def _abandon(self) -> None:
        with self._lock:
            self._unwanted = True
        self._give_back()

    def _give_back(self) -> None:
        if isinstance(self._begun, Lease):
            self._once.give_back(self._begun)
