"""How each sender signs its requests."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs

import stripe
from slack_sdk.signature import SignatureVerifier
from standardwebhooks.webhooks import Webhook as StandardWebhook
from svix.webhooks import Webhook as SvixWebhook
from twilio.request_validator import RequestValidator

from lambda_adapters.webhooks import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio
from lambda_adapters.webhooks.delivery import FORM
from lambda_adapters.webhooks.senders.signed import SharedSecretSender
from lambda_adapters.webhooks.senders.twilio import Fields

BASE64_SECRET = "whsec_" + b64encode(b"a secret of twenty-four b").decode()
OTHER_SECRET = "whsec_" + b64encode(b"another of twenty-four by").decode()

Sign = Callable[[bytes, str, str, float], dict[str, str]]
"""(body, secret, url, seconds since 1970) -> headers. Raises if the sender's own library cannot
sign such a body."""


@dataclass(frozen=True)
class Case:
    """A sender: its class, how it signs, its secret, and a body that it could send."""

    name: str
    kind: type[SharedSecretSender]
    sign: Sign
    body: bytes = b'{"id": "evt_1", "event_id": "Ev1", "note": "caf\\u00e9"}'
    content_type: str = "application/json"
    signs_time: bool = True
    signs_bytes: bool = False  # also bytes that are not UTF-8
    signs_body: bool = True  # False: it signs the fields of a form
    secret: str = BASE64_SECRET
    query: str = ""

    def sender(self) -> SharedSecretSender:
        return self.kind(self.secret)


def sign_standard(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    signature = StandardWebhook(secret).sign(
        "msg_1", datetime.fromtimestamp(timestamp, UTC), body.decode()
    )
    return _standard_headers("webhook", timestamp, signature)


def sign_svix(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    signature = SvixWebhook(secret).sign(
        "msg_1", datetime.fromtimestamp(timestamp, UTC), body.decode()
    )
    return _standard_headers("svix", timestamp, signature)


def _standard_headers(prefix: str, timestamp: float, signature: str) -> dict[str, str]:
    return {
        f"{prefix}-id": "msg_1",
        f"{prefix}-timestamp": str(int(timestamp)),
        f"{prefix}-signature": signature,
    }


def sign_stripe(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    signer = stripe.WebhookSignature
    return {
        "Stripe-Signature": signer.generate_signature_header(body.decode(), secret, int(timestamp))
    }


def sign_slack(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    signature = SignatureVerifier(secret).generate_signature(
        timestamp=str(int(timestamp)), body=body
    )
    assert signature is not None
    return {"X-Slack-Request-Timestamp": str(int(timestamp)), "X-Slack-Signature": signature}


def sign_github(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Delivery": "7c6f-1"}


def sign_twilio(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    fields = Fields(parse_qs(body.decode(), keep_blank_values=True))
    signature = RequestValidator(secret).compute_signature(url, fields)
    return {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": "tok-1"}


def sign_twilio_json(body: bytes, secret: str, url: str, timestamp: float) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(secret).compute_signature(url, {})}


def body_query(body: bytes) -> str:
    """The query that Twilio adds to the URL if the body is not a form."""
    return "bodySHA256=" + hashlib.sha256(body).hexdigest()


CASES = {
    case.name: case
    for case in (
        Case("standard-webhooks", StandardWebhooks, sign_standard),
        Case("svix", Svix, sign_svix),
        Case("stripe", Stripe, sign_stripe),
        Case("slack", Slack, sign_slack),
        Case("github", GitHub, sign_github, signs_time=False, signs_bytes=True),
        Case(
            "twilio",
            Twilio,
            sign_twilio,
            body=b"Body=Tea+at+5%3F&From=%2B4412345&Empty=",
            content_type=FORM,
            signs_time=False,
            signs_body=False,
        ),
    )
}

IDS = {
    "standard-webhooks": "msg_1",
    "svix": "msg_1",
    "stripe": "evt_1",
    "slack": "Ev1",
    "github": "7c6f-1",
    "twilio": "tok-1",
}
