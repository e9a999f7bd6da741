"""Sender: who signs deliveries, and how one is verified. Signed: what most senders share."""

import hashlib
import importlib
import inspect
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import time
from types import ModuleType
from typing import Protocol

from lambda_events.errors import AppError, ConfigurationError
from lambda_events.webhooks.delivery import Headers
from lambda_events.webhooks.secrets import Fixed, Given, secrets_of

Verify = Callable[[bytes, Headers, str], None]
"""The one shape: body, headers and public URL in; raises whatever it likes to refuse them."""

# The senders' libraries allow five minutes; some cannot be told to allow more.
LONGEST_TOLERANCE = 300.0
_integer = re.compile(r"[0-9]{1,15}").fullmatch
_plain = re.compile(r"[!-~]{1,200}").fullmatch


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
        none."""


class Own:
    """A function of one's own as a sender: named like the function, its deliveries have no id."""

    def __init__(self, verify: Verify) -> None:
        self.verify = verify
        self.name = getattr(verify, "__name__", type(verify).__name__)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return None


class Signed(ABC):
    """A sender that signs with a shared secret: several secrets, and a window of time.

    `secrets`: a text, several, or a function that gives them. `tolerance`: how many seconds a
    delivery may be old or early, up to 300. `name` begins the deliveries' keys: give two endpoints
    of one sender two names. Raises ConfigurationError for secrets that cannot be, and where the
    sender's library is not installed.
    """

    name = ""
    extra = ""  # what to install for it

    def __init__(self, secrets: Given, *, tolerance: float = 300, name: str = "") -> None:
        if not 0 < tolerance <= LONGEST_TOLERANCE:
            raise ConfigurationError(
                f"Expected a tolerance of at most {LONGEST_TOLERANCE:.0f} seconds and over 0, got "
                f"{tolerance!r}: the senders' own libraries allow no more."
            )
        self.name = name or self.name
        self._tolerance = tolerance
        self._secrets = secrets_of(secrets)
        self.load()
        if isinstance(self._secrets, Fixed):  # others are fetched when needed
            for secret in self._secrets.current():
                self.try_secret(secret)

    def load(self) -> None:  # noqa: B027 - not every sender has a library
        """Import the sender's library: when built, where a missing one is seen at once."""

    def try_secret(self, secret: str) -> None:  # noqa: B027 - most take any text
        """Raise ConfigurationError for a secret that the sender could not have given."""

    @abstractmethod
    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        """Raise anything unless this was signed with the secret."""

    def sent_at(self, headers: Headers) -> int | None:
        """When the sender says that it signed, in seconds since 1970; None: it does not say.
        Refused where it should and does not."""
        return None

    @abstractmethod
    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        """What the sender keeps when it sends the delivery again; None: nothing."""

    def verify(self, body: bytes, headers: Headers, url: str) -> None:
        sent_at = self.sent_at(headers)
        if sent_at is not None and abs(time() - sent_at) > self._tolerance:
            raise Refused("its time is too old or too early; is this machine's clock right?")
        secrets = self._secrets.current()
        error = self._tried(secrets, body, headers, url)
        if error is not None:
            new = self._secrets.besides(secrets)
            if new:
                error = self._tried(new, body, headers, url)
        if error is not None:
            known = isinstance(error, Refused)
            raise error if known else Refused(f"it matches no secret ({type(error).__name__})")

    def _tried(
        self, secrets: list[str], body: bytes, headers: Headers, url: str
    ) -> Exception | None:
        """None if one of the secrets matches, else why the last one does not."""
        found: Exception = Refused("there is no secret")
        for secret in secrets:
            try:
                self.check(secret, body, headers, url)
            except Exception as error:
                found = error
            else:
                return None
        return found


def header(headers: Headers, name: str) -> str:
    """A header that must be there; Refused where it is not."""
    value = headers.get(name, "")
    if not value:
        raise Refused(f"it has no {name} header")
    return value


def seconds_of(text: str, name: str) -> int:
    """A time in seconds since 1970; Refused where the text is none."""
    if _integer(text) is None:
        raise Refused(f"the time in its {name} header is no number of seconds")
    return int(text)


def imported(module: str, extra: str) -> ModuleType:
    """A sender's library; ConfigurationError that says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigurationError(
            f"Expected the package of {module} to be installed, got {type(error).__name__}. "
            f"Next: pip install 'lambda-adapters[{extra}]'."
        ) from error


def sender_of(given: object) -> Sender:
    """A sender out of what stands beside a path; ConfigurationError for what is none."""
    is_class = isinstance(given, type)
    if not is_class and all(hasattr(given, part) for part in ("name", "verify", "delivery_id")):
        return given  # type: ignore[return-value]
    if not is_class and callable(given):
        if inspect.iscoroutinefunction(given):
            raise ConfigurationError(
                "Expected a verifier that decides when it is called, got a coroutine function, "
                "which nobody would await."
            )
        return Own(given)
    raise ConfigurationError(
        "Expected a sender such as Stripe(secret), or a function of (body, headers, url), got "
        f"{given.__name__ if isinstance(given, type) else type(given).__name__}."
    )


def normal_id(given: str | None, body: bytes) -> str:
    """A delivery's id as keys have it: the sender's own where it is plain and short, else a hash
    of it; without one, a hash of the body."""
    given = (given or "").strip()
    if not given:
        return "sha256-" + hashlib.sha256(body).hexdigest()
    if _plain(given):
        return given
    return "sha256-" + hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()


def json_id(body: bytes, name: str) -> str | None:
    """A text member of a JSON body, as the id of a delivery."""
    try:
        value = json.loads(body)[name]
    except (KeyError, TypeError, ValueError, RecursionError, IndexError):
        return None
    return value if isinstance(value, str) else None


def unverifiable(sender: Sender, result: object) -> AppError:
    """What a verifier that answers instead of raising gets: nobody knows what it meant."""
    if inspect.iscoroutine(result):
        result.close()
    return AppError(
        f"Expected the verifier of {sender.name} to return None and to raise where it refuses, "
        f"got {type(result).__name__}. The delivery was not given to the app."
    )
