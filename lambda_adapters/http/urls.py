"""Paths and queries: what was decoded, what was sent, and where the root path ends.

Percent-encoding is RFC 3986 §2.1. Sources differ in what they decode before they hand a
request over; each names the function here that fits it.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, quote_from_bytes, unquote, unquote_to_bytes

Pairs = list[tuple[str, str]]

# Printable ASCII is left alone: clients and gateways send `[`, `|` or `"` literally and
# servers show them to the app as sent. The rest would end the path or break the line.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_PATH_SAFE = _PRINTABLE.replace("?", "").replace("#", "")
_DECODED_SAFE = _PATH_SAFE.replace("%", "")
_QUERY_SAFE = _PRINTABLE.replace("#", "")
_COMPONENT_SAFE = re.sub(r"[&=+;#%]", "", _PRINTABLE)
_VALUE_SAFE = _COMPONENT_SAFE + "="
_SENT_COMPONENT_SAFE = re.sub(r"[&=#]", "", _PRINTABLE)
_SENT_VALUE_SAFE = _SENT_COMPONENT_SAFE + "="


def _beyond(safe: str) -> Callable[[str], object]:
    """What finds a character that is none of these."""
    return re.compile(f"[^{re.escape(safe)}]").search


_odd = re.compile("[\x00-\x20\x7f-\xa0\xad\u2028\u2029\ufffd]").sub
# Not urllib's: that remembers what it has parsed, whatever its size.
_url = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#{}]*).*$"
_path_in_url = [re.compile(_url.replace("{}", end), re.DOTALL) for end in (";", "")]
_slashes = re.compile("/+").sub

_not_path = _beyond(_PATH_SAFE)
_not_decoded = _beyond(_DECODED_SAFE)
not_in_query = _beyond(_QUERY_SAFE)
_not_component = _beyond(_COMPONENT_SAFE)
_not_sent_component = _beyond(_SENT_COMPONENT_SAFE)


def clean_raw_path(path: str) -> str:
    """A path that still is percent-encoded, cleaned of what no request line can hold."""
    if _not_path(path) is None:
        return path
    return quote(path, _PATH_SAFE, errors="replace")


def raw_path_from_decoded(path: str) -> str:
    """A path that was decoded on its way here, encoded so that decoding gives it back."""
    if _not_decoded(path) is None:
        return path
    return quote(path, _DECODED_SAFE, errors="replace")


def raw_path_from_bytes(path: bytes) -> str:
    """A path that was decoded to bytes, encoded so that decoding gives them back."""
    return quote_from_bytes(path, _DECODED_SAFE)


def path_from_raw(raw_path: str) -> str:
    """Decode once. Bytes that are not UTF-8 become U+FFFD, as uvicorn shows them."""
    return unquote(raw_path) if "%" in raw_path else raw_path


def path_bytes_from_raw(raw_path: str) -> bytes:
    """Decode once, to bytes: what PEP 3333 puts into PATH_INFO."""
    return unquote_to_bytes(raw_path)


def clean_query(query: str) -> str:
    """A query that was kept verbatim, cleaned of what no request line can hold."""
    if not_in_query(query) is None:
        return query
    return quote(query, _QUERY_SAFE, errors="replace")


def query_from_decoded(pairs: Pairs) -> str:
    """A query whose decoding gives these pairs: only what would be misread is encoded."""
    return _joined(pairs, _not_component, _COMPONENT_SAFE, _VALUE_SAFE)


def query_from_encoded(pairs: Pairs) -> str:
    """A query from pairs that were split but never decoded: joined verbatim."""
    return _joined(pairs, _not_sent_component, _SENT_COMPONENT_SAFE, _SENT_VALUE_SAFE)


def _joined(pairs: Pairs, unsafe: Callable[[str], object], name_safe: str, value_safe: str) -> str:
    if unsafe("".join([name + value for name, value in pairs])) is None:
        return "&".join([f"{name}={value}" for name, value in pairs])

    def encoded(text: str, safe: str) -> str:
        return text if unsafe(text) is None else quote(text, safe, errors="replace")

    return "&".join(
        [f"{encoded(name, name_safe)}={encoded(value, value_safe)}" for name, value in pairs]
    )


def decoded_pairs(query: str) -> Pairs:
    """Split and decode a query as API Gateway does: `+` is a space, blank values are kept."""
    return parse_qsl(query, keep_blank_values=True, errors="replace")


def encoded_pairs(query: str) -> Pairs:
    """Split a query at `&` and the first `=`, decoding nothing, as an ALB does."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in parts]


def normalize_path(path: str) -> str:
    """One spelling for decoded paths that some framework routes alike: without controls, white
    space and what was no UTF-8, slashes merged, out of a whole URL."""
    spelled = remove_ignored(path)
    if not path.startswith("/"):
        spelled = paths_in_url(spelled)[0]
    return "/" + _slashes("/", spelled).strip("/")


def paths_in_url(url: str) -> list[str]:
    """The path of a whole URL without what follows a semicolon, and with it."""
    return [found[1] for found in (cut.match(url) for cut in _path_in_url) if found is not None]


def remove_ignored(path: str) -> str:
    """A decoded path without the characters that some framework passes over."""
    return _odd("", path)


def has_path_prefix(path: str, root: str) -> bool:
    """Whether `root` (no trailing slash) is a prefix of `path` on a segment boundary."""
    return path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/")


def path_below(raw_path: str, root: str) -> str | None:
    """The raw path below `root` (decoded, no trailing slash), or None where it is not under it."""
    if has_path_prefix(raw_path, root):
        return raw_path[len(root) :] or "/"
    depth = root.count("/")
    segments = raw_path.split("/")
    if path_from_raw("/".join(segments[: depth + 1])) != root:
        return None
    return "/" + "/".join(segments[depth + 1 :])
