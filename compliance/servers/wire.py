"""Bytes to a server's socket, and its reply parsed: strictly, by h11. [I/O]"""

import socket
from contextlib import suppress
from dataclasses import dataclass, field

import h11

_LONG = 4 * 1024 * 1024  # bytes of a reply's head: it may hold a record


class Unanswered(Exception):
    """The server closed the connection without a reply that could be read."""


@dataclass(frozen=True)
class Answer:
    """A reply as it came: lower-case names, one character per byte."""

    status: int
    reason: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def sent(port: int, data: bytes, method: str, timeout: float = 60.0) -> Answer:
    """Send `data` on a connection of its own and read one reply. Raises Unanswered, and OSError
    where nobody listens or nothing comes for `timeout` seconds.

    `method` is the request's: a reply to HEAD has no body.
    """
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONG)
    # What h11 thinks it has sent only tells it what kind of reply to expect.
    reader.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    reader.send(h11.EndOfMessage())
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        # Refused early, the reply may be there all the same.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        try:
            return _answer(reader, connection)
        except (h11.RemoteProtocolError, ConnectionResetError) as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error


def _answer(reader: h11.Connection, connection: socket.socket) -> Answer:
    head: h11.Response | None = None
    body: list[bytes] = []
    while True:
        event = reader.next_event()
        if event is h11.NEED_DATA:
            reader.receive_data(connection.recv(256 * 1024))
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers]
            reason = bytes(head.reason).decode("latin-1")
            return Answer(head.status_code, reason, headers, b"".join(body))
        elif isinstance(event, h11.ConnectionClosed):
            raise Unanswered("closed without a reply")
