"""One simulated sender's session with the app: what it sends, and the results."""

import time
from dataclasses import dataclass, field

import httpx

from simulation.signing import Message, Sender


@dataclass(slots=True, frozen=True)
class Secrets:
    """The secrets of one sender. `old` is None if no secret is being replaced."""

    new: str
    old: str | None = None


@dataclass(slots=True, frozen=True)
class Result:
    """The expected and the actual result of one case."""

    sender: str
    case: str
    expected: str
    actual: str

    @property
    def passed(self) -> bool:
        """Whether the app did what is expected."""
        return self.expected == self.actual


@dataclass(slots=True)
class Session:
    """Sends messages of one sender. `accepted` and `refused` are the ids of its messages: those
    that the app must have stored, and those that it must not."""

    client: httpx.Client
    sender: Sender
    secrets: Secrets
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def create_message(self, *, valid: bool) -> Message:
        """A new message. `valid` says whether the app must store it."""
        message = self.sender.create_message()
        (self.accepted if valid else self.refused).append(message.id)
        return message

    def sign(
        self, message: Message, *, secret: str = "", age: int = 0, body: bytes | None = None
    ) -> dict[str, str]:
        """The headers of a message, with a signature that is `age` seconds old. `body` is signed
        instead of the message's own body."""
        signed = message.body if body is None else body
        at = int(time.time()) - age
        signature = self.sender.sign(signed, secret or self.secrets.new, at)
        json = {"content-type": "application/json"}
        return json | message.headers | signature

    def send(self, message: Message, headers: dict[str, str], path: str = "") -> str:
        """Send a message. The status of the reply, or the name of the error."""
        try:
            reply = self.client.post(
                path or self.sender.path, content=message.body, headers=headers
            )
        except httpx.TransportError as error:
            return type(error).__name__
        return str(reply.status_code)
