"""The environment: one per process, whatever the number of adapters. [I/O]

It owns the event loop, what has to be shut down, and SIGTERM. The first caller drives the loop;
callers on other threads join it, and the driver outlasts its joiners. The loop is not set as
anybody's current one, so `asyncio.run` elsewhere does it no harm. After a fork the child has a
new one.
"""

import asyncio
import atexit
import concurrent.futures.thread  # noqa: F401 - so that its executors end after our apps
import contextvars
import logging
import os
import threading
from asyncio import base_events
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from asgi_lambda.left_behind import LeftBehind
from asgi_lambda.sigterm import Sigterm

logger = logging.getLogger("asgi_lambda")

Work = Callable[[Callable[[], None]], Coroutine[Any, Any, None]]
"""Called on the loop with `finished`, which it has to call once; it may go on after that."""

_stop_mark = getattr(base_events, "_run_until_complete_cb", id)
_SHUTDOWN_SECONDS = 2.0  # what Lambda grants at most (lambda-runtime-environment.html)


class Environment:
    def __init__(self) -> None:
        self._inherited: list[object] = []
        self._reset()
        os.register_at_fork(after_in_child=self._after_fork)
        # Where it can be: before the interpreter waits for threads, which wait for the loop.
        getattr(threading, "_register_atexit", atexit.register)(self.close)

    def _after_fork(self) -> None:
        # Kept and never closed: its selector is the parent's too, which closing it would empty.
        self._inherited += [self._loop, self._root]
        self._reset()

    def _reset(self) -> None:
        self._mutex = threading.Lock()
        self._making = threading.RLock()  # a signal may come while its thread holds it
        self._loop: asyncio.AbstractEventLoop | None = None
        self._root: asyncio.Task[None] | None = None
        self._driving = False
        self._joiners = 0
        self._shutdowns: list[Callable[[], Awaitable[None]]] = []
        self._sigterm = Sigterm(self._busy, self.shutdown)
        self._left_behind = LeftBehind()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The process's loop, made when first needed and again where somebody closed it."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            return loop
        with self._making:
            if self._loop is None or self._loop.is_closed():
                self._loop = self._new_loop()
            return self._loop

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._shutdowns.clear()
        self._left_behind = LeftBehind()
        loop.set_task_factory(self._left_behind.make_task)
        # A task that never ends, marked as run_until_complete marks its own: by that mark anyio
        # finds the task whose end ends its worker threads. Without it, every request of a
        # synchronous endpoint would start and stop a thread.
        self._root = asyncio.Task(_forever(), loop=loop, name="environment")
        self._root.add_done_callback(_stop_mark)
        return loop

    def run(self, work: Work, *, watch: bool = True) -> None:
        """Run work on the loop until it calls `finished`, from whichever thread; `watch` for
        tasks that it leaves behind."""
        running = asyncio.events._get_running_loop()
        if running is not None:
            self._run_beside(running, work, watch)
            return
        with self._mutex:
            joins = self._driving
            if joins:
                self._joiners += 1
            else:
                self._driving = True
        if joins:
            self._join(work)
        else:
            self._drive(work, watch)

    def _drive(self, work: Work, watch: bool) -> None:
        done = False

        def finished() -> None:
            nonlocal done
            done = True
            task.remove_done_callback(_stop)  # it would stop the loop of the next request
            loop.stop()

        try:
            loop = self.loop
            task = asyncio.Task(work(finished), loop=loop)
            task.add_done_callback(_stop)
            while not done and not task.done():  # it may be cancelled before it begins
                loop.run_forever()
            if watch and not self._joiners:  # else the tasks may be theirs
                self._left_behind.check()
        finally:
            self._outlast()

    def _outlast(self) -> None:
        """Drive on for those who joined; whoever comes after the last of them drives anew."""
        interrupt: BaseException | None = None
        while True:
            with self._mutex:
                if not self._joiners:
                    self._driving = False
                    break
            try:
                self.loop.run_forever()
            except BaseException as error:  # SystemExit in a task; the joiners still wait
                interrupt = error
        self._sigterm.act_if_pending()
        if interrupt is not None:
            raise interrupt

    def _busy(self) -> bool:
        return self._driving or self._mutex.locked()

    def _join(self, work: Work) -> None:
        done = threading.Event()
        loop = self.loop
        tasks = []  # the loop itself holds tasks weakly

        def finished() -> None:
            with self._mutex:
                self._joiners -= 1
            done.set()
            loop.stop()  # the driver may be waiting for its joiners

        def begin() -> None:
            tasks.append(asyncio.Task(work(finished), loop=loop))
            tasks[0].add_done_callback(partial(_unless_begun, finished))

        loop.call_soon_threadsafe(begin)
        done.wait()

    def _run_beside(self, running: asyncio.AbstractEventLoop, work: Work, watch: bool) -> None:
        """A loop already runs in this thread, so another thread has to wait for ours."""
        if running is self._loop:
            raise RuntimeError(
                "The handler was called from inside a request that it is serving, which would "
                "wait for itself: use 'await adapter.handle(event, context)' there."
            )
        errors: list[BaseException] = []

        def run() -> None:
            try:
                self.run(work, watch=watch)
            except BaseException as error:
                errors.append(error)

        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(run,), name="environment")
        thread.start()
        thread.join()
        if errors:
            raise errors[0]

    def call(self, function: Callable[[], Awaitable[None]]) -> None:
        """Run a coroutine function on the loop, and raise what it raises."""
        errors: list[BaseException] = []

        async def work(finished: Callable[[], None]) -> None:
            try:
                await function()
            except BaseException as error:
                errors.append(error)
            finally:
                finished()

        self.run(work, watch=False)
        if errors:
            raise errors[0]

    def at_shutdown(self, shutdown: Callable[[], Awaitable[None]]) -> None:
        """Have a coroutine function called when the process ends; the last comes first."""
        if shutdown not in self._shutdowns:  # callers that waited for one startup
            self._shutdowns.append(shutdown)
        self._left_behind.forget()
        self._sigterm.watch()

    def forget_shutdown(self, shutdown: Callable[[], Awaitable[None]]) -> None:
        """It has been shut down by other means."""
        if shutdown in self._shutdowns:
            self._shutdowns.remove(shutdown)

    def shutdown(self) -> None:
        """Shut down what was started, best effort: nothing here raises or takes for ever."""
        shutdowns, self._shutdowns = self._shutdowns[::-1], []
        if not shutdowns or self._loop is None or self._loop.is_closed():
            return

        share = _SHUTDOWN_SECONDS / len(shutdowns)

        async def all_of_them() -> None:
            for shutdown in shutdowns:
                try:
                    async with asyncio.timeout(share):
                        await shutdown()
                except TimeoutError:
                    logger.error("A shutdown took longer than %s s and was given up.", share)

        try:
            self.call(all_of_them)
        except Exception:
            logger.exception("The app could not be shut down.")

    def close(self) -> None:
        """Shut down, cancel what is left and close the loop; the next use makes a new one. Where
        another thread still serves a request, nothing happens: it might never end."""
        if self._driving:
            return
        self.shutdown()
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.remove_done_callback(_stop_mark)
            task.cancel()
        until = loop.time() + _SHUTDOWN_SECONDS
        # Not run_until_complete: a call that was interrupted may stop the loop once more.
        while not all(task.done() for task in tasks) and loop.time() < until:
            loop.call_later(0.001, loop.stop)
            loop.run_forever()
        for task in tasks:
            if task.done() and not task.cancelled():
                task.exception()  # the process ends: nobody is left to be told
        with suppress(TimeoutError):
            ending = asyncio.wait_for(loop.shutdown_asyncgens(), _SHUTDOWN_SECONDS)
            loop.run_until_complete(ending)
        loop.close()


async def run_here(work: Work) -> None:
    """Run work on the caller's own loop until it calls `finished`."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def finished() -> None:
        if not done.done():
            done.set_result(None)

    task = loop.create_task(work(finished))
    task.add_done_callback(partial(_unless_begun, finished))
    try:
        await done
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise


def _stop(task: "asyncio.Task[None]") -> None:
    task.get_loop().stop()


def _unless_begun(finished: Callable[[], None], task: "asyncio.Task[None]") -> None:
    """Work never raises; a task that was cancelled is one that never came to call `finished`."""
    if task.cancelled():
        finished()


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


environment = Environment()
