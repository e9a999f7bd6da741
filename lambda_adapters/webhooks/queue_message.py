"""A delivery as the text of a message on a queue, both ways.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (sizes,
characters).
"""

import json
import zlib
from collections.abc import Callable
from typing import Any

from lambda_adapters.errors import AppError, UnknownEvent
from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.webhooks.delivery import KEY, Delivery

MOST = 1_048_576
"""Bytes of a message that SQS takes (1 MiB). A queue's own MaximumMessageSize may be lower; then it
is SQS that refuses."""

VERSION = "1"
"""Of the format below. It stands in each message, which tells ours from all others."""

_TEXTS = (KEY, "sender", "id", "method", "path", "url", "digest", "body", "encoding")
_UNSENT = frozenset({"authorization", "cookie", "x-api-key"})  # for whoever reads the queue
_MOST_BODY = 64 * 1024 * 1024  # a message of 1 MiB could unpack to a gigabyte


def text_of(delivery: Delivery) -> str:
    """The message that holds a delivery: JSON in ASCII, because SQS refuses most control
    characters. AppError where it would be too large, even compressed."""
    try:
        text = _text(delivery, delivery.body.decode(), "text")
    except UnicodeDecodeError:
        text = _text(delivery, encode_base64(delivery.body), "base64")
    if len(text) > MOST:
        text = _text(delivery, encode_base64(zlib.compress(delivery.body)), "zlib")
    if len(text) > MOST or len(delivery.body) > _MOST_BODY:
        raise AppError(
            f"Expected a message of at most {MOST} bytes for SQS, got one of {len(text)}, counted "
            "as JSON. Next: store the body in S3, and put a delivery whose body names its place."
        )
    return text


def _text(delivery: Delivery, body: str, encoding: str) -> str:
    headers = delivery.headers.items()
    message = {
        KEY: VERSION,
        "sender": delivery.sender,
        "id": delivery.id,
        "method": delivery.method,
        "path": delivery.path,
        "url": delivery.url,
        "digest": delivery.digest,
        "headers": {name: value for name, value in headers if name not in _UNSENT},
        "body": body,
        "encoding": encoding,
    }
    return json.dumps(message, separators=(",", ":"))


def delivery_from_text(text: object) -> Delivery:
    """The delivery that a message holds. Raises UnknownEvent for a message that is not ours."""
    try:
        return _delivery(json.loads(text) if isinstance(text, str) else None)
    except (KeyError, RecursionError, ValueError, zlib.error):
        raise UnknownEvent(
            f"Expected a message that later(...).put has written (format {VERSION}), got another. "
            "Next: give other messages a queue of their own."
        ) from None


def _delivery(message: Any) -> Delivery:
    """ValueError and its like for what `_text` would not have written."""
    if not isinstance(message, dict) or message.keys() != {*_TEXTS, "headers"}:
        raise ValueError("another format")
    headers = message["headers"]
    texts = [message[name] for name in _TEXTS]
    if not isinstance(headers, dict) or not all(map(_is_text, [*texts, *headers.values()])):
        raise ValueError("other types")
    if message[KEY] != VERSION:
        raise ValueError("another version")
    return Delivery(
        sender=message["sender"],
        id=message["id"],
        body=_BODIES[message["encoding"]](message["body"]),
        headers=headers,
        url=message["url"],
        method=message["method"],
        path=message["path"],
        digest=message["digest"],
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _unpacked(text: str) -> bytes:
    unpacking = zlib.decompressobj()
    body = unpacking.decompress(decode_base64(text), _MOST_BODY)
    if not unpacking.eof:
        raise ValueError("cut off, or too large")
    return body


_Read = Callable[[str], bytes]
_BODIES: dict[str, _Read] = {"text": str.encode, "base64": decode_base64, "zlib": _unpacked}
