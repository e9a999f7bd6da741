"""Base64 both ways.

pybase64, where it is installed, does the same work faster (the `fast` extra). This module is loaded
with the first body that needs it.
"""

import binascii

try:
    import pybase64
except ImportError:
    pybase64 = None  # type: ignore[assignment]


def decode_base64(text: str) -> bytes:
    """Strict base64; ValueError for anything else."""
    if pybase64 is not None:
        return pybase64.b64decode(text, validate=True)
    if len(text) % 4 or text.endswith("==="):  # before Python 3.13 strict_mode lets both pass
        raise ValueError("base64 comes in fours, with two = at most")
    return binascii.a2b_base64(text, strict_mode=True)


def encode_base64(data: bytes) -> str:
    """Base64 in one line."""
    if pybase64 is not None:
        return pybase64.b64encode_as_string(data)
    return binascii.b2a_base64(data, newline=False).decode("ascii")
