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
import sys
import threading
from asyncio import base_events
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from lambda_adapters.invocation.sigterm import Sigterm
from lambda_adapters.invocation.unfinished_tasks import UnfinishedTasks

logger = logging.getLogger("lambda_adapters")


class Work(Protocol):
    """What is run on the loop until it is `finished`, which calls `wake` once with its task; it
    may go on after that."""

    finished: bool
    wake: Callable[["asyncio.Task[None] | None"], None]

    async def run(self) -> None:
        """Never raises."""

    def finish(self) -> None:
        """Called again, it does nothing."""


_stop_mark = getattr(base_events, "_run_until_complete_cb", id)
_EAGER = sys.version_info >= (3, 12)
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
        self._left_behind = UnfinishedTasks()

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
        self._left_behind = UnfinishedTasks()
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
        try:
            loop = self._loop
            if loop is None or loop.is_closed():
                loop = self.loop  # made anew
            work.wake = _stop_early
            task = _begun(work, loop)
            if not work.finished:
                task.add_done_callback(_stop)
                while not work.finished and not task.done():  # it may never begin, if cancelled
                    loop.run_forever()
            if self._left_behind.made and watch and not self._joiners:  # they may be theirs
                self._left_behind.check()
        finally:
            with self._mutex:
                goes_on = self._driving = self._joiners > 0
            if goes_on:
                self._outlast()
            elif self._sigterm.pending:
                self._sigterm.act_if_pending()

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

        def wake(task: object) -> None:
            with self._mutex:
                self._joiners -= 1
            done.set()
            loop.stop()  # the driver may be waiting for its joiners

        def begin() -> None:
            tasks.append(asyncio.Task(work.run(), loop=loop))
            tasks[0].add_done_callback(partial(_unless_begun, work))

        work.wake = wake
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
        call = _Call(function)
        self.run(call, watch=False)
        if call.error is not None:
            raise call.error

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


class _Call:
    """A coroutine function as work, and what it raised."""

    wake: Callable[["asyncio.Task[None] | None"], None]

    def __init__(self, function: Callable[[], Awaitable[None]]) -> None:
        self._function = function
        self.finished = False
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
            self.wake(asyncio.current_task())


async def run_here(work: Work) -> None:
    """Run work on the caller's own loop until it is finished."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def wake(task: object) -> None:
        if not done.done():
            done.set_result(None)

    work.wake = wake
    task = loop.create_task(work.run())
    task.add_done_callback(partial(_unless_begun, work))
    try:
        await done
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise


def _begun(work: Work, loop: Any) -> "asyncio.Task[None]":
    """A task for the work. On a loop that has nothing else to do (no callback, no timer, no socket
    but its own) its first step, which most often is its only one, is done at once: without the
    selector and the loop's bookkeeping, that takes a third of the time."""
    try:
        busy = loop._ready or loop._scheduled or loop._signal_handlers
        idle = not busy and len(loop._selector.get_map()) == 1
    except AttributeError:
        idle = False  # somebody's own loop
    if not idle:
        return asyncio.Task(work.run(), loop=loop)
    hooks = sys.get_asyncgen_hooks()
    loop._thread_id = threading.get_ident()
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)
    asyncio.events._set_running_loop(loop)
    try:
        if _EAGER:
            return asyncio.Task(work.run(), loop=loop, eager_start=True)
        task = asyncio.Task(work.run(), loop=loop)
        loop._ready.popleft()._run()
        return task
    finally:
        loop._thread_id = None
        loop._stopping = False
        asyncio.events._set_running_loop(None)
        sys.set_asyncgen_hooks(*hooks)


def _stop(task: "asyncio.Task[None]") -> None:
    task.get_loop().stop()


def _stop_early(task: "asyncio.Task[None] | None") -> None:
    """The task is about to end, or is given up: its end must not stop the loop of the next one."""
    assert task is not None
    task.remove_done_callback(_stop)
    task.get_loop().stop()


def _unless_begun(work: Work, task: "asyncio.Task[None]") -> None:
    """Work never raises; a task that was cancelled is one that never began."""
    if task.cancelled():
        work.finish()


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


environment = Environment()
