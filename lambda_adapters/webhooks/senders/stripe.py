"""Stripe: `Stripe-Signature: t=<time>,v1=<hex>`, an HMAC-SHA256 of timestamp and body.

Source: docs.stripe.com/webhooks#verify-manually; verified with Stripe's own library.
"""

from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.ids import id_from_json
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import (
    SharedSecretSender,
    import_library,
    parse_seconds,
)


class Stripe(SharedSecretSender):
    """Verifies deliveries of Stripe with the signing secret of the endpoint, `whsec_...`. Needs the
    extra `stripe`.

    A delivery's id is the id of its event (`evt_...`), the same for every retry.
    """

    name = "stripe"
    signs_id = True
    extra = "stripe"
    required_headers = ("stripe-signature",)

    def load(self) -> None:
        self._signature: Any = import_library("stripe", self.extra).WebhookSignature

    def check_secret(self, secret: str) -> None:
        if secret.startswith(("sk_", "pk_", "rk_")):
            raise ConfigurationError(
                "Expected the signing secret of a Stripe endpoint, whsec_..., got an API key. "
                "Next: copy the signing secret from the endpoint's page in Stripe."
            )

    def timestamp_from_headers(self, headers: Headers) -> int | None:
        items = [item.split("=", 2) for item in headers["stripe-signature"].split(",")]
        timestamps = [item[1] for item in items if item[0] == "t" and len(item) > 1]
        if not timestamps:
            raise Refused("its stripe-signature header has no timestamp")
        return parse_seconds(timestamps[0], "stripe-signature")

    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        # The library checks the timestamp too, but accepts any timestamp in the future.
        self._signature.verify_header(body, headers["stripe-signature"], secret, self._tolerance)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return id_from_json(body, "id")
