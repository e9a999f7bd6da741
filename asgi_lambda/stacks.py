"""Where the tasks of a loop await, which no thread's stack shows."""

import asyncio
import linecache
from types import FrameType
from typing import Any


def task_stacks(loop: asyncio.AbstractEventLoop, first: "asyncio.Task[Any] | None" = None) -> str:
    """One paragraph a task, the innermost await last, `first` before all others; callable from
    any thread."""
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task is not first)
    return "".join(
        f"\n{'The request awaits' if task is first else f'Task {task.get_name()}'}:\n"
        + "\n".join(map(_line, _frames(task)))
        for task in tasks
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
    source = linecache.getline(code.co_filename, frame.f_lineno).strip()
    where = f'  File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
    return f"{where}\n    {source}" if source else where
