"""Sends bytes to a server and parses the reply with h11, which is strict. [I/O]"""

import socket
from contextlib import suppress
from dataclasses import dataclass, field

import h11

_MAX_HEAD = 4 * 1024 * 1024  # bytes of a reply's head, which may contain a record


class NoReply(Exception):
    """The server closed the connection without a valid reply."""


@dataclass(frozen=True)
class ServerReply:
    """The reply of a server: lower-case header names, one character per byte in values."""

    status: int
    reason: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def send_bytes(port: int, data: bytes, method: str, timeout: float = 60.0) -> ServerReply:
    """Send `data` on a new connection and read one reply.

    `method` is the method of the request, because a reply to HEAD has no body. Raises NoReply, and
    OSError if no server listens or if nothing arrives within `timeout` seconds.
    """
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
    # h11 only needs to know the method. The request itself is sent below.
    reader.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    reader.send(h11.EndOfMessage())
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        # A server that refuses a request early may have sent its reply.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        try:
            return _read_reply(reader, connection)
        except (h11.RemoteProtocolError, ConnectionResetError) as error:
            raise NoReply(f"{type(error).__name__}: {error}") from error


def _read_reply(reader: h11.Connection, connection: socket.socket) -> ServerReply:
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
            return ServerReply(head.status_code, reason, headers, b"".join(body))
        elif isinstance(event, h11.ConnectionClosed):
            raise NoReply("closed without a reply")
