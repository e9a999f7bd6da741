"""The environment: one per process, shared by all adapters. [I/O]

It owns the event loop, the shutdown callbacks and the SIGTERM handler. The first caller runs the
loop; callers on other threads join it, and the first one runs the loop until all of them are
finished. The loop is not set as the current loop of a thread, so `asyncio.run` elsewhere is not
affected. After a fork, the child process has a new environment.
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

_SHUTDOWN_SECONDS = 2.0  # Lambda's maximum (lambda-runtime-environment.html)
_root_callback = getattr(base_events, "_run_until_complete_cb", id)
logger = logging.getLogger("lambda_adapters")


class Environment:
    """Creates, runs and closes the event loop for all apps of the process."""

    def __init__(self) -> None:
        self._inherited: list[object] = []
        self._closes_before_executors = False
        self._reset()
        os.register_at_fork(after_in_child=self._after_fork)
        self._close_at_exit()

    def _after_fork(self) -> None:
        # Kept and never closed: closing it would empty the selector, which the parent also uses.
        self._inherited += [self._loop, self._root]
        self._reset()

    def _reset(self) -> None:
        self._mutex = threading.Lock()
        self._loop_lock = threading.RLock()  # a signal handler may run in the thread that holds it
        self._loop: asyncio.AbstractEventLoop | None = None
        self._root: asyncio.Task[None] | None = None
        self._driving = False
        self._joiners = 0
        self._shutdowns: list[Callable[[], Awaitable[None]]] = []
        self._sigterm = Sigterm(self._is_busy, self.shutdown)
        self._tasks = UnfinishedTasks()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The process's event loop, created at the first use and again if it was closed."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            return loop
        with self._loop_lock:
            if self._loop is None or self._loop.is_closed():
                self._loop = self._new_loop()
            return self._loop

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._shutdowns.clear()
        self._tasks = UnfinishedTasks()
        loop.set_task_factory(self._tasks.make_task)
        # A task that never ends, with the callback that run_until_complete adds to its task. anyio
        # finds the root task by this callback and stops its worker threads when that task ends.
        # Without it, every request of a synchronous endpoint would start and stop a thread.
        self._root = asyncio.Task(_wait_forever(), loop=loop, name="environment")
        self._root.add_done_callback(_root_callback)
        return loop

    def run(
        self,
        work: Work,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        watch: bool = True,
    ) -> None:
        """Run work on the loop until it is finished, from any thread. With `watch`, warn about its
        unfinished tasks. `loop` is the environment's loop, if the caller has it already. Raises
        RuntimeError if called in a request that the loop is running."""
        running = asyncio.events._get_running_loop()
        if running is not None:
            self._run_in_thread(running, work, watch)
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
                while not work.finished and not task.done():  # a cancelled task may never start
                    loop.run_forever()
            if self._tasks.made and watch and not self._joiners:  # else they may be a joiner's
                self._tasks.check()
        finally:
            with self._mutex:
                has_joiners = self._driving = self._joiners > 0
            if has_joiners:
                self._drive_for_joiners()
            elif self._sigterm.pending:
                self._sigterm.act_if_pending()

    def _drive_for_joiners(self) -> None:
        """Run the loop until all joined work is finished."""
        interrupt: BaseException | None = None
        while True:
            with self._mutex:
                if not self._joiners:
                    self._driving = False
                    break
            try:
                self.loop.run_forever()
            except BaseException as error:  # such as SystemExit in a task; the joiners still wait
                interrupt = error
        self._sigterm.act_if_pending()
        if interrupt is not None:
            raise interrupt

    def _is_busy(self) -> bool:
        return self._driving or self._mutex.locked()

    def _join(self, work: Work) -> None:
        """Run work on the loop that another thread is running, and wait until it is finished."""
        done = threading.Event()
        loop = self.loop
        tasks = []  # the loop has only weak references to tasks

        def wake() -> None:
            with self._mutex:
                self._joiners -= 1
            done.set()
            loop.stop()  # the thread that runs the loop may be waiting for its joiners

        def begin() -> None:
            tasks.append(asyncio.Task(work.run(), loop=loop))
            tasks[0].add_done_callback(partial(finish_if_cancelled, work))

        work.on_finish = wake
        loop.call_soon_threadsafe(begin)
        done.wait()

    def _run_in_thread(self, running: asyncio.AbstractEventLoop, work: Work, watch: bool) -> None:
        """Run work from a new thread, because this thread already runs an event loop."""
        if running is self._loop:
            raise RuntimeError(
                "The handler was called from inside a request that it is serving, which would "
                "deadlock. Next: use 'await adapter.handle(event, context)' there."
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
        """Run a coroutine function on the loop. Raises what the function raises."""
        call = CoroutineWork(function)
        self.run(call, watch=False)
        if call.error is not None:
            raise call.error

    def at_shutdown(self, shutdown: Callable[[], Awaitable[None]]) -> None:
        """Register a coroutine function to be called at the end of the process, in reverse order
        of registration. It may use executors, which are shut down later."""
        if not self._closes_before_executors:
            import concurrent.futures.thread  # noqa: F401 - it registers its own exit callback

            self._close_at_exit()  # the last callback registered is called first
            self._closes_before_executors = True
        if shutdown not in self._shutdowns:  # concurrent callers share one startup
            self._shutdowns.append(shutdown)
        self._tasks.forget()
        self._sigterm.watch()

    def _close_at_exit(self) -> None:
        """Call `close` at exit, if possible before Python joins threads that wait for the loop."""
        getattr(threading, "_register_atexit", atexit.register)(self.close)

    def forget_shutdown(self, shutdown: Callable[[], Awaitable[None]]) -> None:
        """Remove a callback that `at_shutdown` registered."""
        if shutdown in self._shutdowns:
            self._shutdowns.remove(shutdown)

    def shutdown(self) -> None:
        """Call the shutdown callbacks. Errors are logged; the callbacks share 2 seconds."""
        shutdowns, self._shutdowns = self._shutdowns[::-1], []
        if not shutdowns or self._loop is None or self._loop.is_closed():
            return

        share = _SHUTDOWN_SECONDS / len(shutdowns)

        async def call_all() -> None:
            for shutdown in shutdowns:
                try:
                    async with asyncio.timeout(share):
                        await shutdown()
                except TimeoutError:
                    logger.error("A shutdown took longer than %s s and was cancelled.", share)

        try:
            self.call(call_all)
        except Exception:
            logger.exception("The app could not be shut down.")

    def close(self) -> None:
        """Shut down, cancel all tasks and close the loop; the next use creates a new one. Does
        nothing while another thread serves a request, which might never end."""
        if self._driving:
            return
        self.shutdown()
        if self._loop is not None and not self._loop.is_closed():
            _end_loop(self._loop)


def _end_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the loop's tasks, wait for them, and close it."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.remove_done_callback(_root_callback)
        task.cancel()
    until = loop.time() + _SHUTDOWN_SECONDS
    # Not run_until_complete: a callback of an interrupted call may still stop the loop.
    while not all(task.done() for task in tasks) and loop.time() < until:
        loop.call_later(0.001, loop.stop)
        loop.run_forever()
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # mark as retrieved, so that asyncio does not log it
    with suppress(TimeoutError):
        ending = asyncio.wait_for(loop.shutdown_asyncgens(), _SHUTDOWN_SECONDS)
        loop.run_until_complete(ending)
    loop.close()


def _stop(task: "asyncio.Task[None]") -> None:
    task.get_loop().stop()


def _stop_before_end(task: "asyncio.Task[None]") -> None:
    """Stop the loop now, and not when the task ends, which may be in the next request."""
    task.remove_done_callback(_stop)
    task.get_loop().stop()


async def _wait_forever() -> None:
    await asyncio.get_running_loop().create_future()


environment = Environment()
