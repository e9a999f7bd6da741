"""SnapStart: what must not be in the snapshot waits for the restored environment. [I/O]

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""

import importlib
from collections.abc import Callable


def after_restore(start: Callable[[], None]) -> None:
    """Have `start` called once the environment is restored; without the managed runtime's hooks
    nothing happens here, and the first event starts what is needed."""
    try:
        hooks = importlib.import_module("snapshot_restore_py")
    except ImportError:
        return
    hooks.register_after_restore(start)
