"""Worker: one thread that does one thing at a time, for callers on an event loop.

The thread is a daemon, unlike an executor's: a handler that never returns must not keep
Ctrl-C from ending the process.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Item = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Worker:
    """Work is done in the order in which it came; what nobody awaits any more is skipped."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self.busy = False

    async def run(self, work: Callable[[], T]) -> T:
        """Have `work`, which must not raise, called in the thread, and return what it returns.

        A cancelled caller does not stop work that has begun.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put((work, loop, future))
        return await future

    def _run(self) -> None:
        while True:
            work, loop, future = self._queue.get()
            if future.cancelled():
                continue
            self.busy = True
            result = work()
            self.busy = False
            if not loop.is_closed():  # the process may be ending
                loop.call_soon_threadsafe(_settle, future, result)


def _settle(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)
