"""How each sender signs, by the sender's own signing function where its library has one."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from slack_sdk.signature import SignatureVerifier
from stripe import WebhookSignature

# It must come back unharmed from every front, and out of the page as text.
NOTE = "三船 paid 5 € <script>alert('not me')</script>"
Sign = Callable[[bytes, str, int], dict[str, str]]
"""Body, secret and time (seconds since 1970) to the headers that prove them."""


@dataclass(slots=True, frozen=True)
class Message:
    """One delivery before it is signed."""

    id: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True, frozen=True)
class Player:
    """A sender: `write` makes a message with an id of its own, `sign` signs its body.

    `signs_time`: GitHub does not, so there nothing is ever stale. `signs_text`: the library takes a
    body for text, so bytes that are no UTF-8 are refused, whoever signed them.
    """

    name: str
    write: Callable[[], Message]
    sign: Sign
    signs_time: bool = True
    signs_text: bool = True

    @property
    def path(self) -> str:
        """Where it sends to, below the base URL."""
        return f"/{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that holds its secret."""
        return f"{self.name.upper()}_SECRET"


def _stripe_message() -> Message:
    event_id = f"evt_{uuid4().hex}"
    charge = {"object": "charge", "description": NOTE}
    event = {"id": event_id, "object": "event", "type": "charge.succeeded"}
    return Message(event_id, _json({**event, "data": {"object": charge}}), {})


def _sign_as_stripe(body: bytes, secret: str, at: int) -> dict[str, str]:
    text = _text_in(body)
    if text is None:
        return {"stripe-signature": f"t={at},v1={_hex(secret, f'{at}.'.encode() + body)}"}
    header = WebhookSignature.generate_signature_header(text, secret, timestamp=at)
    return {"stripe-signature": header}


def _github_message() -> Message:
    delivery_id = str(uuid4())
    headers = {"x-github-event": "issues", "x-github-delivery": delivery_id}
    return Message(delivery_id, _json({"action": "opened", "issue": {"title": NOTE}}), headers)


def _sign_as_github(body: bytes, secret: str, at: int) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={_hex(secret, body)}"}


def slack_message(**members: object) -> Message:
    """An event of Slack's, or with members of its own another message."""
    event_id = f"Ev{uuid4().hex}"
    event = {"type": "app_mention", "text": NOTE}
    said = members or {"type": "event_callback", "event_id": event_id, "event": event}
    return Message(event_id, _json(said), {})


def _sign_as_slack(body: bytes, secret: str, at: int) -> dict[str, str]:
    if _text_in(body) is None:
        signature: str | None = f"v0={_hex(secret, f'v0:{at}:'.encode() + body)}"
    else:
        verifier = SignatureVerifier(secret)
        signature = verifier.generate_signature(timestamp=str(at), body=body)
    return {"x-slack-request-timestamp": str(at), "x-slack-signature": signature or ""}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _text_in(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _hex(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, "sha256").hexdigest()


PLAYERS = (
    Player("stripe", _stripe_message, _sign_as_stripe),
    Player("github", _github_message, _sign_as_github, signs_time=False, signs_text=False),
    Player("slack", slack_message, _sign_as_slack),
)
