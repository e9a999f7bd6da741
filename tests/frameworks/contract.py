"""What the apps of all the frameworks have in common: the values that they send and expect."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

SECRET = "only-for-these-tests-0123456789abcdef"
STATIC = Path(__file__).parent / "static"
BYTES_FILE = STATIC / "bytes.bin"
ALL_BYTES = bytes(range(256))
DOWNLOAD_NAME = "Zeugnis für Zoë.bin"
NOT_FOUND = "No such page here."
COOKIES: list[tuple[str, str, dict[str, Any]]] = [
    ("plain", "1", {}),
    ("long_lived", "two", {"max_age": 3600, "path": "/"}),
    ("guarded", "3", {"httponly": True, "secure": True, "samesite": "lax"}),
]
"""Name, value and attributes of the three cookies that one reply sets."""


class Broken(Exception):
    """What the apps raise where they are asked to fail."""


def pieces() -> Iterator[bytes]:
    """A streamed body: all bytes, one at a time, an empty piece among them."""
    for value in range(256):
        yield bytes([value])
        if value == 100:
            yield b""


def uploaded(name: object, kind: object, data: bytes, note: object) -> dict[str, Any]:
    """The answer to an upload."""
    return {
        "name": name,
        "type": kind,
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "note": note,
    }
