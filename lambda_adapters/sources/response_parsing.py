"""Reading a handler's response as the platforms do: each piece is right, or the whole is refused.

Refused means None here; the source turns that into the reply that AWS would send.
"""

from typing import Any

from lambda_adapters.http.base64_codec import decode_base64
from lambda_adapters.http.headers import are_valid, to_latin_1
from lambda_adapters.http.messages import Headers, Reply


def parse_status(value: object) -> int | None:
    """200 of 200 and of "200"; None of what is no status."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 999:
        return value
    return None


def parse_value(value: object) -> str | None:
    """A header's value: strings and booleans (recorded); numbers are not certain, so refused."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def parse_headers(single: object, *, strings_only: bool = False) -> Headers | None:
    """Pairs of a map of name to value; of null, none."""
    if single is None:
        return []
    if not isinstance(single, dict):
        return None
    return _pairs(list(single.items()), strings_only)


def parse_header_lists(multi: object, *, strings_only: bool = False) -> Headers | None:
    """Pairs of a map of name to list of values; of null, none."""
    if multi is None:
        return []
    if not isinstance(multi, dict) or not all(isinstance(v, list) for v in multi.values()):
        return None
    pairs = [(name, value) for name, values in multi.items() for value in values]
    return _pairs(pairs, strings_only)


def _pairs(pairs: list[tuple[Any, object]], strings_only: bool) -> Headers | None:
    """Lower-case names, one character per byte; what no header may hold, such as CR, is refused."""
    headers: Headers = []
    for name, value in pairs:
        if strings_only and not isinstance(value, str):
            return None
        text = parse_value(value)
        if text is None or not isinstance(name, str):
            return None
        headers.append((name.lower(), to_latin_1(text)))
    return headers if are_valid(headers) else None


def parse_body(response: dict[str, Any], *, encoded: bool) -> bytes | None:
    """The body's bytes; None where it is no string, or base64 that cannot be read."""
    body = response.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        return None
    if not encoded:
        return body.encode("utf-8", "replace")
    try:
        return decode_base64(body)
    except ValueError:
        return None


def add_content_type(reply: Reply, default: str = "application/json") -> Reply:
    """The reply with the Content-Type that the platform adds where there is none."""
    if not any(name == "content-type" for name, _ in reply.headers):
        reply.headers.append(("content-type", default))
    return reply
