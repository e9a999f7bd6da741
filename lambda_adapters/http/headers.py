"""Headers: valid names and values, hop-by-hop fields, pairs from maps and maps from pairs."""

from collections.abc import Iterable
from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.messages import Headers

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields that a gateway does not pass on (RFC 9110 §7.6.1)."""

_NOT_IN_REPLIES = HOP_BY_HOP | {"content-length"}  # the platform counts the body
# RFC 9110 §5.6.2: a field name is a token.
_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
# RFC 9110 §5.5: CR, LF and NUL in a value are "invalid and dangerous".
_SAFE = b"\t" + bytes([*range(0x20, 0x7F), *range(0x80, 0x100)])
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127), " ")


def _normalize_name(name: str) -> str:
    if not name.isascii():  # some non-ASCII letters are ASCII in lower case
        return ""
    name = name.lower()
    return "" if name.encode().translate(None, _TOKEN) else name


normal_name: TextCache[str, str] = TextCache(_normalize_name)
"""`normal_name[name]`: the name in lower case; "" if it is not a token."""


def is_safe_value(value: str) -> bool:
    """Whether a value has one character per byte, and no control character except tab."""
    try:
        return not value.encode("latin-1").translate(None, _SAFE)  # much faster than a regex
    except UnicodeEncodeError:
        return False


def are_safe_values(headers: Headers) -> bool:
    """Whether all values are safe."""
    return is_safe_value("".join([value for _, value in headers]))


def are_valid(headers: Headers) -> bool:
    """Whether all names are tokens and all values are safe."""
    return are_safe_values(headers) and "" not in [normal_name[name] for name, _ in headers]


def replace_controls(value: str) -> str:
    """Return a safe value: control characters become spaces, as RFC 9110 §5.5 allows."""
    return to_latin_1(value).translate(_CONTROLS)


def to_latin_1(value: str) -> str:
    """Return one character per byte. Text that does not fit latin-1 must have been UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


def text_from_value(value: object) -> str:
    """Return an event's value as text; hand-made events may have numbers and booleans. Raises
    BadRequest if it cannot be written as text."""
    if isinstance(value, bool):
        return "true" if value else "false"  # as in JSON
    try:
        return str(value)
    except (RecursionError, ValueError):  # ValueError: an int of over 4,300 digits
        raise BadRequest(
            "Expected text for a header, cookie or query key of the event, got a value that is "
            "too deep or too large to be written as text. The request was refused."
        ) from None


def pairs_from_map(single: object) -> list[tuple[str, Any]]:
    """Return the pairs of a map of name to value; [] for anything else."""
    return list(single.items()) if isinstance(single, dict) else []


def pairs_from_lists(multi: object) -> list[tuple[str, Any]]:
    """Return the pairs of a map of name to list of values; a single value counts as a list."""
    if not isinstance(multi, dict):
        return []
    return [
        (name, value)
        for name, values in multi.items()
        for value in (values if isinstance(values, list) else (values,))
    ]


def joined_map(headers: Headers, separator: str) -> dict[str, str]:
    """Return a map of name to value; repeats are joined (RFC 9110 §5.3)."""
    single = dict(headers)
    if len(single) == len(headers):
        return single
    # One join per name: adding values one by one takes quadratic time.
    return {name: separator.join(values) for name, values in list_map(headers).items()}


def list_map(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return a map of name to the list of its values, in order."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def remove_hop_by_hop(headers: Headers) -> Headers:
    """Return a reply's headers without those that the platform sets for its connection:
    hop-by-hop fields, fields that Connection names, Content-Length."""
    names = dict(headers)
    if _NOT_IN_REPLIES.isdisjoint(names):
        return headers
    removed = _NOT_IN_REPLIES
    if "connection" in names:
        value = ",".join([value for name, value in headers if name == "connection"])
        removed = removed.union(name.strip().lower() for name in value.split(","))
    return [pair for pair in headers if pair[0] not in removed]


def media_type(content_type: str) -> str:
    """Return `text/html` for `Text/HTML; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()
