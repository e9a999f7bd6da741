"""Warn once about each kind of task that an app leaves unfinished; the tasks are not cancelled.

Some of them are intended (a database client's monitor, a session that outlives its request). Others
are work that the author expects to finish, but Lambda freezes it between two events.
"""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from typing import Any
from weakref import ref

logger = logging.getLogger("lambda_adapters")


class UnfinishedTasks:
    """A loop's task factory that keeps the tasks created since the last `check` or `forget`."""

    def __init__(self) -> None:
        self.made: list[ref[asyncio.Task[Any]]] = []
        self._named: set[str] = set()
        self._clean_up_at = 1000

    def make_task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **options: Any,
    ) -> "asyncio.Task[Any]":
        """Return a new task. This is the callable for `loop.set_task_factory`."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        if len(self.made) >= self._clean_up_at:  # one request may create very many
            self.made = [made for made in self.made if made() is not None]
            self._clean_up_at = 2 * len(self.made) + 1000
        self.made.append(ref(task))
        return task

    def forget(self) -> None:
        """Do not warn about the tasks that exist now: they are intended."""
        self.made.clear()

    def check(self) -> None:
        """Warn about the tasks created since the last call that are not done."""
        for made in self.made:
            task = made()
            if task is None or task.done() or task.cancelling():
                continue  # a cancelled task is about to end
            # None if it is not from a coroutine function, as when asyncio closes a generator.
            coroutine = getattr(task.get_coro(), "__qualname__", None)
            if coroutine is not None and coroutine not in self._named:
                self._named.add(coroutine)
                logger.warning(
                    "A request left the task %s unfinished. Lambda freezes it until the next "
                    "event. Next: await work that must finish (a BackgroundTask is awaited).",
                    coroutine,
                )
        self.made.clear()
