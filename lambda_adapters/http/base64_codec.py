"""Encode and decode base64.

Uses pybase64 if it is installed (the `fast` extra), because it is faster. This module is imported
with the first body that needs it.
"""

import binascii

try:
    import pybase64
except ImportError:
    pybase64 = None  # type: ignore[assignment]


def decode_base64(text: str) -> bytes:
    """Decode strict base64. Raises ValueError for any other text."""
    if pybase64 is not None:
        return pybase64.b64decode(text, validate=True)
    if len(text) % 4 or text.endswith("==="):  # strict_mode accepts both before Python 3.13
        raise ValueError("Expected base64 in groups of four, with two = at most.")
    return binascii.a2b_base64(text, strict_mode=True)


def encode_base64(data: bytes) -> str:
    """Encode as base64, without line breaks."""
    if pybase64 is not None:
        return pybase64.b64encode_as_string(data)
    return binascii.b2a_base64(data, newline=False).decode("ascii")
