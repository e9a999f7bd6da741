"""Slack: `X-Slack-Signature: v0=<hex>`, an HMAC-SHA256 of the timestamp and the body.

Source: docs.slack.dev/authentication/verifying-requests-from-slack; verified with Slack's own
library.
"""

from typing import Any

from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.senders.ids import id_from_json
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import (
    MISMATCH,
    SharedSecretSender,
    import_library,
    parse_seconds,
)

TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"


class Slack(SharedSecretSender):
    """Verifies Slack's events, slash commands and interactions with the app's signing secret.
    Needs the extra `slack`.

    A delivery's id is its `event_id`. Commands and interactions have none, and Slack does not
    retry them; their id is the signature.
    """

    name = "slack"
    signs_id = True
    extra = "slack"
    required_headers = (TIMESTAMP, SIGNATURE)

    def load(self) -> None:
        self._verifier: Any = import_library("slack_sdk.signature", self.extra).SignatureVerifier

    def timestamp_from_headers(self, headers: Headers) -> int | None:
        return parse_seconds(headers[TIMESTAMP], TIMESTAMP)

    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        if not self._verifier(secret).is_valid(body, headers[TIMESTAMP], headers[SIGNATURE]):
            raise Refused(MISMATCH)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return id_from_json(body, "event_id") or headers.get(SIGNATURE)
