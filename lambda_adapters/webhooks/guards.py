"""What a Webhooks may be put around. Each mistake would let somebody in, or end in a recursion."""

from collections.abc import MutableMapping
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.app_handler import accepts_arguments
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.webhooks.delivery import INSIDE

KINDS = {"wsgi_lambda": (2, "a WSGI app"), "asgi_lambda": (3, "an ASGI app")}
"""How many arguments the apps of a package take, and what they are called."""


def check_app(app: object, package: str) -> None:
    """Raise ConfigurationError for what is no app of the kind that the package serves."""
    other = next(name for name in KINDS if name != package)
    arguments, kind = KINDS[package]
    if isinstance(app, Handler):
        raise check_not_handler(kind, app)
    if accepts_arguments(app, arguments):
        return
    if accepts_arguments(app, KINDS[other][0]):
        hint = f"Next: from {other}.webhooks import Webhooks."
    else:
        hint = "Next: Webhooks(app, {path: sender}) with the app itself."
    raise ConfigurationError(f"Expected {kind}, got {type(app).__name__}. {hint}")


def check_not_handler(kind: str, handler: object) -> ConfigurationError:
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
