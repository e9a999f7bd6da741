"""What a callable takes, as far as it can be told.

Most apps are functions, or objects whose class has a `__call__` in Python: their code says it.
`inspect`, which takes 5 ms to import, is for the rest.
"""

from types import CodeType, FunctionType, MethodType

from lambda_adapters.errors import ConfigurationError

_CO_VARARGS, _CO_COROUTINE = 0x04, 0x80  # inspect's, by the same names


def accepts_arguments(function: object, count: int) -> bool:
    """Whether something can be called with so many positional arguments; True where its signature
    cannot be read."""
    if not callable(function):
        return False
    plain, bound = _plain_function(function)
    if plain is not None:
        return _plain_accepts(plain, count + bound)
    import inspect

    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True  # built in C: it does not say
    return True


def is_coroutine_function(function: object) -> bool:
    """Whether a call gives a coroutine, as far as it can be told."""
    plain, _ = _plain_function(function)
    if plain is not None:
        return bool(plain.__code__.co_flags & _CO_COROUTINE)
    import inspect

    return inspect.iscoroutinefunction(function)


def is_wsgi_app(function: object) -> bool:
    """Whether it is an app, although it takes two arguments: they have the names of PEP 3333."""
    plain, bound = _plain_function(function)
    names: tuple[str, ...] = ()
    if plain is not None:
        names = plain.__code__.co_varnames[bound : plain.__code__.co_argcount]
    return names == ("environ", "start_response")


def _plain_function(function: object) -> tuple[FunctionType | None, int]:
    """The Python function that a call runs, and how many of its arguments are bound; None where
    there is none, or a call does something else before."""
    if isinstance(function, FunctionType):
        return function, 0
    inner: object = None
    if isinstance(function, MethodType):
        inner = function.__func__
    elif callable(function) and not isinstance(function, type):
        inner = type(function).__call__
    return (inner, 1) if isinstance(inner, FunctionType) else (None, 0)


def _plain_accepts(function: FunctionType, count: int) -> bool:
    code: CodeType = function.__code__
    if code.co_kwonlyargcount > len(function.__kwdefaults__ or ()):
        return False
    required = code.co_argcount - len(function.__defaults__ or ())
    return required <= count and (count <= code.co_argcount or bool(code.co_flags & _CO_VARARGS))


def wrong_app_error(
    app: object, expected: str, other_count: int, other_package: str
) -> ConfigurationError:
    """The error for what is not an app of this kind. Apps of the other kind take `other_count`
    arguments; `other_package` serves them."""
    if not callable(app):
        hint = "Pass the app itself."
    elif accepts_arguments(app, other_count):
        hint = f"An app of the other kind is served by: from {other_package} import Adapter."
    elif accepts_arguments(app, 0):
        hint = "If it makes the app, call it: Adapter(create_app())."
    else:
        hint = "Pass the app itself, or wrap it in a function that takes these arguments."
    return ConfigurationError(f"Expected {expected}, got {app!r}. {hint}")
