"""Where the tasks of a loop await, which no thread's stack shows."""

import asyncio
from types import FrameType
from typing import Any


def task_stacks(loop: asyncio.AbstractEventLoop) -> str:
    """One paragraph a task, the innermost await last; callable from any thread."""
    return "".join(
        f"\nTask {task.get_name()}:\n" + "\n".join(map(_line, _frames(task)))
        for task in asyncio.all_tasks(loop)
    )


def _frames(task: "asyncio.Task[Any]") -> list[FrameType]:
    """The frames of a task's coroutines, which `Task.get_stack` cuts to the outermost one."""
    frames = []
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    return frames


def _line(frame: FrameType) -> str:
    code = frame.f_code
    return f'  File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
