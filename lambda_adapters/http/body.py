"""Text or bytes, both ways: JSON cannot hold bytes, so events and responses use base64 for them."""

import json
from collections.abc import Collection

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.headers import media_type
from lambda_adapters.http.messages import Headers, Reply

# Sent as text because a person can read them in a log and no gateway alters them.
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
# What HTTP APIs, Function URLs and load balancers pass on as text; all else arrives as base64
# (docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html).
_PLATFORM_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})


def body_from_event(body: object, encoded: object) -> bytes:
    """The request's body, from the event's `body` and `isBase64Encoded`.

    A body that is neither text nor null (a hand-made event) is taken as JSON. Raises BadRequest
    where it claims base64 and is not.
    """
    if body is None or body == "":
        return b""
    if not isinstance(body, str):
        try:
            return json.dumps(body).encode()
        except (RecursionError, TypeError, ValueError):
            raise BadRequest("The event's body is neither text nor JSON.") from None
    if not encoded or encoded == "false":
        return body.encode("utf-8", "replace")
    from lambda_adapters.http.base64_codec import decode_base64

    try:
        return decode_base64(body)
    except ValueError:
        raise BadRequest(
            "The event says isBase64Encoded, but its body is not base64: the request was "
            "refused. Check what wrote the event; emulators and hand-made tests forget to encode."
        ) from None


def is_text(headers: Headers, more_types: Collection[str] = ()) -> bool:
    """Whether a reply with these headers is sent as text: by its media type, if not compressed."""
    content_type = ""
    for name, value in headers:
        if name == "content-type":
            content_type = value
        elif name == "content-encoding" and is_compressed(value):
            return False
    return is_text_type[content_type] or media_type(content_type) in more_types


def is_compressed(content_encoding: str) -> bool:
    """Whether a Content-Encoding says that the body is compressed."""
    return content_encoding.strip().lower() not in ("", "identity")


def _is_text_type(content_type: str) -> bool:
    kind = media_type(content_type)
    return (
        not kind  # the bytes decide: UTF-8 is the same bytes either way
        or kind.startswith("text/")
        or kind in _TEXT_TYPES
        or kind.endswith(("+json", "+xml", "+yaml"))
    )


is_text_type: TextCache[str, bool] = TextCache(_is_text_type)
"""Whether a Content-Type is text."""


def encode_body(reply: Reply) -> tuple[str, bool]:
    """A response's `body` and `isBase64Encoded`. Text that is not UTF-8 is sent as base64."""
    if not reply.body:
        return "", False
    if reply.text:
        try:
            return reply.body.decode(), False
        except UnicodeDecodeError:
            pass  # another charset: the bytes are what the client must get
    from lambda_adapters.http.base64_codec import encode_base64

    return encode_base64(reply.body), True


def is_sent_as_text(content_type: str | None, content_encoding: str | None) -> bool:
    """Whether HTTP APIs, Function URLs and load balancers pass a request body on as text."""
    if content_encoding:
        return False
    kind = media_type(content_type or "")
    return kind.startswith("text/") or kind in _PLATFORM_TEXT_TYPES


def encode_event_body(body: bytes, text: bool) -> tuple[str, bool]:
    """An event's `body` and `isBase64Encoded`; a platform that takes bytes for text spoils them."""
    if text:
        return body.decode("utf-8", "replace"), False
    from lambda_adapters.http.base64_codec import encode_base64

    return encode_base64(body), True
