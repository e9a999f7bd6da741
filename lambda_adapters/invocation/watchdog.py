"""Watchdog: one thread that acts on invocations that are late."""

import logging
import threading
from os import register_at_fork
from time import monotonic
from typing import Protocol

THREAD_NAME = "deadline"
logger = logging.getLogger("lambda_adapters")


class Watched(Protocol):
    """What the watchdog watches, by identity."""

    def at_deadline(self) -> None:
        """The time has come. Called in the watchdog's thread."""


class Watchdog:
    """Calls `at_deadline` of what it watches at the time given, unless that is forgotten before.

    Its thread sleeps through finished invocations instead of being woken for each: watching costs
    a dictionary entry.
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
        """Have `at_deadline` called at this time, on the monotonic clock in seconds."""
        self._watched[watched] = at
        # Read behind the entry's write: the thread takes its time back before it looks at the
        # entries, so either it sees this one, or this sees that it is not asleep.
        wakes_at = self._wakes_at
        if wakes_at is None or at < wakes_at:
            self._wake_by(at)

    def forget(self, watched: Watched) -> None:
        """The invocation is over."""
        self._watched.pop(watched, None)

    def wait_idle(self, seconds: float) -> None:
        """Wait at most so long until it has finished what it is doing: its log lines belong to an
        invocation that is about to end, and behind its end Lambda freezes the process."""
        self._idle.wait(max(seconds, 0.0))

    def _wake_by(self, at: float) -> None:
        """Make sure that the thread does not sleep beyond a time."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                thread.start()  # it may raise; then the next request tries again
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
                except Exception:  # it watches the other invocations too
                    logger.exception("The watchdog could not do its work.")
            self._idle.set()

    def _wait(self) -> list[Watched]:
        """Sleep until the next time that is known now, and return what is late then.

        That time stays when its invocation ends early: else every short one would wake the thread.
        """
        with self._lock:
            left = None if self._wakes_at is None else max(self._wakes_at - monotonic(), 0.0)
            if self._wake.wait(left):
                return []  # an earlier time is known now
            now = monotonic()
            self._wakes_at = None
            entries = self._watched.copy().items()
            late = [watched for watched, at in entries if at <= now]
            self._wakes_at = min([at for _, at in entries if at > now], default=None)
            return [watched for watched in late if self._watched.pop(watched, None) is not None]


watchdog = Watchdog()
