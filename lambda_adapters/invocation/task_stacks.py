"""The stacks of waiting tasks, which no thread's stack shows."""

import asyncio
from traceback import StackSummary
from types import FrameType
from typing import Any

from lambda_adapters.invocation.stacks import Stacks, stack_from_frames

# Many tasks wait for the same thing, and formatting their stacks takes time just before the
# deadline.
MAX_TASKS = 20


def task_stacks(
    loop: asyncio.AbstractEventLoop, first: "asyncio.Task[Any] | None" = None
) -> Stacks:
    """Return one stack per task, `first` as the first, of MAX_TASKS tasks. Thread-safe."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task is not first)
    stacks = [
        (
            "The request awaits" if task is first else f"Task {task.get_name()}",
            stack_from_frames(_frames(task)),
        )
        for task in tasks[:MAX_TASKS]
    ]
    if len(tasks) > MAX_TASKS:
        stacks.append((f"{len(tasks) - MAX_TASKS} more tasks, not shown", StackSummary()))
    return stacks


def _frames(task: "asyncio.Task[Any]") -> list[FrameType]:
    """Return the frames of a task's coroutines, innermost first. `Task.get_stack` returns only the
    outermost one."""
    frames: list[FrameType] = []
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is not None:
            frames.insert(0, frame)
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    return frames
