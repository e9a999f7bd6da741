"""Deadlines: how long an invocation may still run, and a watchdog that tells what it was doing.

Lambda kills a function that is late without a word; `context.get_remaining_time_in_millis()`
is the only warning (docs.aws.amazon.com/lambda/latest/dg/python-context.html).
"""

import logging
import sys
import threading
import traceback
from os import register_at_fork
from time import monotonic
from types import FrameType
from typing import Any, Protocol

logger = logging.getLogger("lambda_adapters")

Stacks = list[tuple[str, traceback.StackSummary]]
"""Whose stack, and the stack."""

# Lambda allows 15 minutes; an emulator that says years would overflow a timer.
_LONGEST = 24 * 3600.0


def deadline_of(context: Any) -> float | None:
    """When the invocation is killed, on the monotonic clock in seconds; None where nobody says."""
    return times_of(context, None)[0]


def times_of(context: Any, margin: float | None) -> tuple[float | None, float | None]:
    """The deadline, and when an adapter acts: `margin` seconds early, or a tenth of the time left
    if that is less; None for never."""
    try:
        left = context.get_remaining_time_in_millis() / 1000
        if not left < _LONGEST:  # or NaN
            left = _LONGEST if left >= _LONGEST else None
        deadline = monotonic() + left
    except Exception:
        return None, None  # no context, or a test's stand-in: nobody says
    if margin is None:
        return deadline, None
    tenth = left / 10
    return deadline, deadline - (margin if margin < tenth else max(tenth, 0.0))


class Watched(Protocol):
    def at_deadline(self) -> None:
        """Called in the watchdog's thread."""


class Watchdog:
    """One thread that calls what was given to it at a time, unless that is taken back before.

    It sleeps through finished invocations instead of being woken for each: watching costs a
    dictionary entry.
    """

    def __init__(self) -> None:
        self._reset()
        register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._earlier = threading.Condition(self._lock)
        self._watched: dict[Watched, float] = {}
        self._wakes_at: float | None = None
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()

    def watch(self, watched: Watched, at: float) -> None:
        """Have its `at_deadline` called in the watchdog's thread at the time `at`, on the
        monotonic clock, unless `forget` is called before."""
        self._watched[watched] = at
        # Read behind the entry's write: the thread takes its time back before it looks at the
        # entries, so either it sees this one, or this sees that it is not asleep.
        wakes_at = self._wakes_at
        if wakes_at is None or at < wakes_at:
            self._wake_by(at)

    def _wake_by(self, at: float) -> None:
        """See to it that the thread does not sleep beyond a time."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="deadline", daemon=True)
                thread.start()
                self._thread = thread
            if self._wakes_at is None or at < self._wakes_at:
                self._wakes_at = at
                self._earlier.notify()

    def forget(self, watched: Watched) -> None:
        """The invocation is over."""
        self._watched.pop(watched, None)

    def wait_idle(self, seconds: float) -> None:
        """Let it finish what it is calling, for so long: what it logs then belongs to an
        invocation that is about to end, and behind its end Lambda freezes the process."""
        self._idle.wait(max(seconds, 0.0))

    def _run(self) -> None:
        while True:
            due = self._wait()
            self._idle.clear()
            for watched in due:
                try:
                    watched.at_deadline()
                except Exception:  # it watches the other invocations too
                    logger.exception("The watchdog could not do its work.")
            self._idle.set()

    def _wait(self) -> list[Watched]:
        """Sleep until the next time that is known now; what is due then.

        That time stays when its invocation ends early: else every short one would wake the thread.
        """
        with self._lock:
            left = None if self._wakes_at is None else max(self._wakes_at - monotonic(), 0.0)
            if self._earlier.wait(left):
                return []  # an earlier time is known now
            now = monotonic()
            self._wakes_at = None
            watched = self._watched.copy().items()
            self._wakes_at = min([at for _, at in watched if at > now], default=None)
            due = [each for each, at in watched if at <= now]
            return [each for each in due if self._watched.pop(each, None) is not None]


def thread_stacks() -> Stacks:
    """The stack of every thread but the watchdog's."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        (
            f"Thread {names.get(ident, ident)}",
            stack_from_frames([f for f, _ in traceback.walk_stack(frame)]),
        )
        for ident, frame in sys._current_frames().items()
        if names.get(ident) != "deadline"
    ]


def stack_from_frames(frames: list[FrameType]) -> traceback.StackSummary:
    """A stack as it is now, from its frames, the innermost first; sources are read when it is
    formatted, which may be later."""
    pairs = ((frame, frame.f_lineno) for frame in reversed(frames))
    return traceback.StackSummary.extract(pairs, lookup_lines=False)


def format_stacks(stacks: Stacks) -> str:
    """One paragraph a stack, the innermost call last; a title alone where the stack is empty."""
    return "\n".join(
        "".join([f"{title}:\n" if stack else title, *stack.format()]).rstrip()
        for title, stack in stacks
    )


watchdog = Watchdog()
