"""Parse a handler's response as the platforms do, which refuse it if one part is invalid.

A function returns None for an invalid part; the source then returns the reply that AWS would send.
"""

from typing import Any

from lambda_adapters.http.base64_codec import decode_base64
from lambda_adapters.http.headers import are_valid, to_latin_1
from lambda_adapters.http.messages import Headers, Reply


def parse_status(value: object) -> int | None:
    """Return 200 for 200 and for "200"; None for an invalid status."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 999:
        return value
    return None


def parse_value(value: object) -> str | None:
    """Return a header's value from a string or boolean (recorded); None for a number (unknown)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def parse_headers(single: object, *, strings_only: bool = False) -> Headers | None:
    """Return the pairs of a map of name to value; [] for null, None if invalid."""
    if single is None:
        return []
    if not isinstance(single, dict):
        return None
    return _parse_pairs(list(single.items()), strings_only)


def parse_header_lists(multi: object, *, strings_only: bool = False) -> Headers | None:
    """Return the pairs of a map of name to list of values; [] for null, None if invalid."""
    if multi is None:
        return []
    if not isinstance(multi, dict) or not all(isinstance(v, list) for v in multi.values()):
        return None
    pairs = [(name, value) for name, values in multi.items() for value in values]
    return _parse_pairs(pairs, strings_only)


def _parse_pairs(pairs: list[tuple[Any, object]], strings_only: bool) -> Headers | None:
    """Return lower-case names and one character per byte; None if invalid, such as a CR."""
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
    """Return the body's bytes; None if it is not a string, or not valid base64."""
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
    """Add the Content-Type that the platform sets if there is none, and return the reply."""
    if not any(name == "content-type" for name, _ in reply.headers):
        reply.headers.append(("content-type", default))
    return reply
