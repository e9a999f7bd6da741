"""Signed: what senders with a shared secret have in common."""

import importlib
import re
from abc import ABC, abstractmethod
from time import time
from types import ModuleType

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.secret_cache import Given, secrets_of
from lambda_adapters.webhooks.senders.sender import Refused

# The senders' libraries allow five minutes; some cannot be told to allow more.
LONGEST_TOLERANCE = 300.0

MISMATCH = (
    "none of its secrets gives this signature; either the secret is another one, or what was "
    "signed has changed on its way"
)
_integer = re.compile(r"[0-9]{1,15}").fullmatch


class Signed(ABC):
    """A sender that signs with a shared secret: several secrets, and a window of time.

    `secrets`: a text, several, or a function that gives them. `tolerance`: how many seconds a
    delivery may be old or early, up to 300. `name` begins the deliveries' keys: give two endpoints
    of one sender two names. Raises ConfigurationError for secrets that cannot be, and where the
    sender's library is not installed.
    """

    name = ""
    extra = ""  # what to install for it
    signs_id = False
    needed: tuple[str, ...] = ()  # headers without which nothing is signed

    def __init__(self, secrets: Given, *, tolerance: float = 300, name: str = "") -> None:
        number = isinstance(tolerance, (int, float)) and not isinstance(tolerance, bool)
        if not number or not 0 < tolerance <= LONGEST_TOLERANCE:
            raise ConfigurationError(
                f"Expected a tolerance of at most {LONGEST_TOLERANCE:.0f} seconds and over 0, got "
                f"{tolerance!r}: the senders' own libraries allow no more."
            )
        self.name = name or self.name
        self._tolerance = tolerance
        self.load()
        self._secrets = secrets_of(secrets, self.try_secret)

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
        for name in self.needed:  # before any secret is asked for
            header(headers, name)
        sent_at = self.sent_at(headers)
        if sent_at is not None and abs(time() - sent_at) > self._tolerance:
            raise Refused("its time is too old or too early; is this machine's clock right?")
        secrets = self._secrets.current()
        error = self._tried(secrets, body, headers, url)
        if error is not None:
            new = self._secrets.besides(secrets)
            if new:
                error = self._tried(new, body, headers, url)
        if isinstance(error, Refused):
            raise error
        if error is not None:
            raise Refused(f"{MISMATCH} ({type(error).__name__})") from error

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
        package = module.partition(".")[0]
        raise ConfigurationError(
            f"Expected the package {package}, which could not be imported "
            f"({type(error).__name__}). Next: pip install 'lambda-adapters[{extra}]'."
        ) from error
