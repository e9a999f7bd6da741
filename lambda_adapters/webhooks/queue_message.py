"""Convert a delivery to the text of a queue message, and back.

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

MAX_MESSAGE_BYTES = 1_048_576
"""SQS's maximum message size (1 MiB). If a queue's MaximumMessageSize is lower, SQS refuses the
message."""

VERSION = "1"
"""The version of the message format. Each message contains it, to recognize our messages."""

_TEXT_FIELDS = (KEY, "sender", "id", "method", "path", "url", "digest", "body", "encoding")
# Credentials, which readers of the queue should not get.
_OMITTED_HEADERS = frozenset({"authorization", "cookie", "x-api-key"})
_MAX_BODY_BYTES = 64 * 1024 * 1024  # a message of 1 MiB could decompress to 1 GB


def text_from_delivery(delivery: Delivery) -> str:
    """Return the message for a delivery: JSON in ASCII, because SQS refuses most control
    characters. Raises AppError if it is too large even when compressed."""
    try:
        text = _message_text(delivery, delivery.body.decode(), "text")
    except UnicodeDecodeError:
        text = _message_text(delivery, encode_base64(delivery.body), "base64")
    if len(text) > MAX_MESSAGE_BYTES:
        text = _message_text(delivery, encode_base64(zlib.compress(delivery.body)), "zlib")
    if len(text) > MAX_MESSAGE_BYTES or len(delivery.body) > _MAX_BODY_BYTES:
        raise AppError(
            f"Expected a message of at most {MAX_MESSAGE_BYTES} bytes for SQS, got one of "
            f"{len(text)}, counted as JSON. Next: store the body in S3, and put a "
            "delivery whose body contains the object key."
        )
    return text


def _message_text(delivery: Delivery, body: str, encoding: str) -> str:
    headers = delivery.headers.items()
    message = {
        KEY: VERSION,
        "sender": delivery.sender,
        "id": delivery.id,
        "method": delivery.method,
        "path": delivery.path,
        "url": delivery.url,
        "digest": delivery.digest,
        "headers": {name: value for name, value in headers if name not in _OMITTED_HEADERS},
        "body": body,
        "encoding": encoding,
    }
    return json.dumps(message, separators=(",", ":"))


def delivery_from_text(text: object) -> Delivery:
    """Return the delivery in a message. Raises UnknownEvent if `put` did not write the message."""
    try:
        return _delivery_from_message(json.loads(text) if isinstance(text, str) else None)
    except (KeyError, RecursionError, ValueError, zlib.error):
        raise UnknownEvent(
            f"Expected a message written by later(...).put (format {VERSION}), got another one. "
            "Next: send other messages to another queue."
        ) from None


def _delivery_from_message(message: Any) -> Delivery:
    """Return the delivery. Raises KeyError, ValueError or zlib.error for another format."""
    if not isinstance(message, dict) or message.keys() != {*_TEXT_FIELDS, "headers"}:
        raise ValueError("another format")
    headers = message["headers"]
    texts = [message[name] for name in _TEXT_FIELDS]
    if not isinstance(headers, dict) or not all(map(_is_text, [*texts, *headers.values()])):
        raise ValueError("other types")
    if message[KEY] != VERSION:
        raise ValueError("another version")
    return Delivery(
        sender=message["sender"],
        id=message["id"],
        body=_DECODERS[message["encoding"]](message["body"]),
        headers=headers,
        url=message["url"],
        method=message["method"],
        path=message["path"],
        digest=message["digest"],
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _decompress(text: str) -> bytes:
    decompressor = zlib.decompressobj()
    body = decompressor.decompress(decode_base64(text), _MAX_BODY_BYTES)
    if not decompressor.eof:
        raise ValueError("truncated or too large")
    return body


_Decode = Callable[[str], bytes]
_DECODERS: dict[str, _Decode] = {
    "text": str.encode,
    "base64": decode_base64,
    "zlib": _decompress,
}
