"""Bodies as text or base64, with pybase64 and without it."""

import pytest

from lambda_adapters import BadRequest, Reply
from lambda_adapters.http import base64_codec, body


@pytest.fixture(params=["with pybase64", "without pybase64"])
def _codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without pybase64":
        monkeypatch.setattr(base64_codec, "pybase64", None)


BODIES: dict[str, tuple[object, object, bytes]] = {
    "null": (None, False, b""),
    "base64 with the flag 'true' as a string": ("aGk=", "true", b"hi"),
    "text with the flag 'false' as a string": ("hi!", "false", b"hi!"),
    "null with the base64 flag": (None, True, b""),
    "empty": ("", True, b""),
    "text": ("é玉", False, b"\xc3\xa9\xe7\x8e\x89"),
    "text with a null flag": ("YQ==", None, b"YQ=="),
    "a lone surrogate": ("a\ud800", False, b"a?"),
    "base64": ("AP8=", True, b"\0\xff"),
    "an object": ({"a": [1]}, False, b'{"a": [1]}'),
    "a number": (5, True, b"5"),
}


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize(("text", "encoded", "expected"), BODIES.values(), ids=BODIES)
def test_an_event_body_becomes_bytes(text: object, encoded: object, expected: bytes) -> None:
    assert body.body_from_event(text, encoded) == expected


INVALID_BASE64 = [
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


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("text", INVALID_BASE64)
def test_invalid_base64_raises_bad_request(text: str) -> None:
    with pytest.raises(BadRequest, match="not base64") as error:
        body.body_from_event(text, True)

    assert error.value.status == 400
    assert error.value.__suppress_context__


@pytest.mark.parametrize(
    ("headers", "text_types", "text"),
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
def test_a_reply_is_text_if_its_media_type_is_text_and_it_is_not_compressed(
    headers: list[tuple[str, str]], text_types: tuple[str, ...], text: bool
) -> None:
    assert body.is_text(headers, text_types) is text


TEXT_TYPES = (
    "csp-report ecmascript graphql javascript json json-seq jsonl ndjson sql toml x-javascript "
    "x-ndjson x-www-form-urlencoded x-yaml xml xml-dtd yaml"
)


@pytest.mark.parametrize("kind", TEXT_TYPES.split())
def test_application_types_with_readable_content_are_text(kind: str) -> None:
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
def test_a_reply_body_is_encoded_as_text_or_base64(
    reply: Reply, expected: tuple[str, bool]
) -> None:
    assert body.encode_body(reply) == expected


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
def test_only_some_request_bodies_are_sent_as_text(
    content_type: str | None, content_encoding: str | None, text: bool
) -> None:
    assert body.is_sent_as_text(content_type, content_encoding) is text


def test_bytes_that_are_sent_as_text_lose_invalid_utf_8() -> None:
    assert body.encode_event_body(b"a\xff", True) == ("a\ufffd", False)
    assert body.encode_event_body(b"a\xff", False) == ("Yf8=", True)


def test_a_too_deeply_nested_body_raises_bad_request() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadRequest, match="^Expected text or JSON"):
        body.body_from_event(deep, False)
    while deep:  # free it level by level: a recursive deallocation would be too deep
        deep = deep.pop()  # type: ignore[assignment]
