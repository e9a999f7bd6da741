"""Sender: the source of a webhook, and how its deliveries are verified."""

import os
import traceback
from collections.abc import Callable
from types import CoroutineType
from typing import Protocol

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.invocation.introspection import accepts_arguments, is_coroutine_function
from lambda_adapters.webhooks.delivery import Headers

Verify = Callable[[bytes, Headers, str], None]
"""Called with the body, the headers and the public URL; raises any exception to refuse them."""

_MEMBERS = ("name", "verify", "delivery_id")


class Refused(Exception):
    """The sender did not sign the delivery. The message may be logged: it contains no values."""


class Sender(Protocol):
    """What a sender must have. Your own objects with these members are senders too."""

    @property
    def name(self) -> str:
        """The sender's name; the keys of its deliveries begin with it."""

    def verify(self, body: bytes, headers: Headers, url: str, /) -> None:
        """Raise any exception if the sender did not sign this."""

    def delivery_id(self, body: bytes, headers: Headers, /) -> str | None:
        """Return the sender's id of a verified delivery, the same for every retry, or None.

        Two optional attributes of a sender: `signs_id = True` if the signature covers the id (else
        a hash of the URL and the body becomes part of the delivery's key), and
        `methods = ("GET", "POST")` to accept other methods than POST.
        """


POST = ("POST",)
"""The methods of a sender that has no `methods`."""


class FunctionSender:
    """A sender made from your own verify function. It has the function's name and no ids."""

    def __init__(self, verify: Verify) -> None:
        self.verify = verify
        self.name = getattr(verify, "__name__", type(verify).__name__)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return None


def reject_all(body: bytes, headers: Headers, url: str) -> None:
    """Refuse every request: the verify function for a path that may belong to several senders."""
    raise Refused("its path may belong to several senders")


def sender_of(given: object) -> Sender:
    """Return the sender for the value of a path. Raises ConfigurationError for a wrong value."""
    missing = [member for member in _MEMBERS if not hasattr(given, member)]
    if not missing and not isinstance(given, type):
        return given  # type: ignore[return-value]
    if callable(given) and not isinstance(given, type):
        if is_coroutine_function(given):
            raise ConfigurationError(
                "Expected a verifier that is not a coroutine function, got one. Next: use def."
            )
        if not accepts_arguments(given, 3):
            raise ConfigurationError(
                "Expected a verifier with the parameters (body, headers, url), got one with other "
                "parameters."
            )
        return FunctionSender(given)
    got = given.__name__ if isinstance(given, type) else type(given).__name__
    if isinstance(given, type):
        hint = f" Next: {got}(secret)."
    elif hasattr(given, "verify"):
        hint = f" Next: add {' and '.join(missing)}."
    else:
        hint = ""
    raise ConfigurationError(
        "Expected a sender such as Stripe(secret), or a function of (body, headers, url), got "
        f"{got}.{hint}"
    )


def reason_for(error: Exception) -> str:
    """Return what may be logged for an exception of a verifier: its type and the line that raised
    it. Its message may contain input and is left out, except for Refused."""
    if isinstance(error, Refused):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    line = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{line}"


def reason_for_result(sender: Sender, result: object) -> str:
    """Return what is logged for a verifier that returns a value, which may mean yes or no."""
    if isinstance(result, CoroutineType):
        result.close()
    return (
        f"Expected the verifier of {sender.name} to return None, and to raise an exception if it "
        f"refuses, got {type(result).__name__}. The delivery was not passed to the app."
    )
