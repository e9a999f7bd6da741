"""Sender: who signs deliveries, and how one is verified."""

import inspect
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Protocol

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.invocation.introspection import accepts_arguments
from lambda_adapters.webhooks.delivery import Headers

Verify = Callable[[bytes, Headers, str], None]
"""The one shape: body, headers and public URL in; raises whatever it likes to refuse them."""

_PARTS = ("name", "verify", "delivery_id")


class Refused(Exception):
    """A delivery that is not the sender's. The message may be logged: it holds no values."""


class Sender(Protocol):
    """Objects of your own that have these are senders as well."""

    @property
    def name(self) -> str:
        """The sender's name, which begins its deliveries' keys."""

    def verify(self, body: bytes, headers: Headers, url: str, /) -> None:
        """Raises anything where the sender did not sign this."""

    def delivery_id(self, body: bytes, headers: Headers, /) -> str | None:
        """The sender's id of a verified delivery, the same when it comes again; None: it has
        none. Where `signs_id = True` stands beside it, the id is covered by the signature and
        tells deliveries apart alone; else the URL and the body have to be the same too.
        `methods = ("GET", "POST")` lets others than POST in."""


POST = ("POST",)
"""The methods that a sender uses, where it does not say others (`methods`)."""


class Own:
    """A function of one's own as a sender: named like the function, its deliveries have no id."""

    def __init__(self, verify: Verify) -> None:
        self.verify = verify
        self.name = getattr(verify, "__name__", type(verify).__name__)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return None


def reject_all(body: bytes, headers: Headers, url: str) -> None:
    """In the place of the verifier of a path that might be several senders'."""
    raise Refused("its path is spelled in a way that might lead to views of several senders")


def sender_of(given: object) -> Sender:
    """A sender out of what stands beside a path; ConfigurationError for what is none."""
    missing = [part for part in _PARTS if not hasattr(given, part)]
    if not missing and not isinstance(given, type):
        return given  # type: ignore[return-value]
    if callable(given) and not isinstance(given, type):
        if inspect.iscoroutinefunction(given):
            raise ConfigurationError(
                "Expected a verifier that decides when it is called, got a coroutine function, "
                "which nobody would await."
            )
        if not accepts_arguments(given, 3):
            raise ConfigurationError(
                "Expected a verifier as a function of (body, headers, url), got one with other "
                "parameters."
            )
        return Own(given)
    got = given.__name__ if isinstance(given, type) else type(given).__name__
    if isinstance(given, type):
        hint = f" Next: {got}(secret)."
    elif hasattr(given, "verify"):
        hint = f" Next: give it {' and '.join(missing)}."
    else:
        hint = ""
    raise ConfigurationError(
        "Expected a sender such as Stripe(secret), or a function of (body, headers, url), got "
        f"{got}.{hint}"
    )


def reason_for(error: Exception) -> str:
    """What may be logged of an exception that a verifier raised: not its words, which may hold
    what was sent, but where it was raised, so that a fault in the verifier can be found."""
    if isinstance(error, Refused):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def unverifiable(sender: Sender, result: object) -> str:
    """What is logged of a verifier that answers instead of raising: nobody knows what it meant."""
    if inspect.iscoroutine(result):
        result.close()
    return (
        f"Expected the verifier of {sender.name} to return None and to raise where it refuses, "
        f"got {type(result).__name__}. The delivery was not given to the app."
    )
