"""AppHandler: the base of the ASGI and the WSGI Adapter."""

from collections.abc import Callable
from typing import Any

from lambda_adapters.invocation.handler import Handler, LambdaHandler
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options

# Never POSTed to an app. The first three look like HTTP: an app that treats one as a request might
# grant access. A warm-up ping needs no answer of the app, and a command is not for the app.
_NEVER_POSTED = frozenset({"authorizer", "cloudfront", "websocket_api", "warmup", "command"})


class AppHandler(Handler):
    """A handler that serves one app. It has the attributes that decorators read from a function."""

    def __init__(self, app: Callable[..., Any], options: Options) -> None:
        self.app = app
        self.options = options
        self._sources = options.sources
        self._raise_on_statuses = options.raise_on_statuses
        # functools.wraps, Powertools' decorators and tracers read these.
        self.__name__ = self.__qualname__ = "handler"
        module = getattr(app, "__module__", None)
        self.__module__ = module if isinstance(module, str) else type(self).__module__
        self.__doc__ = type(self).__doc__

    def takes_trigger(self, event: Any, name: str) -> bool:
        """Whether the event is POSTed to the app, by its trigger and the option `events_path`."""
        return self.options.events_path is not None and name not in _NEVER_POSTED

    def trigger_target(self, invocation: Invocation) -> Handler | LambdaHandler | None:
        """Return None and set a source that turns the event into a request to `events_path`."""
        from lambda_adapters.invocation.posted_events import PostedEvents

        assert self.options.events_path is not None
        invocation.source = PostedEvents(self.options.events_path)
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.Adapter of {self.app!r}>"
