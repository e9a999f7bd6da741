"""Base64, with pybase64 and without it: both take and refuse the same."""

import importlib
import sys
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_adapters.http import base64_codec

pytest.importorskip("pybase64")
NAME = "lambda_adapters.http.base64_codec"


def without_pybase64() -> ModuleType:
    """A second copy of the module, imported while pybase64 cannot be."""
    kept = {name: sys.modules.pop(name, None) for name in ("pybase64", NAME)}
    sys.modules["pybase64"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(NAME)
    finally:
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        sys.modules["lambda_adapters.http"].base64_codec = base64_codec  # type: ignore[attr-defined]


WITHOUT = without_pybase64()


@given(st.text("AZaz09+/=-_ \n", max_size=12))
@example("YR==")
@example("AAA=")
@example("AA=A")
@example("====")
@example("0000=")
@example("0000====")
@example("000=0000")
@example("A" * 61)
def test_both_ways_of_reading_base64_take_and_refuse_the_same(text: str) -> None:
    assert decoded(base64_codec, text) == decoded(WITHOUT, text)


def decoded(module: ModuleType, text: str) -> bytes | None:
    try:
        data = module.decode_base64(text)
    except ValueError:
        return None
    assert isinstance(data, bytes)
    return data


@given(st.binary(max_size=200))
def test_both_ways_of_writing_base64_are_the_same(data: bytes) -> None:
    text = base64_codec.encode_base64(data)

    assert WITHOUT.encode_base64(data) == text
    assert base64_codec.decode_base64(text) == WITHOUT.decode_base64(text) == data
