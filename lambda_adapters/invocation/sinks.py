"""Sinks: where a reply goes as the app produces it."""

from collections.abc import Awaitable
from typing import Any, Protocol

from lambda_adapters.http.messages import Headers, Reply


class Sink(Protocol):
    """Takes one answer: `start` once, `write` any number of times, `end` once; or `answer` once.

    The methods are called in the thread that runs the app. `write` may block where that is a
    thread of its own (WSGI, `answer`). On an event loop it must not: the sink keeps the data, and
    `drain` tells the app to wait.
    """

    def start(self, status: int, headers: Headers, reason: str, text: bool, /) -> None:
        """The reply's head. `text`: its media type is text."""

    def write(self, data: bytes, /) -> None:
        """A piece of the body, never empty."""

    def end(self) -> None:
        """The reply is complete."""

    def answer(self, response: Any, /) -> None:
        """In place of a reply: a response to be passed on untouched, such as a function's own."""

    def drain(self) -> Awaitable[None] | None:
        """What an ASGI app awaits behind a `write`; None where there is nothing to wait for."""


def deliver(result: Any, sink: Sink | None) -> Any:
    """Send a whole Reply, or a function's own response, to the sink. Without a sink return it."""
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
