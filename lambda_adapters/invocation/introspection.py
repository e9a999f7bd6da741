"""Which arguments a callable accepts.

Most apps are functions, or objects whose class has a `__call__` in Python: their code objects say
it. `inspect`, which takes 5 ms to import, is only for the others.
"""

from types import CodeType, FunctionType, MethodType

from lambda_adapters.errors import ConfigurationError

_CO_VARARGS, _CO_COROUTINE = 0x04, 0x80  # same values as in inspect


def accepts_arguments(function: object, count: int) -> bool:
    """Whether an object can be called with `count` positional arguments. True for a callable whose
    signature cannot be read."""
    if not callable(function):
        return False
    plain, bound = _plain_function(function)
    if plain is not None:
        return _function_accepts(plain, count + bound)
    import inspect

    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:
        return True  # written in C, without a signature
    return True


def is_coroutine_function(function: object) -> bool:
    """Whether a call returns a coroutine. False if that is not known."""
    plain, _ = _plain_function(function)
    if plain is not None:
        return bool(plain.__code__.co_flags & _CO_COROUTINE)
    import inspect

    return inspect.iscoroutinefunction(function)


def is_wsgi_app(function: object) -> bool:
    """Whether the two arguments are named as in PEP 3333, so it is no (event, context) handler."""
    plain, bound = _plain_function(function)
    names: tuple[str, ...] = ()
    if plain is not None:
        names = plain.__code__.co_varnames[bound : plain.__code__.co_argcount]
    return names == ("environ", "start_response")


def _plain_function(function: object) -> tuple[FunctionType | None, int]:
    """Return the Python function that a call runs directly, or None, and the number of its bound
    arguments."""
    if isinstance(function, FunctionType):
        return function, 0
    call = function
    if callable(function) and not isinstance(function, (MethodType, type)):
        call = function.__call__  # a method, or a function where it is a staticmethod
    if isinstance(call, MethodType):
        inner = call.__func__
        return (inner, 1) if isinstance(inner, FunctionType) else (None, 0)
    return (call, 0) if isinstance(call, FunctionType) else (None, 0)


def _function_accepts(function: FunctionType, count: int) -> bool:
    code: CodeType = function.__code__
    if code.co_kwonlyargcount > len(function.__kwdefaults__ or ()):
        return False
    required = code.co_argcount - len(function.__defaults__ or ())
    return required <= count and (count <= code.co_argcount or bool(code.co_flags & _CO_VARARGS))


def wrong_app_error(
    app: object, expected: str, other_count: int, other_package: str
) -> ConfigurationError:
    """Return the error for an object that is not an app of the expected kind. Apps of the other
    kind take `other_count` arguments and are served by `other_package`."""
    if not callable(app):
        hint = "Pass the app itself."
    elif accepts_arguments(app, other_count):
        hint = f"An app of the other kind is served by: from {other_package} import Adapter."
    elif accepts_arguments(app, 0):
        hint = "If it creates the app, call it: Adapter(create_app())."
    else:
        hint = "Pass the app itself, or wrap it in a function that takes these arguments."
    return ConfigurationError(f"Expected {expected}, got {app!r}. {hint}")
