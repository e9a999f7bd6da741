"""Where a reply goes as the app produces it: pushed, never pulled."""

from typing import Any, Protocol

from lambda_events.messages import Headers, Reply


class Sink(Protocol):
    """Takes one reply: `start` once, `write` any number of times, `end` once."""

    def start(self, status: int, headers: Headers, reason: str, text: bool) -> None:
        """The reply's head. `text`: its media type is text."""

    def write(self, data: bytes) -> None:
        """A piece of the body."""

    def end(self) -> None:
        """The reply is complete."""

    def answer(self, response: Any) -> None:
        """Instead of a reply: what a plain function returned, to be passed on untouched."""


class BufferedSink:
    """Collects a reply for a response that is one JSON value.

    Keeps no more than `limit` bytes of body: what is larger cannot be sent anyway, and an app
    that streams without end would fill the memory. `size` goes on counting.
    """

    __slots__ = ("_chunks", "limit", "reply", "response", "size")

    def __init__(self, limit: int) -> None:
        self._chunks: list[bytes] = []
        self.limit = limit
        self.reply: Reply | None = None
        self.response: Any = None
        self.size = 0

    def start(self, status: int, headers: Headers, reason: str, text: bool) -> None:
        self.reply = Reply(status, headers, b"", text, reason)

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size <= self.limit:
            self._chunks.append(data)
        else:
            self._chunks.clear()

    def end(self) -> None:
        assert self.reply is not None
        chunks = self._chunks
        self.reply.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._chunks = []

    def answer(self, response: Any) -> None:
        self.response = response
