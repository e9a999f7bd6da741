"""Introspection: which arguments a callable accepts, and whether it is a coroutine function."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.invocation.introspection import (
    accepts_arguments,
    is_coroutine_function,
    is_wsgi_app,
    wrong_app_error,
)


def three(scope: Any, receive: Any, send: Any) -> None: ...
def two(environ: Any, start_response: Any) -> None: ...
def any_number(*arguments: Any) -> None: ...
def with_default(scope: Any, receive: Any, send: Any, extra: int = 0) -> None: ...
def with_required_keyword(scope: Any, receive: Any, send: Any, *, extra: int) -> None: ...
def with_optional_keyword(scope: Any, receive: Any, send: Any, *, extra: int = 0) -> None: ...
async def coroutine(scope: Any, receive: Any, send: Any) -> None: ...


class AsyncCallable:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...
    def method(self, scope: Any, receive: Any, send: Any) -> None: ...
    @classmethod
    def class_method(cls, scope: Any, receive: Any, send: Any) -> None: ...


class StaticAsyncCallable:
    @staticmethod
    async def __call__(scope: Any, receive: Any, send: Any) -> None: ...


class ClassOfThree:
    def __init__(self, scope: Any, receive: Any, send: Any) -> None: ...


@functools.wraps(three)
def wrapper(*arguments: Any, **options: Any) -> None: ...


CALLABLES: dict[str, tuple[Any, bool]] = {
    "a function": (three, True),
    "a function with two arguments": (two, False),
    "a function with any number of arguments": (any_number, True),
    "a function with a default": (with_default, True),
    "a function with a required keyword": (with_required_keyword, False),
    "a function with an optional keyword": (with_optional_keyword, True),
    "an object": (AsyncCallable(), True),
    "an object with a static __call__": (StaticAsyncCallable(), True),
    "a method": (AsyncCallable().method, True),
    "a class method": (AsyncCallable.class_method, True),
    "a class with three arguments": (ClassOfThree, True),
    "a class without arguments": (AsyncCallable, False),
    "a partial with three arguments left": (functools.partial(with_default, extra=1), True),
    "a partial with two arguments left": (functools.partial(three, 1), False),
    "a wrapper": (wrapper, True),
    "a builtin with a signature": (isinstance, False),
    "a builtin without a signature": (max, True),
    "a bound builtin method": ([].insert, False),
    "not a callable": ("app", False),
}


@pytest.mark.parametrize(("function", "accepted"), CALLABLES.values(), ids=CALLABLES)
def test_accepts_arguments_agrees_with_python_calls(function: Any, accepted: bool) -> None:
    assert accepts_arguments(function, 3) is accepted


COROUTINES: dict[str, tuple[Any, bool]] = {
    "a function": (three, False),
    "a coroutine function": (coroutine, True),
    "an object": (AsyncCallable(), True),
    "an object with a static __call__": (StaticAsyncCallable(), True),
    "a method": (AsyncCallable().method, False),
    "a partial": (functools.partial(coroutine, 1), True),
    "a class": (AsyncCallable, False),
    "a builtin": (len, False),
}


@pytest.mark.parametrize(("function", "expected"), COROUTINES.values(), ids=COROUTINES)
def test_coroutine_functions_are_recognized(function: Any, expected: bool) -> None:
    assert is_coroutine_function(function) is expected


def test_a_wsgi_app_is_recognized_by_the_names_of_its_arguments() -> None:
    class App:
        def __call__(self, environ: Any, start_response: Any) -> None: ...

    apps: list[Callable[..., Any]] = [two, App(), three, asyncio.run, functools.partial(two)]
    assert [is_wsgi_app(app) for app in apps] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("app", "hint"),
    [
        ("app", "Pass the app itself."),
        (two, "An app of the other kind is served by: from wsgi_lambda import Adapter."),
        (lambda: two, "If it creates the app, call it: Adapter(create_app())."),
        (lambda a: a, "Pass the app itself, or wrap it in a function that takes these arguments."),
    ],
)
def test_the_error_for_a_wrong_app_has_a_hint(app: Any, hint: str) -> None:
    error = wrong_app_error(app, "an ASGI app", 2, "wsgi_lambda")

    assert isinstance(error, ConfigurationError)
    assert str(error) == f"Expected an ASGI app, got {app!r}. {hint}"
