"""Text or bytes, both ways, with pybase64 and without it."""

import pytest

from lambda_adapters import BadRequest, Reply
from lambda_adapters.http import base64_codec, body


@pytest.fixture(params=["with pybase64", "without pybase64"])
def _codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without pybase64":
        monkeypatch.setattr(base64_codec, "pybase64", None)


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


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize(("sent", "encoded", "expected"), BODIES.values(), ids=BODIES)
def test_a_body_is_bytes(sent: object, encoded: object, expected: bytes) -> None:
    assert body.body_from_event(sent, encoded) == expected


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


@pytest.mark.usefixtures("_codec")
@pytest.mark.parametrize("sent", NO_BASE64)
def test_a_body_that_is_not_quite_base64_is_a_bad_request(sent: str) -> None:
    with pytest.raises(BadRequest, match="not base64") as caught:
        body.body_from_event(sent, True)

    assert caught.value.status == 400
    assert caught.value.__suppress_context__


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
def test_a_reply_is_placed_as_text_or_base64(reply: Reply, expected: tuple[str, bool]) -> None:
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
