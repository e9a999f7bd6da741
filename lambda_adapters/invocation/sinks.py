"""Sinks: where a reply goes as the app produces it."""

from collections.abc import Awaitable
from typing import Any, Protocol

from lambda_adapters.http.messages import Headers, Reply


class Sink(Protocol):
    """Receives one answer: `start` once, `write` any number of times, `end` once; or `answer` once.

    `answer` calls the methods in the thread that runs the app, where `write` may block (a WSGI
    app) or must not (an ASGI app, whose thread runs the event loop). `answer_async` calls them on
    the caller's event loop, where they must not block: the sink keeps the data, and the app waits
    for `drain`.
    """

    def start(self, status: int, headers: Headers, reason: str, text: bool, /) -> None:
        """Take the reply's status and headers. `text`: the body is text by its media type."""

    def write(self, data: bytes, /) -> None:
        """Take a chunk of the body, never empty."""

    def end(self) -> None:
        """Complete the reply."""

    def answer(self, response: Any, /) -> None:
        """Take a response instead of a reply, such as a function's, to be passed on unchanged."""

    def drain(self) -> Awaitable[None] | None:
        """Return what an ASGI app awaits after a `write`; None if there is nothing to wait for."""


def deliver(result: Any, sink: Sink | None) -> Any:
    """Send a whole Reply, or a function's response, to the sink. Without a sink, return it."""
    if sink is None:
        return result
    if isinstance(result, Reply):
        sink.start(result.status, result.headers, result.reason, result.text)
        if result.body:
            sink.write(result.body)
        sink.end()
    else:
        sink.answer(result)
    return None
