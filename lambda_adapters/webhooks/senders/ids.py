"""Ids and hashes that identify repeated deliveries."""

import hashlib
import json
import re

_plain = re.compile(r"[!-~]{1,200}").fullmatch


def normalize_id(given: object, body: bytes) -> str:
    """Return the id of a delivery for its key: the sender's id if it is short printable ASCII, else
    a hash of it; without an id, a hash of the body. Raises TypeError unless it is a text, an int or
    None."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if given is not None and not isinstance(given, str):
        raise TypeError(f"expected a text, got {type(given).__name__}")
    given = (given or "").strip()
    if not given:
        return hash_text(body)
    if _plain(given):
        return given
    return hash_text(given)


def hash_text(given: str | bytes) -> str:
    """Return a hash to use in a key instead of a text or bytes."""
    data = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    return "sha256-" + hashlib.sha256(data).hexdigest()


def hash_request(url: str, body: bytes) -> str:
    """Return a hash to add to an id that the sender does not sign. Without it, an attacker could
    send one delivery with the id of another, which would then count as finished."""
    return hashlib.sha256(b"\n".join((url.encode("utf-8", "replace"), body))).hexdigest()[:32]


def id_from_json(body: bytes, name: str) -> str | None:
    """Return a text member of a JSON body, or None."""
    try:
        value = json.loads(body)[name]
    except (KeyError, TypeError, ValueError, RecursionError, IndexError):
        return None
    return value if isinstance(value, str) else None
