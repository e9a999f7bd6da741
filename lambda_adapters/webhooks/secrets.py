"""Secrets for verifying signatures; several at a time while a secret is rotated.

Stripe("whsec_...")                              one secret
Stripe(["new", "old"])                           several, any of which may match
Stripe(env("STRIPE_SECRET", "STRIPE_SECRET_OLD"))
Stripe(cached(fetch, seconds=300))               fetched, for example from Secrets Manager
"""

import os
from collections.abc import Callable, Sequence
from typing import Protocol

from lambda_adapters.errors import ConfigurationError

SecretTexts = str | Sequence[str]
Check = Callable[[str], None]
"""Raises ConfigurationError for a text that cannot be a secret of the sender."""


class Secrets(Protocol):
    """A provider of secrets."""

    def get(self) -> list[str]:
        """Return the secrets. Raises SecretsUnavailable if there are none."""

    def get_new(self, tried: list[str]) -> list[str]:
        """Return the secrets that are not in `tried`. Raises SecretsUnavailable if there are
        none at all."""


class FixedSecrets:
    """Secrets that never change."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = secrets

    def get(self) -> list[str]:
        return self._secrets

    def get_new(self, tried: list[str]) -> list[str]:
        return []


def env(name: str, *others: str) -> list[str]:
    """Return the secrets in environment variables, read now. Variables after the first one are
    optional. Raises ConfigurationError if the first one is not set or empty."""
    if not os.environ.get(name):
        raise ConfigurationError(
            f"Expected a secret in the environment variable {name}, which is not set or empty. "
            f"Next: export {name}=..., or on Lambda set it in the function's environment."
        )
    return [os.environ[each] for each in (name, *others) if os.environ.get(each)]


def secrets_from_texts(texts: object, check: Check) -> list[str]:
    """Return one or several secrets as a list. Raises ConfigurationError if there is none, or if
    one of them cannot be a secret."""
    secrets = [texts] if isinstance(texts, str) else texts
    if not isinstance(secrets, Sequence) or isinstance(secrets, bytes) or not secrets:
        raise ConfigurationError(f"Expected a secret as text, or several, got {_describe(texts)}.")
    for secret in secrets:
        if not isinstance(secret, str) or not secret:
            raise ConfigurationError(
                f"Expected a secret as text, got {_describe(secret)}. Next: check that it is set."
            )
        if secret != secret.strip() or not secret.isprintable():
            raise ConfigurationError(
                "Expected a secret without control characters and without white space at its ends, "
                "got one with them. Next: remove the line feed if it was read from a file."
            )
        if secret.startswith("{"):
            raise ConfigurationError(
                "Expected a secret, got JSON, perhaps a whole value from Secrets Manager. Next: "
                "json.loads(text)[name]."
            )
        check(secret)
    return list(secrets)


def _describe(value: object) -> str:
    if isinstance(value, (str, bytes, list, tuple)) and not value:
        return f"an empty {type(value).__name__}"
    return type(value).__name__
