"""SnapStart: start after the restore what must not be in the snapshot. [I/O]

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""

import importlib
from collections.abc import Callable


def register_after_restore(start: Callable[[], None]) -> None:
    """Register `start` to be called after the restore. Without the managed runtime's hooks, do
    nothing: the first event starts what is needed."""
    try:
        hooks = importlib.import_module("snapshot_restore_py")
    except ImportError:
        return
    hooks.register_after_restore(start)
