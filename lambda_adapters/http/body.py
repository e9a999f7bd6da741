"""Bodies as text or as base64: JSON cannot hold bytes, so events and responses encode them."""

import json
from collections.abc import Collection

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.headers import media_type
from lambda_adapters.http.messages import Headers, Reply

# Sent as text, because text can be read in logs, and no gateway alters these types.
_TEXT_TYPES = frozenset(
    {
        "application/csp-report",
        "application/ecmascript",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/json-seq",
        "application/jsonl",
        "application/ndjson",
        "application/sql",
        "application/toml",
        "application/x-javascript",
        "application/x-ndjson",
        "application/x-www-form-urlencoded",
        "application/x-yaml",
        "application/xml",
        "application/xml-dtd",
        "application/yaml",
    }
)
# HTTP APIs, Function URLs and load balancers pass on these types and text/* as text, all others as
# base64 (docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html).
_PLATFORM_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})


def body_from_event(body: object, encoded: object) -> bytes:
    """Return the request's body, from the event's `body` and `isBase64Encoded`.

    A body that is neither text nor null (in a hand-made event) is written as JSON. Raises
    BadRequest if this fails, and for a body that is marked as base64 but is not base64.
    """
    if body is None or body == "":
        return b""
    if not isinstance(body, str):
        try:
            return json.dumps(body).encode()
        except (RecursionError, TypeError, ValueError):
            raise BadRequest(
                "Expected text or JSON as the event's body, got something else. The request was "
                "refused."
            ) from None
    if not encoded or encoded == "false":
        return body.encode("utf-8", "replace")
    from lambda_adapters.http.base64_codec import decode_base64

    try:
        return decode_base64(body)
    except ValueError:
        raise BadRequest(
            "Expected base64 as the event's body, because isBase64Encoded is set, got text that "
            "is not base64. The request was refused. Next: check what wrote the event; emulators "
            "and hand-made tests may forget to encode."
        ) from None


def is_text(headers: Headers, more_types: Collection[str] = ()) -> bool:
    """Whether a reply with these headers is sent as text: its media type is text, or one of
    `more_types`, and it is not compressed."""
    content_type = ""
    for name, value in headers:
        if name == "content-type":
            content_type = value
        elif name == "content-encoding" and is_compressed(value):
            return False
    return is_text_type[content_type] or media_type(content_type) in more_types


def is_compressed(content_encoding: str) -> bool:
    """Whether this Content-Encoding means that the body is compressed."""
    return content_encoding.strip().lower() not in ("", "identity")


def _is_text_type(content_type: str) -> bool:
    kind = media_type(content_type)
    return (
        not kind  # sent as text if the bytes are UTF-8, see encode_body
        or kind.startswith("text/")
        or kind in _TEXT_TYPES
        or kind.endswith(("+json", "+xml", "+yaml"))
    )


is_text_type: TextCache[str, bool] = TextCache(_is_text_type)
"""`is_text_type[content_type]`: whether the type is sent as text."""


def encode_body(reply: Reply) -> tuple[str, bool]:
    """Return a response's `body` and `isBase64Encoded`. Text that is not UTF-8 becomes base64."""
    if not reply.body:
        return "", False
    if reply.text:
        try:
            return reply.body.decode(), False
        except UnicodeDecodeError:
            pass  # another charset: the client must get the same bytes
    from lambda_adapters.http.base64_codec import encode_base64

    return encode_base64(reply.body), True


def is_sent_as_text(content_type: str | None, content_encoding: str | None) -> bool:
    """Whether HTTP APIs, Function URLs and load balancers pass on such a request body as text."""
    if content_encoding:
        return False
    kind = media_type(content_type or "")
    return kind.startswith("text/") or kind in _PLATFORM_TEXT_TYPES


def encode_event_body(body: bytes, text: bool) -> tuple[str, bool]:
    """Return an event's `body` and `isBase64Encoded`. If `text`, bytes that are not UTF-8 are lost,
    as on the platforms."""
    if text:
        return body.decode("utf-8", "replace"), False
    from lambda_adapters.http.base64_codec import encode_base64

    return encode_base64(body), True
