"""Targets of a Router: handlers, plain functions, and names of either that are imported late."""

import importlib
import inspect
import re
import threading
from collections.abc import Callable
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.app_handler import accepts_arguments
from lambda_adapters.invocation.handler import Handler

Function = Callable[[Any, Any], Any]
Target = Handler | Function | str

_dotted = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
split_target_name = re.compile(rf"({_dotted}):({_dotted})").fullmatch
"""The module and the attribute of `package.module:attribute`; None for what is no such place."""


def checked(target: object, role: str) -> Target:
    """The target; ConfigurationError for what could never be called as (event, context)."""
    if isinstance(target, str):
        if split_target_name(target) is None:
            raise ConfigurationError(
                f'Expected {role} as "package.module:handler", got {target!r}.'
            )
        return target
    if isinstance(target, Handler):
        return target
    if callable(target) and accepts_arguments(target, 2) and not is_wsgi(target):
        if not inspect.iscoroutinefunction(target):
            return target
        raise ConfigurationError(
            f"Expected {role} as a function that returns its answer, got a coroutine function, "
            "which Lambda would not await. Next: asyncio.run in a function of (event, context)."
        )
    hint = " For an app: Adapter(app)." if callable(target) else ""
    raise ConfigurationError(
        f"Expected {role} as an Adapter, a Router, a function of (event, context) or a "
        f'"package.module:handler", got {type(target).__name__}.{hint}'
    )


def is_wsgi(found: object) -> bool:
    """Whether it is an app, although it takes two arguments: they have the names of PEP 3333."""
    try:
        names = list(inspect.signature(found).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return names == ["environ", "start_response"]


class LazyTarget:
    """A target that is there already, or that is imported when it is first needed."""

    __slots__ = ("_lock", "_role", "_target")

    def __init__(self, target: object, role: str) -> None:
        self._target = checked(target, role)
        self._role = role
        self._lock = threading.RLock()  # a module may ask its own router

    def __repr__(self) -> str:
        return repr(self._target)

    @property
    def loaded(self) -> Handler | Function | None:
        """The target, if nothing has to be imported for it."""
        return None if isinstance(self._target, str) else self._target

    def get(self) -> Handler | Function:
        """The target. AppError where it cannot be imported or is no handler; the next request
        tries again."""
        with self._lock:
            target = self._target
            if isinstance(target, str):
                self._target = target = _imported(target, self._role)
            return target


def _imported(place: str, role: str) -> Handler | Function:
    match = split_target_name(place)
    assert match is not None  # checked before
    try:
        found: Any = importlib.import_module(match[1])
        for part in match[2].split("."):
            found = getattr(found, part)
    except Exception as error:
        raise AppError(f"Expected to import {role} from {place!r}, got the error above.") from error
    try:
        target = checked(found, f"{role} at {place!r}")
    except ConfigurationError as error:
        raise AppError(str(error)) from None
    if isinstance(target, str):
        raise AppError(f"Expected a handler at {place!r}, got another text. Name its place itself.")
    return target
