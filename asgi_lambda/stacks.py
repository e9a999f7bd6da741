"""Where the tasks of a loop await, which no thread's stack shows."""

import asyncio
from types import FrameType
from typing import Any

from lambda_events.deadline import Stacks, stack_of


def task_stacks(
    loop: asyncio.AbstractEventLoop, first: "asyncio.Task[Any] | None" = None
) -> Stacks:
    """One stack a task, `first` before all others; callable from any thread."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task is not first)
    return [
        (
            "The request awaits" if task is first else f"Task {task.get_name()}",
            stack_of(_frames(task)),
        )
        for task in tasks
    ]


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
