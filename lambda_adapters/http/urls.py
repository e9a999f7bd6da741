"""Paths and queries: decode, encode, prefixes.

Percent-encoding is RFC 3986 §2.1. Sources differ in what they decode before they pass a request
on; each uses the function here that fits. `urllib.parse` is imported where it is used, because
most paths and queries on Lambda do not need it.
"""

from functools import partial

Pairs = list[tuple[str, str]]
"""(name, value) pairs of a query, in order, repeats kept."""

# Printable ASCII is not changed: clients and gateways send `[`, `|` or `"` literally, and servers
# pass them to the app as sent. Other characters would end the path or break the line.
_PRINTABLE = bytes(range(0x21, 0x7F))
_PATH_SAFE = _PRINTABLE.translate(None, b"?#")
_DECODED_SAFE = _PATH_SAFE.translate(None, b"%")
_QUERY_SAFE = _PRINTABLE.translate(None, b"#")
_COMPONENT_SAFE = _PRINTABLE.translate(None, b"&=+;#%")
_VALUE_SAFE = _COMPONENT_SAFE + b"="
_SENT_COMPONENT_SAFE = _PRINTABLE.translate(None, b"&=#")
_SENT_VALUE_SAFE = _SENT_COMPONENT_SAFE + b"="


def _percent_encode(safe: bytes, text: str) -> str:
    """Percent-encode the text, except for the safe characters."""
    if text.isascii() and not text.encode().translate(None, safe):  # much faster than a regex
        return text
    from urllib.parse import quote

    return quote(text, safe, errors="replace")


clean_raw_path = partial(_percent_encode, _PATH_SAFE)
"""Encode the characters of a percent-encoded path that a request line cannot hold."""

raw_path_from_decoded = partial(_percent_encode, _DECODED_SAFE)
"""Encode a path that a source has decoded, so that decoding gives it back."""

clean_query = partial(_percent_encode, _QUERY_SAFE)
"""Encode the characters of a query as sent that a request line cannot hold."""


def raw_path_from_bytes(path: bytes) -> str:
    """Encode a path that was decoded to bytes, so that decoding gives them back."""
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(path, _DECODED_SAFE)


def path_from_raw(raw_path: str) -> str:
    """Decode a path once. Bytes that are not UTF-8 become U+FFFD, as in uvicorn."""
    if "%" not in raw_path:
        return raw_path
    from urllib.parse import unquote

    return unquote(raw_path)


def path_bytes_from_raw(raw_path: str) -> bytes:
    """Decode a path once, to bytes, as PEP 3333 has them in PATH_INFO."""
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(raw_path)


def query_from_decoded(pairs: Pairs) -> str:
    """Return a query that decodes to these pairs; only what would be misread is encoded."""
    return _join(pairs, _COMPONENT_SAFE, _VALUE_SAFE)


def query_from_encoded(pairs: Pairs) -> str:
    """Return a query from pairs that were split but never decoded: joined as they are."""
    return _join(pairs, _SENT_COMPONENT_SAFE, _SENT_VALUE_SAFE)


def _join(pairs: Pairs, name_safe: bytes, value_safe: bytes) -> str:
    if not pairs:
        return ""
    text = "".join([name + value for name, value in pairs])
    if text.isascii() and not text.encode().translate(None, name_safe):
        return "&".join([f"{name}={value}" for name, value in pairs])
    return "&".join(
        [
            f"{_percent_encode(name_safe, name)}={_percent_encode(value_safe, value)}"
            for name, value in pairs
        ]
    )


def decoded_pairs(query: str) -> Pairs:
    """Split and decode a query as API Gateway does: `+` is a space, blank values are kept."""
    from urllib.parse import parse_qsl

    return parse_qsl(query, keep_blank_values=True, errors="replace")


def encoded_pairs(query: str) -> Pairs:
    """Split a query at `&` and the first `=` without decoding, as a load balancer does."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in parts]


def has_path_prefix(path: str, prefix: str) -> bool:
    """Whether `prefix` (no trailing slash) is a prefix of `path` on a segment boundary."""
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/")


def raw_path_below(raw_path: str, root: str) -> str | None:
    """Return the raw path below `root` (decoded, no trailing slash); None if not below it."""
    if has_path_prefix(raw_path, root):
        return raw_path[len(root) :] or "/"
    depth = root.count("/")
    segments = raw_path.split("/")
    if path_from_raw("/".join(segments[: depth + 1])) != root:
        return None
    return "/" + "/".join(segments[depth + 1 :])
