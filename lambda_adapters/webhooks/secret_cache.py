"""Secrets that a function fetches, asked for as seldom as may be."""

import inspect
import logging
import threading
from collections.abc import Callable
from time import monotonic

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.introspection import accepts_arguments
from lambda_adapters.webhooks.secrets import Check, Fixed, Secrets, Texts, checked

AGAIN_AFTER = 10.0
"""Seconds between two fetches because no secret matched: forgers must not make us fetch at will."""

LONGEST_WAIT = 0.5
"""Seconds to wait for another thread's fetch."""

FAILED_FOR = 3.0
"""Seconds for which a failed fetch is not tried again."""

logger = logging.getLogger("lambda_adapters")


class NoSecrets(AppError):
    """There is nothing to verify with at the moment: the sender gets 503, and tries again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"its secrets could not be had: {reason}", 503)


class cached:  # noqa: N801 - used like a function, `env`'s neighbour
    """Secrets that `fetch()` gives, asked for when first needed and again after `seconds`.

    When no secret matches a signature, it is asked at once, every ten seconds at most: the
    first delivery signed with a new secret is not lost. Raises ConfigurationError for what is no
    function or no time.
    """

    def __init__(self, fetch: Callable[[], Texts], seconds: float = 300.0) -> None:
        if not accepts_arguments(fetch, 0) or inspect.iscoroutinefunction(fetch):
            raise ConfigurationError(
                "Expected a function that is called with nothing and gives the secrets, got "
                f"{getattr(fetch, '__name__', type(fetch).__name__)}."
            )
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
            raise ConfigurationError(f"Expected a time in seconds, over 0, got {seconds!r}.")
        self.fetch = fetch
        self.seconds = seconds


class SecretCache:
    """What a sender asks: the secrets of a `cached`, checked by the sender's own rule."""

    def __init__(self, given: cached, check: Check) -> None:
        self._given = given
        self._check = check
        self._lock = threading.Lock()
        self._known: list[str] = []
        self._asked_at = float("-inf")
        self._failure = ""

    def current(self) -> list[str]:
        """The secrets. Where old ones are there, nobody waits while they are fetched anew."""
        if not self._known:
            with self._lock:
                return self._younger_than(self._given.seconds)
        if self._lock.acquire(blocking=False):
            try:
                return self._younger_than(self._given.seconds)
            finally:
                self._lock.release()
        return self._known

    def besides(self, tried: list[str]) -> list[str]:
        """Those that are new since `tried`. What no secret matches waits here, but not for long:
        forgeries must not take all threads."""
        if not self._lock.acquire(timeout=LONGEST_WAIT):
            raise NoSecrets("they are being fetched")
        try:
            return [secret for secret in self._younger_than(AGAIN_AFTER) if secret not in tried]
        finally:
            self._lock.release()

    def _younger_than(self, seconds: float) -> list[str]:
        age = monotonic() - self._asked_at
        if age >= (FAILED_FOR if self._failure and not self._known else seconds):
            self._ask()
        if not self._known:
            raise NoSecrets(self._failure)
        return self._known

    def _ask(self) -> None:
        try:
            self._known = checked(self._given.fetch(), self._check)
            self._failure = ""
        except Exception as error:
            self._failure = _reason(error)
            if self._known:  # better an old secret than none
                logger.warning(
                    "Secrets could not be had anew, the old ones stay: %s", self._failure
                )
        self._asked_at = monotonic()


Given = Texts | Callable[[], Texts] | cached


def secrets_of(given: Given, check: Check) -> Secrets:
    """What a sender was given, as something to ask. Raises ConfigurationError for a secret that
    could never match; fetched ones are looked at when they come."""
    if isinstance(given, cached):
        return SecretCache(given, check)
    return SecretCache(cached(given), check) if callable(given) else Fixed(checked(given, check))


def _reason(error: Exception) -> str:
    """What may be logged: our own words, or the kind of error, with AWS's code for it."""
    if isinstance(error, ConfigurationError):
        return str(error)
    response = getattr(error, "response", None)
    known = response.get("Error") if isinstance(response, dict) else None
    code = known.get("Code") if isinstance(known, dict) else None
    return f"{type(error).__name__} {code}" if code else type(error).__name__
