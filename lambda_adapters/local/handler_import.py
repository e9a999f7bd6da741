"""Targets of the command line: `module:handler` and `PATTERN=module:handler`. [I/O]"""

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
    """There is no handler where the target says; its cause, if any, is the module's own error."""


def patterns_by_handler(targets: Sequence[str]) -> dict[str, list[str]]:
    """`module:handler` to its patterns, in the order given.

    ConfigurationError for what is neither `module:handler` nor `PATTERN=module:handler`.
    """
    places: dict[str, list[str]] = {}
    for target in targets:
        pattern, equals, place = target.rpartition("=")
        _split(place, target)
        if equals:
            Pattern(pattern)
        places.setdefault(place, []).append(pattern if equals else DEFAULT)
    return places


def _split(place: str, given: str) -> tuple[str, str]:
    match = split_target_name(place)
    if match is None or match[1].endswith(".py"):
        raise ConfigurationError(
            "Expected module:handler or PATTERN=module:handler, such as app.main:handler or "
            f"'/users/{{proxy+}}=users.main:handler', got {given!r}.{_suggestion(place)}"
        )
    return match[1], match[2]


def _suggestion(place: str) -> str:
    """Lambda itself writes module.handler, and file names come to mind as well."""
    text = place.replace(".py:", ":").removesuffix(".py").replace("/", ".")
    module, colon, name = text.rpartition(":")
    if not colon:
        module, dot, name = text.rpartition(".")
        module, name = (module, name) if dot else (text, "handler")
    guess = f"{module}:{name}"
    return f" Did you mean {guess}?" if split_target_name(guess) and guess != place else ""


def import_handler(place: str, app_dir: str) -> LambdaHandler:
    """The handler that `module:handler` names, with `app_dir` first on sys.path.

    Raises CannotImport where there is none, ConfigurationError for a place that is none.
    """
    name, attribute = _split(place, place)
    directory = str(Path(app_dir).resolve())
    if sys.path[:1] != [directory]:
        sys.path.insert(0, directory)
    try:
        found: object = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _import_error(name, error) from error
        raise CannotImport(
            f"Expected a module {name!r} in {directory} or among what is installed, got none "
            f"named {error.name!r}. Next: start in your project's directory or pass --app-dir."
        ) from None
    except Exception as error:
        raise _import_error(name, error) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise CannotImport(
                f"Expected {attribute!r} in the module {name!r}, got a module without it. "
                "Next: handler = Adapter(app) at its end, or the name that it has."
            )
        found = getattr(found, part)
    if not callable(found) or not accepts_arguments(found, 2) or is_wsgi_app(found):
        raise CannotImport(
            f"Expected handler(event, context) at {place!r}, got {type(found).__name__}. "
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
