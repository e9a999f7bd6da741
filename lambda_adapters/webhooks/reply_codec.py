"""Which replies are remembered, and how a store holds them: as JSON text."""

import json

from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.messages import Reply

MOST_BYTES = 64 * 1024
"""A larger body is not remembered: DynamoDB's items hold 400 KB, and no sender reads it."""


def is_final(reply: Reply) -> bool:
    """Whether the work is done. A 5xx says that it is not; a 4xx may be a view that is still
    missing, a 3xx one whose path ends in a slash; senders take all of them for failures."""
    return 200 <= reply.status < 300


def text_from_reply(reply: Reply) -> str:
    """The reply as a store holds it, without its Content-Length."""
    body = reply.body if len(reply.body) <= MOST_BYTES else b""
    gone = ("content-length",) if body else ("content-length", "content-encoding")
    headers = [pair for pair in reply.headers if pair[0] not in gone]
    held = [reply.status, headers, encode_base64(body), reply.text, reply.reason]
    return json.dumps(held)


def reply_from_text(text: str) -> Reply:
    """The reply that was held; ValueError where it was not one."""
    status, headers, body, is_text, reason = json.loads(text)
    return Reply(
        status, [(name, value) for name, value in headers], decode_base64(body), is_text, reason
    )
