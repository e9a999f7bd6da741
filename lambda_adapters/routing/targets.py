"""Targets of a Router: handlers, functions, and names of either, imported at the first use."""

import importlib
import re
import threading
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.handler import Handler, LambdaHandler
from lambda_adapters.invocation.introspection import (
    accepts_arguments,
    is_coroutine_function,
    is_wsgi_app,
)

Target = Handler | LambdaHandler | str

_dotted = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
split_target_name = re.compile(rf"({_dotted}):({_dotted})").fullmatch
"""Match `package.module:attribute` as groups 1 and 2; None for any other text."""


def check_target(target: object, role: str) -> Target:
    """Return the target. Raises ConfigurationError if it cannot be called as (event, context)."""
    if isinstance(target, str):
        if split_target_name(target) is None:
            raise ConfigurationError(
                f'Expected {role} as "package.module:handler", got {target!r}.'
            )
        return target
    if isinstance(target, Handler):
        return target
    if callable(target) and accepts_arguments(target, 2) and not is_wsgi_app(target):
        if not is_coroutine_function(target):
            return target
        raise ConfigurationError(
            f"Expected {role} as a function that returns its response, got a coroutine function, "
            "which Lambda would not await. Next: asyncio.run in a function of (event, context)."
        )
    hint = " For an app: Adapter(app)." if callable(target) else ""
    raise ConfigurationError(
        f"Expected {role} as an Adapter, a Router, a function of (event, context) or a "
        f'"package.module:handler", got {type(target).__name__}.{hint}'
    )


class LazyTarget:
    """A target, or the name of one that is imported at the first use."""

    __slots__ = ("_lock", "_role", "_target")

    def __init__(self, target: object, role: str) -> None:
        self._target = check_target(target, role)
        self._role = role
        self._lock = threading.RLock()  # a module may call its own router while it is imported

    def __repr__(self) -> str:
        return repr(self._target)

    @property
    def loaded(self) -> Handler | LambdaHandler | None:
        """The target; None if it is not imported yet."""
        return None if isinstance(self._target, str) else self._target

    def get(self) -> Handler | LambdaHandler:
        """Return the target, imported if necessary. Raises AppError if it cannot be imported or is
        not a handler; the next call tries again."""
        with self._lock:
            target = self._target
            if isinstance(target, str):
                self._target = target = _import_target(target, self._role)
            return target


def _import_target(name: str, role: str) -> Handler | LambdaHandler:
    match = split_target_name(name)
    assert match is not None  # check_target has checked it
    try:
        found: Any = importlib.import_module(match[1])
        for part in match[2].split("."):
            found = getattr(found, part)
    except Exception as error:
        raise AppError(f"Expected to import {role} from {name!r}, got the error above.") from error
    try:
        target = check_target(found, f"{role} at {name!r}")
    except ConfigurationError as error:
        raise AppError(str(error)) from None
    if isinstance(target, str):
        raise AppError(f"Expected a handler at {name!r}, got a str. Next: pass that name instead.")
    return target
