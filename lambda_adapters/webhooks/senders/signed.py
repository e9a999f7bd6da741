"""SharedSecretSender: the base class of senders that sign with a shared secret."""

import importlib
import re
from abc import ABC, abstractmethod
from time import time
from types import ModuleType

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.secret_cache import SecretsOption, secrets_of
from lambda_adapters.webhooks.senders.sender import Refused

# In seconds. The senders' libraries allow five minutes; some of them cannot allow more.
MAX_TOLERANCE = 300.0

MISMATCH = (
    "its signature matches none of the secrets: the secret is wrong, or the request was changed "
    "after it was signed"
)
_integer = re.compile(r"[0-9]{1,15}").fullmatch


class SharedSecretSender(ABC):
    """A sender that signs with a shared secret. Any of its secrets may match.

    `secrets`: a text, several texts, or a function that returns them. `tolerance`: how many
    seconds the timestamp of a delivery may be in the past or in the future, up to 300. `name`: the
    start of the deliveries' keys; give two endpoints of one sender different names. Raises
    ConfigurationError for a wrong argument, or if the sender's library is not installed.
    """

    name = ""
    extra = ""  # the extra of this package that installs the sender's library
    signs_id = False
    required_headers: tuple[str, ...] = ()

    def __init__(self, secrets: SecretsOption, *, tolerance: float = 300, name: str = "") -> None:
        number = isinstance(tolerance, (int, float)) and not isinstance(tolerance, bool)
        if not number or not 0 < tolerance <= MAX_TOLERANCE:
            raise ConfigurationError(
                f"Expected a tolerance of more than 0 and at most {MAX_TOLERANCE:.0f} seconds, got "
                f"{tolerance!r}: the senders' own libraries allow no more."
            )
        self.name = name or self.name
        self._tolerance = tolerance
        self.load()
        self._secrets = secrets_of(secrets, self.check_secret)

    def load(self) -> None:  # noqa: B027 - not every sender has a library
        """Import the sender's library. __init__ calls this, so a missing library fails early."""

    def check_secret(self, secret: str) -> None:  # noqa: B027 - most senders accept any text
        """Raise ConfigurationError for a text that cannot be a secret of the sender."""

    @abstractmethod
    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        """Raise any exception unless this was signed with the secret."""

    def timestamp_from_headers(self, headers: Headers) -> int | None:
        """Return the time of signing in seconds since 1970, or None if the sender does not send
        it. Raises Refused if it is missing or wrong."""
        return None

    @abstractmethod
    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        """Return the sender's id, the same for every retry, or None."""

    def verify(self, body: bytes, headers: Headers, url: str) -> None:
        for name in self.required_headers:  # before secrets are fetched
            require_header(headers, name)
        timestamp = self.timestamp_from_headers(headers)
        if timestamp is not None and abs(time() - timestamp) > self._tolerance:
            raise Refused("its timestamp is too old or in the future; check this machine's clock")
        secrets = self._secrets.get()
        error = self._try_secrets(secrets, body, headers, url)
        if error is not None:
            new = self._secrets.get_new(secrets)
            if new:
                error = self._try_secrets(new, body, headers, url)
        if isinstance(error, Refused):
            raise error
        if error is not None:
            raise Refused(f"{MISMATCH} ({type(error).__name__})") from error

    def _try_secrets(
        self, secrets: list[str], body: bytes, headers: Headers, url: str
    ) -> Exception | None:
        """Return None if one of the secrets matches, else the error of the last one."""
        last_error: Exception = Refused("there is no secret")
        for secret in secrets:
            try:
                self.check_signature(secret, body, headers, url)
            except Exception as error:
                last_error = error
            else:
                return None
        return last_error


def require_header(headers: Headers, name: str) -> str:
    """Return the value of a header. Raises Refused if it is missing or empty."""
    value = headers.get(name, "")
    if not value:
        raise Refused(f"it has no {name} header")
    return value


def parse_seconds(text: str, name: str) -> int:
    """Return a timestamp in seconds since 1970. Raises Refused if the text is not one."""
    if _integer(text) is None:
        raise Refused(f"the timestamp in its {name} header is not a number of seconds")
    return int(text)


def import_library(module: str, extra: str) -> ModuleType:
    """Return a sender's library. Raises ConfigurationError, with what to install, if that fails."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ConfigurationError(
            f"Expected the package {package}, which could not be imported "
            f"({type(error).__name__}). Next: pip install 'lambda-adapters[{extra}]'."
        ) from error
