"""What threads are doing: their stacks, as text for the log."""

import sys
import threading
import traceback
from types import FrameType

Stacks = list[tuple[str, traceback.StackSummary]]
"""A title, and the stack."""


def thread_stacks(besides: str) -> Stacks:
    """The stack of every thread but the one with this name."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        (f"Thread {names.get(ident, ident)}", stack_from_frames(_frames(frame)))
        for ident, frame in sys._current_frames().items()
        if names.get(ident) != besides
    ]


def _frames(frame: FrameType) -> list[FrameType]:
    return [each for each, _ in traceback.walk_stack(frame)]


def stack_from_frames(frames: list[FrameType]) -> traceback.StackSummary:
    """A stack as it is now, from its frames, the innermost first; sources are read when it is
    formatted, which may be later."""
    pairs = ((frame, frame.f_lineno) for frame in reversed(frames))
    return traceback.StackSummary.extract(pairs, lookup_lines=False)


def format_stacks(stacks: Stacks) -> str:
    """One paragraph for each stack, the innermost call last; a title alone for an empty one."""
    return "\n".join(
        "".join([f"{title}:\n" if stack else title, *stack.format()]).rstrip()
        for title, stack in stacks
    )
