"""How each sender signs. If a sender's library has a function for that, it is used."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from slack_sdk.signature import SignatureVerifier
from stripe import WebhookSignature

# Every front must deliver this text unchanged, and the page must escape it.
NOTE = "三船 paid 5 € <script>alert('not me')</script>"
Sign = Callable[[bytes, str, int], dict[str, str]]
"""Makes the headers with the signature from a body, a secret and a time in seconds since 1970."""


@dataclass(slots=True, frozen=True)
class Message:
    """A delivery without a signature."""

    id: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True, frozen=True)
class Sender:
    """A simulated sender: `create_message` makes a message with a new id, `sign` signs a body.

    `signs_time`: whether the signature contains a time, so that it becomes stale. GitHub's does
    not. `signs_text`: whether the sender's library needs a body in UTF-8 and refuses other bytes.
    """

    name: str
    create_message: Callable[[], Message]
    sign: Sign
    signs_time: bool = True
    signs_text: bool = True

    @property
    def path(self) -> str:
        """The path of the webhook, below the base URL."""
        return f"/{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable with the secret."""
        return f"{self.name.upper()}_SECRET"


def _create_stripe_message() -> Message:
    event_id = f"evt_{uuid4().hex}"
    charge = {"object": "charge", "description": NOTE}
    event = {"id": event_id, "object": "event", "type": "charge.succeeded"}
    return Message(event_id, _encode_json({**event, "data": {"object": charge}}), {})


def _sign_as_stripe(body: bytes, secret: str, at: int) -> dict[str, str]:
    text = _decode(body)
    if text is None:
        return {"stripe-signature": f"t={at},v1={_hmac_hex(secret, f'{at}.'.encode() + body)}"}
    header = WebhookSignature.generate_signature_header(text, secret, timestamp=at)
    return {"stripe-signature": header}


def _create_github_message() -> Message:
    delivery_id = str(uuid4())
    headers = {"x-github-event": "issues", "x-github-delivery": delivery_id}
    return Message(
        delivery_id, _encode_json({"action": "opened", "issue": {"title": NOTE}}), headers
    )


def _sign_as_github(body: bytes, secret: str, at: int) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={_hmac_hex(secret, body)}"}


def create_slack_message(**members: object) -> Message:
    """A message of Slack: an event, or the given members."""
    event_id = f"Ev{uuid4().hex}"
    event = {"type": "app_mention", "text": NOTE}
    content = members or {"type": "event_callback", "event_id": event_id, "event": event}
    return Message(event_id, _encode_json(content), {})


def _sign_as_slack(body: bytes, secret: str, at: int) -> dict[str, str]:
    if _decode(body) is None:
        signature: str | None = f"v0={_hmac_hex(secret, f'v0:{at}:'.encode() + body)}"
    else:
        verifier = SignatureVerifier(secret)
        signature = verifier.generate_signature(timestamp=str(at), body=body)
    return {"x-slack-request-timestamp": str(at), "x-slack-signature": signature or ""}


def _encode_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _decode(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _hmac_hex(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, "sha256").hexdigest()


SENDERS = (
    Sender("stripe", _create_stripe_message, _sign_as_stripe),
    Sender("github", _create_github_message, _sign_as_github, signs_time=False, signs_text=False),
    Sender("slack", create_slack_message, _sign_as_slack),
)
