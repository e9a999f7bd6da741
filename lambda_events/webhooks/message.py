"""A delivery as the text of a message on a queue, both ways.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (sizes,
characters).
"""

import json

from lambda_events.body import decode, encode
from lambda_events.errors import AppError, UnknownEvent
from lambda_events.webhooks.delivery import KEY, Delivery

MOST = 1_048_576
"""Bytes of a message that SQS takes (1 MiB). A queue's own MaximumMessageSize may be lower; then it
is SQS that refuses."""

VERSION = 1
"""Of the format below. It stands in each message, which tells ours from all others."""

_UNSENT = frozenset({"authorization", "cookie"})  # of use to whoever reads the queue, not to work


def text_of(delivery: Delivery) -> str:
    """The message that holds a delivery: JSON in ASCII, because SQS refuses most control
    characters. AppError where it would be too large."""
    try:
        text = _text(delivery, delivery.body.decode(), False)
    except UnicodeDecodeError:
        text = _text(delivery, encode(delivery.body), True)
    if len(text) > MOST:  # letters beyond ASCII take six bytes each, and in base64 four
        text = min(text, _text(delivery, encode(delivery.body), True), key=len)
    if len(text) > MOST:
        raise AppError(
            f"Expected a message of at most {MOST} bytes for SQS, got one of {len(text)}, counted "
            "as JSON. Next: store the body in S3, and put a delivery whose body names its place."
        )
    return text


def _text(delivery: Delivery, body: str, encoded: bool) -> str:
    headers = delivery.headers.items()
    message = {
        KEY: VERSION,
        "sender": delivery.sender,
        "id": delivery.id,
        "method": delivery.method,
        "url": delivery.url,
        "headers": {name: value for name, value in headers if name not in _UNSENT},
        "body": body,
        "isBase64Encoded": encoded,
    }
    return json.dumps(message, separators=(",", ":"))


def delivery_from_text(text: object) -> Delivery:
    """The delivery that a message holds. Raises UnknownEvent for a message that is not ours."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
        if not isinstance(message, dict) or message.pop(KEY, None) != VERSION:
            raise ValueError("not ours")
        encoded, headers = message.pop("isBase64Encoded"), message.pop("headers")
        body = decode(message.pop("body")) if encoded else message.pop("body").encode()
        texts = [*message.values(), *headers.values()]
        if not all(isinstance(each, str) for each in texts):
            raise ValueError("not ours")
        return Delivery(**message, headers=headers, body=body)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise UnknownEvent(
            f"Expected a message that later(...).put has written (format {VERSION}), got another. "
            "Next: give other messages a queue of their own."
        ) from None
