"""Tasks that an app left behind: named once in a warning, and left alone.

Some are meant (a database client's monitor, a session that outlives its request), others are
work that the author believes to be done: between two events Lambda freezes them.
"""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from typing import Any
from weakref import ref

logger = logging.getLogger("lambda_adapters")


class UnfinishedTasks:
    """A loop's task factory, which remembers the tasks that were made since the last look."""

    def __init__(self) -> None:
        self.made: list[ref[asyncio.Task[Any]]] = []
        self._named: set[str] = set()
        self._look_again_at = 1000

    def make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> "asyncio.Task[Any]":
        """What `loop.set_task_factory` wants."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        if len(self.made) >= self._look_again_at:  # one request may make very many
            self.made = [made for made in self.made if made() is not None]
            self._look_again_at = 2 * len(self.made) + 1000
        self.made.append(ref(task))
        return task

    def forget(self) -> None:
        """The tasks that there are now are meant to stay."""
        self.made.clear()

    def check(self) -> None:
        """Warn of the tasks that were made since the last look and still are not done."""
        if not self.made:
            return
        for made in self.made:
            task = made()
            if task is None or task.done() or task.cancelling():
                continue  # a cancelled one is on its way out
            # None: no coroutine function's, such as those that asyncio closes generators with.
            coroutine = getattr(task.get_coro(), "__qualname__", None)
            if coroutine is not None and coroutine not in self._named:
                self._named.add(coroutine)
                logger.warning(
                    "A request left the task %s behind. It is frozen with the environment until "
                    "the next event; await what must be done (a BackgroundTask is awaited).",
                    coroutine,
                )
        self.made.clear()
