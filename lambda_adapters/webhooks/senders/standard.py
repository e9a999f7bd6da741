"""Standard Webhooks, and Svix, which uses the same format with its own header names.

Source: standardwebhooks.com (specification 1.0.0); docs.svix.com/receiving/verifying-payloads.
"""

from base64 import b64decode
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.signed import (
    SharedSecretSender,
    import_library,
    parse_seconds,
    require_header,
)

PARTS = ("id", "timestamp", "signature")


class StandardWebhooks(SharedSecretSender):
    """Verifies deliveries of Standard Webhooks: `webhook-id`, `webhook-timestamp` and
    `webhook-signature`. Needs the extra `standardwebhooks`. A secret is base64, with or without
    the prefix `whsec_`."""

    name = "standard-webhooks"
    signs_id = True
    extra = "standardwebhooks"

    def load(self) -> None:
        self._library: Any = import_library("standardwebhooks.webhooks", self.extra)

    def check_secret(self, secret: str) -> None:
        text = secret.removeprefix("whsec_")
        try:
            if b64decode(text + "=" * (-len(text) % 4), validate=True):
                return
        except ValueError:
            pass
        raise ConfigurationError(
            f"Expected a base64 secret of {self.name}, with or without whsec_, got text that is "
            "not base64. (whpk_ and whsk_ are keys of asymmetric signatures, which are not "
            "supported.)"
        )

    def select_headers(self, headers: Headers) -> dict[str, str]:
        """Return the three headers under the names of the specification."""
        return {f"webhook-{part}": require_header(headers, f"webhook-{part}") for part in PARTS}

    def timestamp_from_headers(self, headers: Headers) -> int | None:
        return parse_seconds(self.select_headers(headers)["webhook-timestamp"], "timestamp")

    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        self._library.Webhook(secret).verify(body, self.select_headers(headers), json_parse=False)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return self.select_headers(headers)["webhook-id"]


class Svix(StandardWebhooks):
    """Verifies deliveries of Svix. Reads `svix-id`, `svix-timestamp` and `svix-signature`, or the
    standard's header if one is missing."""

    name = "svix"

    def select_headers(self, headers: Headers) -> dict[str, str]:
        return {
            f"webhook-{part}": headers.get(f"svix-{part}")
            or require_header(headers, f"webhook-{part}")
            for part in PARTS
        }
