"""Work for an event loop: a coroutine that can be finished before it returns."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol


class Work(Protocol):
    """A coroutine for a loop. When it is `finished`, it calls `on_finish`, if that is set."""

    finished: bool
    on_finish: Callable[[], None] | None

    async def run(self) -> None:
        """Do the work. Never raises."""

    def finish(self) -> None:
        """Set `finished` and call `on_finish`. Does nothing if already finished."""


class CoroutineWork:
    """Runs a coroutine function as Work and keeps what it raised in `error`."""

    def __init__(self, function: Callable[[], Awaitable[None]]) -> None:
        self._function = function
        self.finished = False
        self.on_finish: Callable[[], None] | None = None
        self.error: BaseException | None = None

    async def run(self) -> None:
        try:
            await self._function()
        except BaseException as error:
            self.error = error
        self.finish()

    def finish(self) -> None:
        if not self.finished:
            self.finished = True
            if self.on_finish is not None:
                self.on_finish()


async def run_here(work: Work) -> None:
    """Run work on the running event loop until it is finished."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def wake() -> None:
        if not done.done():
            done.set_result(None)

    work.on_finish = wake
    task = loop.create_task(work.run())
    task.add_done_callback(partial(finish_if_cancelled, work))
    try:
        await done
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise


def finish_if_cancelled(work: Work, task: "asyncio.Task[None]") -> None:
    """Finish the work of a cancelled task. Since work never raises, such a task never started."""
    if task.cancelled():
        work.finish()
