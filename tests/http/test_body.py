"""Text or bytes, both ways, with pybase64 and without it."""

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_adapters import BadRequest, Reply
from lambda_adapters.http import body


@pytest.fixture(params=["with pybase64", "without pybase64"])
def base64_body(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The module as it is where pybase64 is installed, and where it is not."""
    if request.param == "with pybase64":
        pytest.importorskip("pybase64")
        yield body
        return
    yield _without_pybase64()


def _without_pybase64() -> ModuleType:
    """A second copy of the module, imported while pybase64 cannot be."""
    kept = {name: sys.modules.pop(name, None) for name in ("pybase64", "lambda_adapters.http.body")}
    sys.modules["pybase64"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("lambda_adapters.http.body")
    finally:
        for name, module in kept.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
        sys.modules["lambda_adapters.http"].body = body  # type: ignore[attr-defined]


BODIES: dict[str, tuple[object, object, bytes]] = {
    "null": (None, False, b""),
    "text that is called base64 by a string": ("aGk=", "true", b"hi"),
    "text that is not called base64 by a string": ("hi!", "false", b"hi!"),
    "null that claims base64": (None, True, b""),
    "empty": ("", True, b""),
    "text": ("é玉", False, b"\xc3\xa9\xe7\x8e\x89"),
    "text of which nobody says what it is": ("YQ==", None, b"YQ=="),
    "a lone surrogate": ("a\ud800", False, b"a?"),
    "base64": ("AP8=", True, b"\0\xff"),
    "an object": ({"a": [1]}, False, b'{"a": [1]}'),
    "a number": (5, True, b"5"),
}


@pytest.mark.parametrize(("sent", "encoded", "expected"), BODIES.values(), ids=BODIES)
def test_a_body_is_bytes(
    base64_body: ModuleType, sent: object, encoded: object, expected: bytes
) -> None:
    assert base64_body.body_from_event(sent, encoded) == expected


NO_BASE64 = [
    "a",
    "YQ",
    "YQ=",
    "YQ===",
    "=YQ=",
    "YQ==YQ==",
    "YQ==\n",
    " YQ==",
    "Y-_Q",
    "é",
    "\ud800",
]


@pytest.mark.parametrize("sent", NO_BASE64)
def test_a_body_that_is_not_quite_base64_is_a_bad_request(
    base64_body: ModuleType, sent: str
) -> None:
    with pytest.raises(BadRequest, match="not base64") as caught:
        base64_body.body_from_event(sent, True)

    assert caught.value.status == 400
    assert caught.value.__suppress_context__


WITHOUT = _without_pybase64()


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
    assert _decoded(body, text) == _decoded(WITHOUT, text)


def _decoded(module: ModuleType, text: str) -> bytes | None:
    try:
        decoded = module.decode_base64(text)
    except ValueError:
        return None
    assert isinstance(decoded, bytes)
    return decoded


@given(st.binary(max_size=200))
def test_both_ways_of_writing_base64_are_the_same(data: bytes) -> None:
    text = body.encode_base64(data)

    assert WITHOUT.encode_base64(data) == text
    assert body.decode_base64(text) == WITHOUT.decode_base64(text) == data


@pytest.mark.parametrize(
    ("headers", "more", "text"),
    [
        ([], (), True),
        ([("content-type", "Text/Markdown; charset=utf-8")], (), True),
        ([("content-type", "application/json")], (), True),
        ([("content-type", "application/problem+json")], (), True),
        ([("content-type", "image/svg+xml")], (), True),
        ([("content-type", "application/openapi+yaml")], (), True),
        ([("content-type", "application/x-www-form-urlencoded")], (), True),
        ([("content-type", "application/octet-stream")], (), False),
        ([("content-type", "image/png")], (), False),
        ([("content-type", "application/geo")], ("application/geo",), True),
        ([("content-type", "text/html"), ("content-encoding", "gzip")], (), False),
        ([("content-type", "text/html"), ("content-encoding", " Identity")], (), True),
        ([("content-encoding", "")], (), True),
    ],
)
def test_a_reply_is_text_by_its_type_unless_it_is_compressed(
    headers: list[tuple[str, str]], more: tuple[str, ...], text: bool
) -> None:
    assert body.is_text(headers, more) is text


TEXT_TYPES = (
    "csp-report ecmascript graphql javascript json json-seq jsonl ndjson sql toml x-javascript "
    "x-ndjson x-www-form-urlencoded x-yaml xml xml-dtd yaml"
)


@pytest.mark.parametrize("kind", TEXT_TYPES.split())
def test_types_that_a_person_can_read_are_text(kind: str) -> None:
    assert body.is_text([("content-type", f"Application/{kind}; a=b")])
    assert not body.is_text([("content-type", f"application/{kind}x")])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(), ("", False)),
        (Reply(body=b"a", text=True), ("a", False)),
        (Reply(body=b"\xe9", text=True), ("6Q==", True)),
        (Reply(body=b"a"), ("YQ==", True)),
    ],
)
def test_a_reply_is_placed_as_text_or_base64(
    base64_body: ModuleType, reply: Reply, expected: tuple[str, bool]
) -> None:
    assert base64_body.encode_body(reply) == expected


@pytest.mark.parametrize(
    ("content_type", "content_encoding", "text"),
    [
        ("text/css", None, True),
        ("Application/JSON; charset=utf-8", None, True),
        ("application/javascript", None, True),
        ("application/xml", None, True),
        ("application/problem+json", None, False),
        ("application/x-www-form-urlencoded", None, False),
        ("text/css", "br", False),
        ("text/css", "", True),
        (None, None, False),
    ],
)
def test_platforms_pass_few_types_on_as_text(
    content_type: str | None, content_encoding: str | None, text: bool
) -> None:
    assert body.is_sent_as_text(content_type, content_encoding) is text


def test_a_platform_that_takes_bytes_for_text_spoils_them() -> None:
    assert body.encode_event_body(b"a\xff", True) == ("a\ufffd", False)
    assert body.encode_event_body(b"a\xff", False) == ("Yf8=", True)


def test_a_body_that_is_too_deep_to_be_json_is_a_bad_request() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadRequest, match="neither text nor JSON"):
        body.body_from_event(deep, False)
    while deep:  # or its end would be too deep as well
        deep = deep.pop()  # type: ignore[assignment]
