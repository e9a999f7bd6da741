"""The environment: one per process, whatever the number of adapters. [I/O]

It owns the event loop, what has to be shut down, and SIGTERM. The first caller drives the loop;
callers on other threads join it, and the driver goes on until the last of them is done. The loop is
not set as the current one of a thread, so `asyncio.run` elsewhere is not disturbed. After a fork
the child has a new environment.
"""

import asyncio
import atexit
import contextvars
import logging
import os
import threading
from asyncio import base_events
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from lambda_adapters.invocation.first_step import start_task
from lambda_adapters.invocation.loop_work import CoroutineWork, Work, finish_if_cancelled
from lambda_adapters.invocation.sigterm import Sigterm
from lambda_adapters.invocation.unfinished_tasks import UnfinishedTasks

_SHUTDOWN_SECONDS = 2.0  # what Lambda grants at most (lambda-runtime-environment.html)
_stop_mark = getattr(base_events, "_run_until_complete_cb", id)
logger = logging.getLogger("lambda_adapters")


class Environment:
    """A loop for all apps of the process, and how to end it."""

    def __init__(self) -> None:
        self._inherited: list[object] = []
        self._closes_before_executors = False
        self._reset()
        os.register_at_fork(after_in_child=self._after_fork)
        self._close_at_exit()

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
        self._tasks = UnfinishedTasks()

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
        self._tasks = UnfinishedTasks()
        loop.set_task_factory(self._tasks.make_task)
        # A task that never ends, marked as run_until_complete marks its own: by that mark anyio
        # finds the task whose end ends its worker threads. Without it, every request of a
        # synchronous endpoint would start and stop a thread.
        self._root = asyncio.Task(_forever(), loop=loop, name="environment")
        self._root.add_done_callback(_stop_mark)
        return loop

    def run(
        self,
        work: Work,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        watch: bool = True,
    ) -> None:
        """Run work on the loop until it is finished, from any thread. With `watch`, warn of tasks
        that it leaves behind. `loop` is the environment's, where the caller has it at hand."""
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
            return
        try:
            if loop is None:
                loop = self.loop
            task = start_task(work.run, loop)
            if not work.finished:
                task.add_done_callback(_stop)
                work.on_finish = partial(_stop_before_end, task)
                while not work.finished and not task.done():  # it may never begin, if cancelled
                    loop.run_forever()
            if self._tasks.made and watch and not self._joiners:  # else they may be theirs
                self._tasks.check()
        finally:
            with self._mutex:
                goes_on = self._driving = self._joiners > 0
            if goes_on:
                self._drive_for_joiners()
            elif self._sigterm.pending:
                self._sigterm.act_if_pending()

    def _drive_for_joiners(self) -> None:
        """Run the loop until all joined requests are finished."""
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

        def wake() -> None:
            with self._mutex:
                self._joiners -= 1
            done.set()
            loop.stop()  # the driver may be waiting for its joiners

        def begin() -> None:
            tasks.append(asyncio.Task(work.run(), loop=loop))
            tasks[0].add_done_callback(partial(finish_if_cancelled, work))

        work.on_finish = wake
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
        call = CoroutineWork(function)
        self.run(call, watch=False)
        if call.error is not None:
            raise call.error

    def at_shutdown(self, shutdown: Callable[[], Awaitable[None]]) -> None:
        """Have a coroutine function called when the process ends, before executors do, which it
        may use; the last comes first."""
        if not self._closes_before_executors:
            import concurrent.futures.thread  # noqa: F401 - it registers the end of its executors

            self._close_at_exit()  # the last that is registered is called first
            self._closes_before_executors = True
        if shutdown not in self._shutdowns:  # callers that waited for one startup
            self._shutdowns.append(shutdown)
        self._tasks.forget()
        self._sigterm.watch()

    def _close_at_exit(self) -> None:
        """Where it can be: before the interpreter waits for threads, which wait for the loop."""
        getattr(threading, "_register_atexit", atexit.register)(self.close)

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
        if self._loop is not None and not self._loop.is_closed():
            _end_loop(self._loop)


def _end_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the loop's tasks, wait for them, and close it."""
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
            task.exception()  # the process ends: there is nothing left to be told
    with suppress(TimeoutError):
        ending = asyncio.wait_for(loop.shutdown_asyncgens(), _SHUTDOWN_SECONDS)
        loop.run_until_complete(ending)
    loop.close()


def _stop(task: "asyncio.Task[None]") -> None:
    task.get_loop().stop()


def _stop_before_end(task: "asyncio.Task[None]") -> None:
    """The task is about to end, or is given up: its end must not stop the loop of the next one."""
    task.remove_done_callback(_stop)
    task.get_loop().stop()


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


environment = Environment()
