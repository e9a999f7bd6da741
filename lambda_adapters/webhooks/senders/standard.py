"""Standard Webhooks, and Svix, which sends the same under names of its own.

Source: standardwebhooks.com (specification 1.0.0); docs.svix.com/receiving/verifying-payloads.
"""

from base64 import b64decode
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.signed import Signed, header, imported, seconds_of

PARTS = ("id", "timestamp", "signature")


class StandardWebhooks(Signed):
    """Signed as standardwebhooks.com has it: `webhook-id`, `webhook-timestamp` and
    `webhook-signature`. Needs the extra `standardwebhooks`. A secret is base64, with or without
    `whsec_` in front."""

    name = "standard-webhooks"
    signs_id = True
    extra = "standardwebhooks"

    def load(self) -> None:
        self._library: Any = imported("standardwebhooks.webhooks", self.extra)

    def try_secret(self, secret: str) -> None:
        text = secret.removeprefix("whsec_")
        try:
            if b64decode(text + "=" * (-len(text) % 4), validate=True):
                return
        except ValueError:
            pass
        raise ConfigurationError(
            f"Expected a secret of {self.name} as base64, perhaps behind whsec_, got a text that "
            "is none. (whpk_ and whsk_ are keys of asymmetric signatures, which this does not "
            "verify.)"
        )

    def named(self, headers: Headers) -> dict[str, str]:
        """The three headers under the names of the specification."""
        return {f"webhook-{part}": header(headers, f"webhook-{part}") for part in PARTS}

    def sent_at(self, headers: Headers) -> int | None:
        return seconds_of(self.named(headers)["webhook-timestamp"], "timestamp")

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        self._library.Webhook(secret).verify(body, self.named(headers), json_parse=False)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return self.named(headers)["webhook-id"]


class Svix(StandardWebhooks):
    """Sent by Svix: `svix-id` and its like, or the standard's names where those are missing."""

    name = "svix"

    def named(self, headers: Headers) -> dict[str, str]:
        return {
            f"webhook-{part}": headers.get(f"svix-{part}") or header(headers, f"webhook-{part}")
            for part in PARTS
        }
