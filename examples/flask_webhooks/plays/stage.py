"""Where a sender plays: what it signs with, what it sends, and what came of it."""

import time
from dataclasses import dataclass, field

import httpx

from plays.signing import Message, Player


@dataclass(slots=True, frozen=True)
class Secrets:
    """What one sender signs with; `old` is None where no secret is being replaced."""

    new: str
    old: str | None = None


@dataclass(slots=True, frozen=True)
class Line:
    """What one case came to."""

    sender: str
    case: str
    expected: str
    seen: str

    @property
    def right(self) -> bool:
        """Whether the server did what it must."""
        return self.expected == self.seen


@dataclass(slots=True)
class Stage:
    """Where one sender plays: it keeps what must be stored by now, and what must not."""

    client: httpx.Client
    player: Player
    secrets: Secrets
    stored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def message(self, *, stored: bool) -> Message:
        """A new message of this sender, which the server must store or must not."""
        message = self.player.write()
        (self.stored if stored else self.refused).append(message.id)
        return message

    def headers(
        self, message: Message, *, secret: str = "", late: int = 0, body: bytes | None = None
    ) -> dict[str, str]:
        """The message's headers with its signature: `late` seconds old, or of another body."""
        signed = message.body if body is None else body
        at = int(time.time()) - late
        signature = self.player.sign(signed, secret or self.secrets.new, at)
        json = {"content-type": "application/json"}
        return json | message.headers | signature

    def send(self, message: Message, headers: dict[str, str], path: str = "") -> str:
        """The status that comes back, or the name of what went wrong on the way."""
        try:
            reply = self.client.post(
                path or self.player.path, content=message.body, headers=headers
            )
        except httpx.TransportError as error:
            return type(error).__name__
        return str(reply.status_code)
