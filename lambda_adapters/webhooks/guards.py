"""What a Webhooks may be put around. Each mistake would let somebody in, or end in a recursion."""

from collections.abc import MutableMapping
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.invocation.introspection import accepts_arguments
from lambda_adapters.webhooks.delivery import INSIDE

KINDS = {"WsgiWebhooks": (2, "a WSGI app"), "AsgiWebhooks": (3, "an ASGI app")}
"""By middleware: how many arguments its apps take, and what they are called."""


def check_app(app: object, middleware: str) -> None:
    """Raise ConfigurationError for what is not an app of the kind that the middleware wraps."""
    other = next(name for name in KINDS if name != middleware)
    arguments, kind = KINDS[middleware]
    if isinstance(app, Handler):
        raise handler_error(kind, app)
    if accepts_arguments(app, arguments):
        return
    if accepts_arguments(app, KINDS[other][0]):
        hint = f"Next: from lambda_adapters.webhooks import {other}."
    else:
        hint = f"Next: {middleware}(app, {{path: sender}}) with the app itself."
    raise ConfigurationError(f"Expected {kind}, got {type(app).__name__}. {hint}")


def handler_error(kind: str, handler: object) -> ConfigurationError:
    """The error for an Adapter or a Router, which is not called as the middleware would."""
    name = type(handler).__name__
    return ConfigurationError(
        f"Expected {kind}, got {'an' if name == 'Adapter' else 'a'} {name}. Next: Webhooks around "
        "the app (Flask: app.wsgi_app = Webhooks(app.wsgi_app, ...)), then handler = Adapter(app)."
    )


def check_not_nested(holder: MutableMapping[str, Any], webhooks: object) -> None:
    """Mark a request as one that has come to this Webhooks; AppError where it already has."""
    if holder.get(INSIDE) is webhooks:
        raise AppError(
            "Expected the app that is inside, got the one that Webhooks is a part of: it would "
            "call itself for ever. Next, with Flask: app.wsgi_app = Webhooks(app.wsgi_app, ...)."
        )
    holder[INSIDE] = webhooks
