"""What kind of news a delivery brings, in its sender's own words, and Slack's question."""

from typing import Any

from lambda_adapters.webhooks import Delivery

UNKNOWN = "unknown"
LONGEST = 100  # characters; the column's width


def kind_of(delivery: Delivery) -> str:
    """`invoice.paid`, `push`, `app_mention`; "unknown" where the delivery does not say.

    A signature says who wrote the body, not what is in it: JSON can hold what PostgreSQL takes for
    no text (NUL, half a surrogate pair), and such a delivery would fail for ever.
    """
    if delivery.sender == "github":
        kind: Any = delivery.headers.get("x-github-event")
    else:
        said = _object_in(delivery)
        event = said.get("event")  # Slack wraps what happened
        kind = event.get("type") if isinstance(event, dict) else said.get("type")
    if not isinstance(kind, str) or not kind.isprintable() or not 0 < len(kind) <= LONGEST:
        return UNKNOWN
    return kind


def challenge_in(delivery: Delivery) -> str | None:
    """What Slack wants to have repeated before it sends to a new URL
    (docs.slack.dev/reference/events/url_verification); None in all other deliveries."""
    said = _object_in(delivery)
    challenge = said.get("challenge") if said.get("type") == "url_verification" else None
    return challenge if isinstance(challenge, str) else None


def _object_in(delivery: Delivery) -> dict[str, Any]:
    """The body's JSON object; empty where it is none, such as a form's fields."""
    try:
        said = delivery.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
