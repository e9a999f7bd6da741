"""Run the first step of a task directly if the event loop is idle. [I/O]

Most requests need no second step. Without the selector and the loop's bookkeeping, the first step
takes a third of the time. If the loop has other work (a callback, a timer, a signal handler, a
socket besides its own), the loop runs the task as usual, so that nothing starves.

This uses private attributes of asyncio's loops. If one is missing, as on another kind of loop, or
if the environment variable LAMBDA_ADAPTERS_FIRST_STEP is "off", the loop runs the task.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_NAME = "request"  # a generated name for each task takes time
enabled = os.environ.get("LAMBDA_ADAPTERS_FIRST_STEP") != "off"


def start_task(
    function: Callable[[], Coroutine[Any, Any, None]], loop: Any
) -> "asyncio.Task[None]":
    """Return a task on a loop that is not running. Its first step may already have run."""
    try:
        busy = loop._ready or loop._scheduled or loop._signal_handlers
        idle = enabled and not busy and len(loop._selector._fd_to_key) == 1
    except AttributeError:
        idle = False
    if not idle:
        return asyncio.Task(function(), loop=loop, name=_NAME)
    # What `loop.run_forever` does before and after its first iteration, with one step in between.
    hooks = sys.get_asyncgen_hooks()
    loop._thread_id = threading.get_ident()
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)
    asyncio.events._set_running_loop(loop)
    try:
        if sys.version_info >= (3, 12):
            task = asyncio.Task(function(), loop=loop, name=_NAME, eager_start=True)
        else:  # Python 3.11
            task = asyncio.Task(function(), loop=loop, name=_NAME)
            loop._ready.popleft()._run()
        return task
    finally:
        loop._thread_id = None
        loop._stopping = False
        asyncio.events._set_running_loop(None)
        sys.set_asyncgen_hooks(*hooks)
