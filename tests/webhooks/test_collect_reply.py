"""collect_reply returns the whole reply of a WSGI app, by the rules of PEP 3333."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambda_adapters import AppError, Reply
from lambda_adapters.webhooks.wsgi_webhooks import collect_reply

HEADERS = [("X-Name", " value ")]


class Chunks:
    """An iterable that counts the calls of `close`."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks
        self.closed = 0

    def __iter__(self) -> Iterator[Any]:
        return iter(self.chunks)

    def close(self) -> None:
        self.closed += 1


def list_body(start: Any) -> Any:
    start("201 Made", HEADERS)
    return [b"a", b"", b"b"]


def generator_body(start: Any) -> Any:
    start("201 Made", HEADERS)
    yield b"a"
    yield b"b"


def start_with_the_first_chunk(start: Any) -> Any:
    yield b""
    start("201 Made", HEADERS)
    yield b"ab"


def write_callable(start: Any) -> Any:
    start("201 Made", HEADERS)(b"a")
    return [b"b"]


def error_page(start: Any) -> Any:
    start("200 OK", [])
    try:
        raise ValueError("before the body")
    except ValueError:
        start("201 Made", HEADERS, sys.exc_info())
    return [b"ab"]


@pytest.mark.parametrize(
    "app", [list_body, generator_body, start_with_the_first_chunk, write_callable, error_page]
)
def test_the_reply_of_an_app_is_collected(app: Callable[[Any], Any]) -> None:
    expected = Reply(201, [("x-name", "value")], b"ab", reason="Made")

    assert collect_reply(lambda environ, start: app(start), {}) == expected


def late_error_page(start: Any) -> Any:
    start("200 OK", [])
    yield b"sent"
    try:
        raise ValueError("too late")
    except ValueError:
        start("500 Failed", [], sys.exc_info())


def test_an_error_page_after_the_body_raises_the_error() -> None:
    with pytest.raises(ValueError, match="too late"):
        collect_reply(lambda environ, start: late_error_page(start), {})


def start_twice(start: Any) -> Any:
    start("200 OK", [])
    start("201 Made", [])
    return []


def text_body(start: Any) -> Any:
    start("200 OK", [])
    return ["text"]


def body_without_start(start: Any) -> Any:
    return [b"body"]


def no_start(start: Any) -> Any:
    return [b""]


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (start_twice, "The app called start_response twice without exc_info."),
        (text_body, "Expected bytes as body, got str."),
        (body_without_start, "The app sent a body before it called start_response."),
        (no_start, "The app returned without a call of start_response."),
    ],
)
def test_an_app_that_breaks_a_rule_raises_app_error(
    app: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(AppError) as caught:
        collect_reply(lambda environ, start: app(start), {})

    assert str(caught.value) == message


@pytest.mark.parametrize("chunks", [Chunks(b"a"), Chunks("text"), Chunks()])
def test_the_iterable_is_closed_once(chunks: Chunks) -> None:
    def app(environ: Any, start: Any) -> Chunks:
        if b"a" in chunks.chunks:
            start("200 OK", [])
        return chunks

    try:
        collect_reply(app, {})
    except AppError:
        assert b"a" not in chunks.chunks

    assert chunks.closed == 1
