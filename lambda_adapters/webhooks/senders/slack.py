"""Slack: `X-Slack-Signature: v0=<hex>`, an HMAC-SHA256 of time and body.

Source: docs.slack.dev/authentication/verifying-requests-from-slack; verified by Slack's own
library.
"""

from typing import Any

from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.ids import json_id
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import MISMATCH, Signed, imported, seconds_of

TIME = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"


class Slack(Signed):
    """Signed by Slack: events, slash commands and interactions. Needs the extra `slack`. A
    secret is an app's signing secret.

    A delivery's id is its `event_id`; what has none (commands, interactions) Slack does not send
    again, and its signature stands for it.
    """

    name = "slack"
    signs_id = True
    extra = "slack"
    needed = (TIME, SIGNATURE)

    def load(self) -> None:
        self._verifier: Any = imported("slack_sdk.signature", self.extra).SignatureVerifier

    def sent_at(self, headers: Headers) -> int | None:
        return seconds_of(headers[TIME], TIME)

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        if not self._verifier(secret).is_valid(body, headers[TIME], headers[SIGNATURE]):
            raise Refused(MISMATCH)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return json_id(body, "event_id") or headers.get(SIGNATURE)
