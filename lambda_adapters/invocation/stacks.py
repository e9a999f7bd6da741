"""The stacks of threads, as text for the log."""

import sys
import threading
import traceback
from types import FrameType

Stacks = list[tuple[str, traceback.StackSummary]]
"""Pairs of a title and a stack."""


def thread_stacks(exclude: str) -> Stacks:
    """Return the stack of every thread, except the thread with the name `exclude`."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        (f"Thread {names.get(ident, ident)}", stack_from_frames(_frames(frame)))
        for ident, frame in sys._current_frames().items()
        if names.get(ident) != exclude
    ]


def _frames(frame: FrameType) -> list[FrameType]:
    return [each for each, _ in traceback.walk_stack(frame)]


def stack_from_frames(frames: list[FrameType]) -> traceback.StackSummary:
    """Return the current stack of these frames, given innermost first. Source files are read only
    when the stack is formatted."""
    pairs = ((frame, frame.f_lineno) for frame in reversed(frames))
    return traceback.StackSummary.extract(pairs, lookup_lines=False)


def format_stacks(stacks: Stacks) -> str:
    """Return one paragraph per stack, the innermost call last; only the title of an empty one."""
    return "\n".join(
        "".join([f"{title}:\n" if stack else title, *stack.format()]).rstrip()
        for title, stack in stacks
    )
