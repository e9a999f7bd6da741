"""Worker: a thread that runs one function at a time, for callers on an event loop.

The thread is a daemon, unlike those of an executor, so that Ctrl-C ends the process even if a
handler never returns.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Item = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Worker:
    """Runs functions in the order of the calls to `run`. Skips calls that were cancelled."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self.busy = False

    async def run(self, work: Callable[[], T]) -> T:
        """Call `work` in the thread and return its result. `work` must not raise.

        Cancelling the caller does not stop `work` once it runs.
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
            if not loop.is_closed():  # closed while the process ends
                loop.call_soon_threadsafe(_set_result, future, result)


def _set_result(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)
