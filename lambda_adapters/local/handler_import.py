"""Import handlers for the targets `module:handler` and `PATTERN=module:handler`. [I/O]"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from lambda_adapters.errors import ConfigurationError, LambdaAdaptersError
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.invocation.introspection import accepts_arguments, is_wsgi_app
from lambda_adapters.local.routes import DEFAULT, Pattern
from lambda_adapters.routing.targets import split_target_name


class CannotImport(LambdaAdaptersError):
    """The target has no handler. `__cause__` is the module's own exception, if it raised one."""


def patterns_by_handler(targets: Sequence[str]) -> dict[str, list[str]]:
    """Return the patterns of each `module:handler`, in the given order.

    Raises ConfigurationError unless each target is `module:handler` or `PATTERN=module:handler`.
    """
    patterns: dict[str, list[str]] = {}
    for target in targets:
        pattern, equals, handler = target.rpartition("=")
        _split(handler, target)
        if equals:
            Pattern(pattern)  # raises ConfigurationError for a wrong pattern
        patterns.setdefault(handler, []).append(pattern if equals else DEFAULT)
    return patterns


def _split(handler: str, target: str) -> tuple[str, str]:
    """Return the module and the attribute. Raises ConfigurationError, which names `target`."""
    match = split_target_name(handler)
    if match is None or match[1].endswith(".py"):
        raise ConfigurationError(
            "Expected module:handler or PATTERN=module:handler, such as app.main:handler or "
            f"'/users/{{proxy+}}=users.main:handler', got {target!r}.{_suggest(handler)}"
        )
    return match[1], match[2]


def _suggest(handler: str) -> str:
    """Return a hint for `module.handler`, which Lambda uses, and for file names."""
    text = handler.replace(".py:", ":").removesuffix(".py").replace("/", ".")
    module, colon, name = text.rpartition(":")
    if not colon:
        module, dot, name = text.rpartition(".")
        module, name = (module, name) if dot else (text, "handler")
    guess = f"{module}:{name}"
    return f" Did you mean {guess}?" if split_target_name(guess) and guess != handler else ""


def import_handler(target: str, app_dir: str) -> LambdaHandler:
    """Return the handler of `module:handler`. Inserts `app_dir` at the start of sys.path.

    Raises CannotImport if there is no handler, ConfigurationError for a wrong `module:handler`.
    """
    name, attribute = _split(target, target)
    directory = str(Path(app_dir).resolve())
    if sys.path[:1] != [directory]:
        sys.path.insert(0, directory)
    try:
        found: object = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _import_error(name, error) from error
        raise CannotImport(
            f"Expected a module {name!r} in {directory} or among the installed packages, got no "
            f"module {error.name!r}. Next: start in your project's directory or pass --app-dir."
        ) from None
    except Exception as error:
        raise _import_error(name, error) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise CannotImport(
                f"Expected {attribute!r} in the module {name!r}, got a module without it. "
                "Next: add handler = Adapter(app) at its end, or pass the right name."
            )
        found = getattr(found, part)
    if not callable(found) or not accepts_arguments(found, 2) or is_wsgi_app(found):
        raise CannotImport(
            f"Expected handler(event, context) at {target!r}, got {type(found).__name__}. "
            "Next: for an app, handler = Adapter(app) from asgi_lambda or wsgi_lambda."
        )
    return found


def _import_error(name: str, error: Exception) -> CannotImport:
    what = type(error).__name__
    if isinstance(error, LambdaAdaptersError):
        what = f"{what}: {error}"
    return CannotImport(
        f"Expected to import the module {name!r}, got {what} See the traceback above."
        if what.endswith(".")
        else f"Expected to import the module {name!r}, got {what}: see the traceback above."
    )
