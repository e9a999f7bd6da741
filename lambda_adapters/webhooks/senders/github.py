"""GitHub: `X-Hub-Signature-256: sha256=<hex>`, an HMAC-SHA256 of the body.

Source: docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
"""

import hmac

from lambda_adapters.webhooks.delivery import Headers
from lambda_adapters.webhooks.secret_cache import Given
from lambda_adapters.webhooks.senders.sender import Refused
from lambda_adapters.webhooks.senders.signed import MISMATCH, Signed

SIGNATURE = "x-hub-signature-256"


class GitHub(Signed):
    """Signed by GitHub, or by what signs as it does (Gitea, Forgejo). A secret is a webhook's.

    The older SHA-1 header does not count. GitHub signs nothing but the body: no time, not
    `X-GitHub-Event`, not `X-GitHub-Delivery`. So who has seen a delivery can send it again as
    another, but not in place of another.
    """

    name = "github"
    needed = (SIGNATURE,)

    def __init__(self, secrets: Given, *, name: str = "") -> None:
        super().__init__(secrets, name=name)

    def check(self, secret: str, body: bytes, headers: Headers, url: str) -> None:
        signature = headers[SIGNATURE].encode("latin-1", "replace")
        expected = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(expected.encode(), signature):
            raise Refused(MISMATCH)

    def delivery_id(self, body: bytes, headers: Headers) -> str | None:
        return headers.get("x-github-delivery")
