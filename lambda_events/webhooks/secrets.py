"""Secrets: what a sender signs with, several at a time while one is replaced by another.

Stripe("whsec_...")                              one
Stripe(["new", "old"])                           several, any of which may match
Stripe(env("STRIPE_SECRET", "STRIPE_SECRET_OLD"))
Stripe(cached(fetch, seconds=300))               from Secrets Manager, say
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from time import monotonic

from lambda_events.errors import AppError, ConfigurationError

logger = logging.getLogger("lambda_events")

Texts = str | Sequence[str]

AGAIN_AFTER = 10.0
"""Seconds between two fetches because no secret matched: forgers must not make us fetch at will."""


def env(name: str, *others: str) -> list[str]:
    """The secrets in environment variables, read now. The first must be set; those behind it
    may be, while a secret is replaced. Raises ConfigurationError where it is not."""
    if not os.environ.get(name):
        raise ConfigurationError(
            f"Expected a secret in the environment variable {name}, which is not set. Without it "
            "every delivery would be refused, so nothing was started."
        )
    return [os.environ[each] for each in (name, *others) if os.environ.get(each)]


class cached:  # noqa: N801 - used like a function, `env`'s neighbour
    """Secrets that `fetch()` gives, asked for when first needed and again after `seconds`.

    When no secret matches a signature, it is asked at once, every ten seconds at most: the
    first delivery signed with a new secret is not lost.
    """

    def __init__(self, fetch: Callable[[], Texts], seconds: float = 300.0) -> None:
        if not callable(fetch):
            raise ConfigurationError(
                f"Expected a function that gives the secrets, got {type(fetch).__name__}."
            )
        self._fetch = fetch
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: list[str] = []
        self._fetched_at = 0.0

    def current(self) -> list[str]:
        """The secrets; AppError with status 503 where none can be had."""
        return self._younger_than(self._seconds)

    def besides(self, tried: list[str]) -> list[str]:
        """Those that are new since `tried`."""
        return [secret for secret in self._younger_than(AGAIN_AFTER) if secret not in tried]

    def _younger_than(self, seconds: float) -> list[str]:
        with self._lock:
            if not self._known or monotonic() - self._fetched_at >= seconds:
                self._known = self._asked()
                self._fetched_at = monotonic()
            return self._known

    def _asked(self) -> list[str]:
        try:
            return checked(self._fetch())
        except Exception as error:
            if self._known:  # better an old secret than none
                logger.warning(
                    "Secrets could not be fetched anew: %s. The old ones stay.",
                    type(error).__name__,
                )
                return self._known
            raise AppError(
                f"The secrets could not be fetched: {type(error).__name__}.", 503
            ) from error


class Fixed:
    """Secrets that stay as they are."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = secrets

    def current(self) -> list[str]:
        return self._secrets

    def besides(self, tried: list[str]) -> list[str]:
        return []


Given = Texts | Callable[[], Texts] | cached


def secrets_of(given: Given) -> Fixed | cached:
    """What a sender was given, as something to ask. Raises ConfigurationError for a secret that
    could never match."""
    if isinstance(given, cached):
        return given
    return cached(given) if callable(given) else Fixed(checked(given))


def checked(texts: object) -> list[str]:
    """The secrets as a list; ConfigurationError where there is none, or one that is no secret."""
    secrets = [texts] if isinstance(texts, str) else texts
    if not isinstance(secrets, Sequence) or isinstance(secrets, bytes) or not secrets:
        raise ConfigurationError(f"Expected a secret as text, or several, got {_described(texts)}.")
    for secret in secrets:
        if not isinstance(secret, str) or not secret:
            raise ConfigurationError(
                f"Expected a secret as text, got {_described(secret)}. Is a variable not set?"
            )
        if secret != secret.strip():
            raise ConfigurationError(
                "Expected a secret without white space at its ends, got one with some, perhaps a "
                "line feed from the file it was copied from."
            )
    return list(secrets)


def _described(value: object) -> str:
    if isinstance(value, (str, bytes, list, tuple)) and not value:
        return f"an empty {type(value).__name__}"
    return type(value).__name__
