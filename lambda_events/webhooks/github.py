"""GitHub: `X-Hub-Signature-256: sha256=<hex>`, an HMAC-SHA256 of the body.

Source: docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
"""

import hmac

from lambda_events.webhooks.delivery import Headers
from lambda_events.webhooks.secrets import Given
from lambda_events.webhooks.sender import Refused, Signed, header


class GitHub(Signed):
    """Signed by GitHub, or by what signs as it does (Gitea, Forgejo). A secret is a webhook's.

    The older SHA-1 header does not count. GitHub signs neither a time nor the delivery's id
    (`X-GitHub-Delivery`): who has seen a delivery can send it again.
    """

    name = "github"

    def __init__(self, secrets: Given, *, name: str = "") -> None:
        super().__init__(secrets, name=name)

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        signature = header(headers, "x-hub-signature-256").encode("latin-1", "replace")
        expected = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(expected.encode(), signature):
            raise Refused("its signature is not that of this body")

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return headers.get("x-github-delivery")
