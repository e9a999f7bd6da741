"""AppHandler: what the two kinds of Adapter share, whatever the app's protocol."""

import inspect
from collections.abc import Callable
from typing import Any

from lambda_adapters.errors import ConfigurationError, UnknownEvent
from lambda_adapters.invocation.handler import Handler, Taker
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.posted_events import PostedEvents
from lambda_adapters.invocation.recognition import describe_event
from lambda_adapters.sources.registry import find_source
from lambda_adapters.triggers.detection import RESPONSE_TRIGGERS, named

# They look like HTTP: an app that took one for a request might let anybody in. A ping asks
# nothing, and a command is not the app's.
_NEVER_POSTED = RESPONSE_TRIGGERS | {"authorizer", "websocket_api", "warmup", "command"}


class AppHandler(Handler):
    """A handler that serves one app under options, and looks like a function to decorators."""

    def __init__(self, app: Callable[..., Any], options: Options) -> None:
        self.app = app
        self.options = options
        self._failing = options.raise_on_statuses
        self._sources = tuple(options.sources)
        self._events = PostedEvents(options.events_path) if options.events_path else None
        # functools.wraps, Powertools' decorators and tracers read these.
        self.__name__ = self.__qualname__ = "handler"
        module = getattr(app, "__module__", None)
        self.__module__ = module if isinstance(module, str) else type(self).__module__
        self.__doc__ = type(self).__doc__

    def taker_of(self, event: Any, name: str) -> Taker | None:
        return self._post if self._posts(name) else None

    def _posts(self, name: str | None) -> bool:
        """Whether a trigger's events are POSTed to the app."""
        return self._events is not None and name is not None and name not in _NEVER_POSTED

    def _post(self, event: Any, context: Any) -> Any:
        assert self._events is not None
        return self.answer(Invocation(event, context, self._events))

    def _invocation_of(self, event: Any, context: Any) -> Invocation | None:
        """What the app is to answer; None for a ping, which needs no answer from it."""
        source = find_source(event, self._sources)
        if source is None:
            name = named(event)
            if name == "warmup":
                return None
            if not self._posts(name):
                raise UnknownEvent(describe_event(event))
            source = self._events
        assert source is not None
        return Invocation(event, context, source)

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.Adapter of {self.app!r}>"


def accepts_arguments(app: object, arguments: int) -> bool:
    """Whether something can be called with so many positional arguments; yes if nobody knows."""
    if not callable(app):
        return False
    try:
        inspect.signature(app).bind(*range(arguments))
    except TypeError:
        return False
    except ValueError:
        return True  # built in C: it does not say
    return True


def refuse(app: object, expected: str, other: int, package: str) -> ConfigurationError:
    """The error for what is no app of this kind; `other` is how many arguments the other kind
    takes, which `package` serves."""
    if not callable(app):
        hint = "Pass the app itself."
    elif accepts_arguments(app, other):
        hint = f"An app of the other kind is served by: from {package} import Adapter."
    elif accepts_arguments(app, 0):
        hint = "If it makes the app, call it: Adapter(create_app())."
    else:
        hint = "Pass the app itself, or wrap it in a function that takes these arguments."
    return ConfigurationError(f"Expected {expected}, got {app!r}. {hint}")
