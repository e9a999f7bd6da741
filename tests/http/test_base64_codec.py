"""The base64 codec with pybase64 and its fallback without it behave the same."""

import importlib
import sys
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_adapters.http import base64_codec

pytest.importorskip("pybase64")
NAME = "lambda_adapters.http.base64_codec"


def import_without_pybase64() -> ModuleType:
    """Return a second copy of the module, imported as if pybase64 were not installed."""
    modules = {name: sys.modules.pop(name, None) for name in ("pybase64", NAME)}
    sys.modules["pybase64"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(NAME)
    finally:
        for name, module in modules.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        sys.modules["lambda_adapters.http"].base64_codec = base64_codec  # type: ignore[attr-defined]


FALLBACK = import_without_pybase64()


@given(st.text("AZaz09+/=-_ \n", max_size=12))
@example("YR==")
@example("AAA=")
@example("AA=A")
@example("====")
@example("0000=")
@example("0000====")
@example("000=0000")
@example("A" * 61)
def test_both_decoders_accept_and_reject_the_same_text(text: str) -> None:
    assert decode_or_none(base64_codec, text) == decode_or_none(FALLBACK, text)


def decode_or_none(module: ModuleType, text: str) -> bytes | None:
    try:
        data = module.decode_base64(text)
    except ValueError:
        return None
    assert isinstance(data, bytes)
    return data


@given(st.binary(max_size=200))
def test_both_encoders_give_the_same_text(data: bytes) -> None:
    text = base64_codec.encode_base64(data)

    assert FALLBACK.encode_base64(data) == text
    assert base64_codec.decode_base64(text) == FALLBACK.decode_base64(text) == data
