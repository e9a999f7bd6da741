"""Deadlines: how long an invocation may still run, and a watchdog that tells what it was doing.

Lambda kills a function that is late without a word; `context.get_remaining_time_in_millis()`
is the only warning (docs.aws.amazon.com/lambda/latest/dg/python-context.html).
"""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from os import register_at_fork
from time import monotonic
from typing import Any

logger = logging.getLogger("lambda_events")

# Lambda allows 15 minutes; an emulator that says years would overflow a timer.
_LONGEST = 24 * 3600.0


def deadline_of(context: Any) -> float | None:
    """When the invocation is killed, on the monotonic clock in seconds; None where nobody says."""
    try:
        left = float(context.get_remaining_time_in_millis()) / 1000
    except (AttributeError, TypeError, ValueError):
        return None
    return monotonic() + min(left, _LONGEST) if left == left else None  # NaN: nobody says


def act_at(deadline: float | None, margin: float | None) -> float | None:
    """When an adapter acts: `margin` seconds early, or a tenth of the time left if that is less."""
    if deadline is None or margin is None:
        return None
    return deadline - min(margin, max(deadline - monotonic(), 0.0) / 10)


class Watchdog:
    """One thread that logs all stacks when an invocation is still running at its time.

    The thread sleeps through finished invocations instead of being woken for each: watching
    costs a dictionary entry.
    """

    def __init__(self) -> None:
        self._reset()
        register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._condition = threading.Condition()
        self._watched: dict[object, tuple[float, Callable[[], str]]] = {}
        self._wakes_at: float | None = None
        self._thread: threading.Thread | None = None

    def watch(self, at: float, what: Callable[[], str]) -> object:
        """Log `what()` and all stacks at the time `at`, unless `forget` is called before.

        Returns the token that `forget` and `bark` take.
        """
        token = object()
        with self._condition:
            self._watched[token] = (at, what)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadline", daemon=True)
                self._thread.start()
            elif self._wakes_at is None or at < self._wakes_at:
                self._condition.notify()
        return token

    def forget(self, token: object) -> None:
        """The invocation is over."""
        self._watched.pop(token, None)

    def bark(self, token: object) -> None:
        """Log now, unless the thread has: for an event loop that is awake at the time itself."""
        with self._condition:
            watched = self._watched.pop(token, None)
            if watched is not None:
                logger.error("%s\n%s", watched[1](), all_stacks())

    def _run(self) -> None:
        # Logs with the lock held, so that a loop that acts at the same time waits for its stacks.
        with self._condition:
            while True:
                now = monotonic()
                late = [token for token, (at, _) in list(self._watched.items()) if at <= now]
                for token in late:
                    watched = self._watched.pop(token, None)
                    if watched is not None:
                        logger.error("%s\n%s", watched[1](), all_stacks())
                times = [at for at, _ in list(self._watched.values())]
                self._wakes_at = min(times, default=None)
                self._condition.wait(max(min(times) - now, 0.0) if times else None)


def all_stacks() -> str:
    """The stack of every thread but the watchdog's, newest call last."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "\n".join(
        f"Thread {names.get(ident, ident)}:\n" + "".join(traceback.format_stack(frame)).rstrip()
        for ident, frame in sys._current_frames().items()
        if names.get(ident) != "deadline"
    )


watchdog = Watchdog()
