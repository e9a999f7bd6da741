"""Where a reply goes as the app produces it: pushed, never pulled."""

from typing import Protocol

from lambda_adapters.http.messages import Headers


class Sink(Protocol):
    """Takes one reply: `start` once, `write` any number of times, `end` once."""

    def start(self, status: int, headers: Headers, reason: str, text: bool) -> None:
        """The reply's head. `text`: its media type is text."""

    def write(self, data: bytes) -> None:
        """A piece of the body."""

    def end(self) -> None:
        """The reply is complete."""
