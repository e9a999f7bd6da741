"""What the apps of all frameworks share: the values that they send and expect."""

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


class ViewError(Exception):
    """The exception that the view at /boom raises."""


def chunks() -> Iterator[bytes]:
    """A streaming body: all 256 bytes, one in each chunk, and one empty chunk."""
    for value in range(256):
        yield bytes([value])
        if value == 100:
            yield b""


def upload_reply(name: object, media_type: object, data: bytes, note: object) -> dict[str, Any]:
    """The JSON reply to an upload."""
    return {
        "name": name,
        "type": media_type,
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
        "note": note,
    }
