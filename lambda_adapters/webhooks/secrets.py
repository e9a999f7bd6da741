"""Secrets: what a sender signs with, several at a time while one is replaced by another.

Stripe("whsec_...")                              one
Stripe(["new", "old"])                           several, any of which may match
Stripe(env("STRIPE_SECRET", "STRIPE_SECRET_OLD"))
Stripe(cached(fetch, seconds=300))               from Secrets Manager, say
"""

import os
from collections.abc import Callable, Sequence
from typing import Protocol

from lambda_adapters.errors import ConfigurationError

Texts = str | Sequence[str]
Check = Callable[[str], None]
"""Raises ConfigurationError for a secret that its sender could not have given."""


class Secrets(Protocol):
    """Something to ask for secrets."""

    def current(self) -> list[str]:
        """The secrets; NoSecrets where none can be had."""

    def besides(self, tried: list[str]) -> list[str]:
        """Those that are new since `tried`; NoSecrets where none can be had."""


class Fixed:
    """Secrets that stay as they are."""

    def __init__(self, secrets: list[str]) -> None:
        self._secrets = secrets

    def current(self) -> list[str]:
        return self._secrets

    def besides(self, tried: list[str]) -> list[str]:
        return []


def env(name: str, *others: str) -> list[str]:
    """The secrets in environment variables, read now. The first must be set; those behind it
    may be, while a secret is replaced. Raises ConfigurationError where it is not."""
    if not os.environ.get(name):
        raise ConfigurationError(
            f"Expected a secret in the environment variable {name}, which is not set, or empty. "
            f"Without it every delivery would be refused. Next: export {name}=..., and on Lambda "
            "set it in the function's environment."
        )
    return [os.environ[each] for each in (name, *others) if os.environ.get(each)]


def checked(texts: object, check: Check) -> list[str]:
    """The secrets as a list; ConfigurationError where there is none, or one that is no secret."""
    secrets = [texts] if isinstance(texts, str) else texts
    if not isinstance(secrets, Sequence) or isinstance(secrets, bytes) or not secrets:
        raise ConfigurationError(f"Expected a secret as text, or several, got {_described(texts)}.")
    for secret in secrets:
        if not isinstance(secret, str) or not secret:
            raise ConfigurationError(
                f"Expected a secret as text, got {_described(secret)}. Is a variable not set?"
            )
        if secret != secret.strip() or not secret.isprintable():
            raise ConfigurationError(
                "Expected a secret without white space at its ends and without control characters, "
                "got one with some, perhaps a line feed from the file it was copied from."
            )
        if secret.startswith("{"):
            raise ConfigurationError(
                "Expected a secret, got JSON, perhaps the whole of one in Secrets Manager. Next: "
                "json.loads(text)[name]."
            )
        check(secret)
    return list(secrets)


def _described(value: object) -> str:
    if isinstance(value, (str, bytes, list, tuple)) and not value:
        return f"an empty {type(value).__name__}"
    return type(value).__name__
