"""Stripe: `Stripe-Signature: t=<time>,v1=<hex>`, an HMAC-SHA256 of time and body.

Source: docs.stripe.com/webhooks#verify-manually; verified by Stripe's own library.
"""

from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.ids import json_id
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import Signed, imported, seconds_of


class Stripe(Signed):
    """Signed by Stripe. Needs the extra `stripe`. A secret is an endpoint's, `whsec_...`.

    A delivery's id is its event's (`evt_...`), which Stripe keeps when it tries again.
    """

    name = "stripe"
    signs_id = True
    extra = "stripe"
    needed = ("stripe-signature",)

    def load(self) -> None:
        self._signature: Any = imported("stripe", self.extra).WebhookSignature

    def try_secret(self, secret: str) -> None:
        if secret.startswith(("sk_", "pk_", "rk_")):
            raise ConfigurationError(
                "Expected the signing secret of a Stripe endpoint, whsec_..., got an API key. "
                "Next: take the one that Stripe shows beside the endpoint."
            )

    def sent_at(self, headers: Headers) -> int | None:
        items = [item.split("=", 2) for item in headers["stripe-signature"].split(",")]
        times = [item[1] for item in items if item[0] == "t" and len(item) > 1]
        if not times:
            raise Refused("its stripe-signature header holds no time")
        return seconds_of(times[0], "stripe-signature")

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        # The time is checked above, in both directions; here once more, as the library reads it.
        self._signature.verify_header(body, headers["stripe-signature"], secret, self._tolerance)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return json_id(body, "id")
