"""Watchdog: one thread that acts on late invocations."""

import logging
import threading
from os import register_at_fork
from time import monotonic
from typing import Protocol

THREAD_NAME = "deadline"
logger = logging.getLogger("lambda_adapters")


class Watched(Protocol):
    """What the watchdog watches. Must be hashable by identity."""

    def at_deadline(self) -> None:
        """Act on the deadline. Called in the watchdog's thread."""


class Watchdog:
    """Calls `at_deadline` of a watched object at the given time, unless `forget` comes first.

    A finished invocation does not wake the thread, so watching costs only a dictionary entry.
    """

    def __init__(self) -> None:
        self._reset()
        register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._watched: dict[Watched, float] = {}
        self._wakes_at: float | None = None
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()

    def watch(self, watched: Watched, at: float) -> None:
        """Call `at_deadline` at this time, in seconds of the monotonic clock."""
        self._watched[watched] = at
        # Read after the entry is written. The thread clears `_wakes_at` before it reads the
        # entries, so either it sees this entry or this call sees that it must wake the thread.
        wakes_at = self._wakes_at
        if wakes_at is None or at < wakes_at:
            self._wake_by(at)

    def forget(self, watched: Watched) -> None:
        """Stop watching: the invocation is over."""
        self._watched.pop(watched, None)

    def wait_idle(self, seconds: float) -> None:
        """Wait at most `seconds` until the thread is idle. Its log lines belong to an invocation
        that is about to end, and after that Lambda freezes the process."""
        self._idle.wait(max(seconds, 0.0))

    def _wake_by(self, at: float) -> None:
        """Make sure that the thread wakes at this time or earlier."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                thread.start()  # if this raises, the next request tries again
                self._thread = thread
            wakes_at = self._wakes_at
            self._wakes_at = at if wakes_at is None or at < wakes_at else wakes_at
            self._wake.notify()

    def _run(self) -> None:
        while True:
            late = self._wait()
            self._idle.clear()
            for watched in late:
                try:
                    watched.at_deadline()
                except Exception:  # the thread must go on for other invocations
                    logger.exception("The watchdog failed to act on a deadline.")
            self._idle.set()

    def _wait(self) -> list[Watched]:
        """Sleep until the next deadline, and return what is late then.

        `forget` does not change the wake-up time: else each short invocation would wake the thread.
        """
        with self._lock:
            left = None if self._wakes_at is None else max(self._wakes_at - monotonic(), 0.0)
            if self._wake.wait(left):
                return []  # woken for an earlier deadline
            now = monotonic()
            self._wakes_at = None
            entries = self._watched.copy().items()
            late = [watched for watched, at in entries if at <= now]
            self._wakes_at = min([at for _, at in entries if at > now], default=None)
            return [watched for watched in late if self._watched.pop(watched, None) is not None]


watchdog = Watchdog()
