"""Where the tasks of a loop await, which no thread's stack shows."""

import asyncio
from traceback import StackSummary
from types import FrameType
from typing import Any

from lambda_adapters.invocation.stacks import Stacks, stack_from_frames

# A hundred tasks that wait for the same thing tell no more than some of them, and telling takes
# time just before the deadline.
MOST = 20


def task_stacks(
    loop: asyncio.AbstractEventLoop, first: "asyncio.Task[Any] | None" = None
) -> Stacks:
    """One stack a task, `first` before all others, MOST at most; callable from any thread."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task is not first)
    stacks = [
        (
            "The request awaits" if task is first else f"Task {task.get_name()}",
            stack_from_frames(_frames(task)),
        )
        for task in tasks[:MOST]
    ]
    if len(tasks) > MOST:
        stacks.append((f"{len(tasks) - MOST} more tasks, not shown", StackSummary()))
    return stacks


def _frames(task: "asyncio.Task[Any]") -> list[FrameType]:
    """The frames of a task's coroutines, the innermost first; `Task.get_stack` cuts them to the
    outermost one."""
    frames: list[FrameType] = []
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is not None:
            frames.insert(0, frame)
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    return frames
