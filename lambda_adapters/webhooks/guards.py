"""Check what a webhooks middleware wraps. A mistake would skip verification or recurse forever."""

from collections.abc import MutableMapping
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.invocation.introspection import accepts_arguments
from lambda_adapters.webhooks.delivery import MIDDLEWARE_KEY

KINDS = {"WsgiWebhooks": (2, "a WSGI app"), "AsgiWebhooks": (3, "an ASGI app")}
"""The number of arguments that an app of each middleware takes, and the kind of app."""


def check_app(app: object, middleware: str) -> None:
    """Raise ConfigurationError if `app` is not of the kind that the middleware wraps."""
    other = next(name for name in KINDS if name != middleware)
    arguments, kind = KINDS[middleware]
    if isinstance(app, Handler):
        raise handler_error(kind, app)
    if accepts_arguments(app, arguments):
        return
    if accepts_arguments(app, KINDS[other][0]):
        hint = f"Next: from lambda_adapters.webhooks import {other}."
    else:
        hint = f"Next: pass the app itself, {middleware}(app, {{path: sender}})."
    raise ConfigurationError(f"Expected {kind}, got {type(app).__name__}. {hint}")


def handler_error(kind: str, handler: object) -> ConfigurationError:
    """Return the error for an Adapter or a Router, which a webhooks middleware cannot wrap."""
    name = type(handler).__name__
    return ConfigurationError(
        f"Expected {kind}, got {'an' if name == 'Adapter' else 'a'} {name}. Next: wrap the app "
        "(Flask: app.wsgi_app = WsgiWebhooks(app.wsgi_app, ...)), then handler = Adapter(app)."
    )


def check_not_nested(holder: MutableMapping[str, Any], webhooks: object) -> None:
    """Mark a request as handled by this middleware. Raises AppError if it already is."""
    if holder.get(MIDDLEWARE_KEY) is webhooks:
        raise AppError(
            "Expected the inner app, got an app that contains this middleware: it would call "
            "itself forever. Next, with Flask: app.wsgi_app = WsgiWebhooks(app.wsgi_app, ...)."
        )
    holder[MIDDLEWARE_KEY] = webhooks
