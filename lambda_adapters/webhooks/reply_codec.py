"""Which replies are stored, and their format in a store: JSON text."""

import json

from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.messages import Reply

MAX_BODY_BYTES = 64 * 1024
"""A larger body is not stored: a DynamoDB item has at most 400 KB, and senders ignore bodies."""


def is_final(reply: Reply) -> bool:
    """Return True for a 2xx. Senders count every other status as a failure: a 4xx may be a
    missing view, a 3xx a redirect to a path with a slash."""
    return 200 <= reply.status < 300


def text_from_reply(reply: Reply) -> str:
    """Return the reply as JSON text, without its Content-Length."""
    body = reply.body if len(reply.body) <= MAX_BODY_BYTES else b""
    dropped = ("content-length",) if body else ("content-length", "content-encoding")
    headers = [pair for pair in reply.headers if pair[0] not in dropped]
    return json.dumps([reply.status, headers, encode_base64(body), reply.text, reply.reason])


def reply_from_text(text: str) -> Reply:
    """Return the reply that `text_from_reply` has written. Raises ValueError for other text."""
    status, headers, body, is_text, reason = json.loads(text)
    return Reply(
        status, [(name, value) for name, value in headers], decode_base64(body), is_text, reason
    )
