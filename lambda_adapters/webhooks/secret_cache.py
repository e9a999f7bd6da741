"""A cache for secrets that a function fetches."""

import logging
import threading
from collections.abc import Callable
from time import monotonic

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.introspection import accepts_arguments, is_coroutine_function
from lambda_adapters.webhooks.secrets import (
    Check,
    FixedSecrets,
    Secrets,
    SecretTexts,
    secrets_from_texts,
)

REFETCH_INTERVAL = 10.0
"""Minimum seconds between fetches after a mismatch, so that forged requests cause few fetches."""

MAX_WAIT = 0.5
"""Maximum seconds to wait for a fetch in another thread."""

RETRY_INTERVAL = 3.0
"""Seconds until a failed fetch is tried again."""

logger = logging.getLogger("lambda_adapters")


class SecretsUnavailable(AppError):
    """No secrets can be fetched at the moment. The sender gets a 503 and should retry."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"its secrets could not be fetched: {reason}", 503)


class cached:  # noqa: N801 - used like a function, as `env` is
    """Secrets that `fetch()` returns. It is called on first use and again after `seconds`.

    If no secret matches a signature, it is called at once, but at most every ten seconds, so that
    a delivery signed with a new secret is accepted. Raises ConfigurationError for a wrong argument.
    """

    def __init__(self, fetch: Callable[[], SecretTexts], seconds: float = 300.0) -> None:
        if not accepts_arguments(fetch, 0) or is_coroutine_function(fetch):
            raise ConfigurationError(
                "Expected a function without arguments that returns the secrets, got "
                f"{getattr(fetch, '__name__', type(fetch).__name__)}."
            )
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
            raise ConfigurationError(f"Expected a time in seconds, more than 0, got {seconds!r}.")
        self.fetch = fetch
        self.seconds = seconds


class SecretCache:
    """Fetches and caches the secrets of a `cached` option, and checks them with `check`."""

    def __init__(self, option: cached, check: Check) -> None:
        self._option = option
        self._check = check
        self._lock = threading.Lock()
        self._secrets: list[str] = []
        self._fetched_at = float("-inf")
        self._failure = ""

    def get(self) -> list[str]:
        """Return the secrets. While one thread fetches, others get the old secrets at once."""
        if not self._secrets:
            with self._lock:
                return self._get_fresh(self._option.seconds)
        if self._lock.acquire(blocking=False):
            try:
                return self._get_fresh(self._option.seconds)
            finally:
                self._lock.release()
        return self._secrets

    def get_new(self, tried: list[str]) -> list[str]:
        """Return the secrets that are not in `tried`. Waits a short time only, because forged
        requests must not block all threads."""
        if not self._lock.acquire(timeout=MAX_WAIT):
            raise SecretsUnavailable("they are being fetched")
        try:
            return [secret for secret in self._get_fresh(REFETCH_INTERVAL) if secret not in tried]
        finally:
            self._lock.release()

    def _get_fresh(self, max_age: float) -> list[str]:
        """Return the secrets, fetched again if they are older than `max_age` seconds."""
        age = monotonic() - self._fetched_at
        if age >= (RETRY_INTERVAL if self._failure and not self._secrets else max_age):
            self._fetch()
        if not self._secrets:
            raise SecretsUnavailable(self._failure)
        return self._secrets

    def _fetch(self) -> None:
        try:
            self._secrets = secrets_from_texts(self._option.fetch(), self._check)
            self._failure = ""
        except Exception as error:
            self._failure = _reason(error)
            if self._secrets:  # an old secret may still be valid
                logger.warning(
                    "Secrets could not be fetched; the old ones stay in use: %s", self._failure
                )
        self._fetched_at = monotonic()


SecretsOption = SecretTexts | Callable[[], SecretTexts] | cached
"""The `secrets` argument of a sender."""


def secrets_of(option: SecretsOption, check: Check) -> Secrets:
    """Return a provider for the secrets that a sender was given. Raises ConfigurationError for a
    text that cannot be a secret; fetched secrets are checked after each fetch."""
    if isinstance(option, cached):
        return SecretCache(option, check)
    if callable(option):
        return SecretCache(cached(option), check)
    return FixedSecrets(secrets_from_texts(option, check))


def _reason(error: Exception) -> str:
    """Return what may be logged: our own message, or the type of the error and AWS's error code."""
    if isinstance(error, ConfigurationError):
        return str(error)
    response = getattr(error, "response", None)
    details = response.get("Error") if isinstance(response, dict) else None
    code = details.get("Code") if isinstance(details, dict) else None
    return f"{type(error).__name__} {code}" if code else type(error).__name__
