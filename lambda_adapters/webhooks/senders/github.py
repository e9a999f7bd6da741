"""GitHub: `X-Hub-Signature-256: sha256=<hex>`, an HMAC-SHA256 of the body.

Source: docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
"""

import hmac

from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.secret_cache import SecretsOption
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import MISMATCH, SharedSecretSender

SIGNATURE = "x-hub-signature-256"


class GitHub(SharedSecretSender):
    """Verifies deliveries of GitHub, Gitea and Forgejo with the secret of the webhook.

    The older SHA-1 header is not accepted. GitHub signs only the body: no timestamp, no
    `X-GitHub-Event` and no `X-GitHub-Delivery`. So an attacker who has seen a delivery can send it
    again with a new id, but cannot make another delivery count as a repeat.
    """

    name = "github"
    required_headers = (SIGNATURE,)

    def __init__(self, secrets: SecretsOption, *, name: str = "") -> None:
        super().__init__(secrets, name=name)

    def check_signature(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        signature = headers[SIGNATURE].encode("latin-1", "replace")
        expected = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(expected.encode(), signature):
            raise Refused(MISMATCH)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return headers.get("x-github-delivery")
