"""The kind of a delivery, as its sender names it, and Slack's challenge."""

from typing import Any

from lambda_adapters.webhooks import Delivery

UNKNOWN = "unknown"
MAX_LENGTH = 100  # characters, the width of the column


def kind_of(delivery: Delivery) -> str:
    """The kind, such as `invoice.paid`, `push` or `app_mention`; "unknown" if there is none.

    A signed body can still contain text that PostgreSQL refuses (NUL, half a surrogate pair). Such
    a delivery would fail at every try, so its kind is unknown.
    """
    if delivery.sender == "github":
        kind: Any = delivery.headers.get("x-github-event")
    else:
        content = _read_object(delivery)
        event = content.get("event")  # Slack's events are in an outer object
        kind = event.get("type") if isinstance(event, dict) else content.get("type")
    if not isinstance(kind, str) or not kind.isprintable() or not 0 < len(kind) <= MAX_LENGTH:
        return UNKNOWN
    return kind


def find_challenge(delivery: Delivery) -> str | None:
    """The word that Slack expects back before it sends to a new URL. None for other deliveries.

    Source: docs.slack.dev/reference/events/url_verification
    """
    content = _read_object(delivery)
    challenge = content.get("challenge") if content.get("type") == "url_verification" else None
    return challenge if isinstance(challenge, str) else None


def _read_object(delivery: Delivery) -> dict[str, Any]:
    """The JSON object in the body. Empty if the body is not a JSON object, such as a form."""
    try:
        content = delivery.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
