"""The ids by which a delivery is known when it comes again."""

import hashlib
import json
import re

_plain = re.compile(r"[!-~]{1,200}").fullmatch


def normalize_id(given: object, body: bytes) -> str:
    """A delivery's id as keys have it: the sender's own where it is plain and short, else a hash
    of it; without one, a hash of the body. TypeError for what is no text and no number."""
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
    """What stands for a text or bytes that are too long or too odd for a key."""
    data = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    return "sha256-" + hashlib.sha256(data).hexdigest()


def digest(url: str, body: bytes) -> str:
    """What stands beside an id that its sender does not sign: so nobody can send one delivery
    under the id of another, which would then count as done."""
    return hashlib.sha256(b"\n".join((url.encode("utf-8", "replace"), body))).hexdigest()[:32]


def json_id(body: bytes, name: str) -> str | None:
    """A text member of a JSON body; None where there is none."""
    try:
        value = json.loads(body)[name]
    except (KeyError, TypeError, ValueError, RecursionError, IndexError):
        return None
    return value if isinstance(value, str) else None
