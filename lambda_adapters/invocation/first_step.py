"""The first step of a task, taken at once where the event loop is idle. [I/O]

Most requests need no second step. Without the selector and the loop's bookkeeping the first one
takes a third of the time. A loop that has anything else to do (a callback, a timer, a signal
handler, a socket besides its own) is left to run by itself, so nothing on it starves.

This uses attributes of asyncio's own loops that are not public. Where one is missing, on another
kind of loop, or with LAMBDA_ADAPTERS_FIRST_STEP=off in the environment, the loop runs the task.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_HAS_EAGER_START = sys.version_info >= (3, 12)
_NAME = "request"  # a name that is made up for each takes time
enabled = os.environ.get("LAMBDA_ADAPTERS_FIRST_STEP") != "off"


def start_task(
    function: Callable[[], Coroutine[Any, Any, None]], loop: Any
) -> "asyncio.Task[None]":
    """A task for a coroutine function on a loop that does not run; its first step may be done."""
    try:
        busy = loop._ready or loop._scheduled or loop._signal_handlers
        idle = enabled and not busy and len(loop._selector._fd_to_key) == 1
    except AttributeError:
        idle = False
    if not idle:
        return asyncio.Task(function(), loop=loop, name=_NAME)
    # What `loop.run_forever` does before and after its first round, and one step in between.
    hooks = sys.get_asyncgen_hooks()
    loop._thread_id = threading.get_ident()
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)
    asyncio.events._set_running_loop(loop)
    try:
        if _HAS_EAGER_START:
            options: dict[str, Any] = {"eager_start": True}
            return asyncio.Task(function(), loop=loop, name=_NAME, **options)
        task = asyncio.Task(function(), loop=loop, name=_NAME)
        loop._ready.popleft()._run()
        return task
    finally:
        loop._thread_id = None
        loop._stopping = False
        asyncio.events._set_running_loop(None)
        sys.set_asyncgen_hooks(*hooks)
