"""RawRequest: an HTTP/1 request as the bytes that go over the wire."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawRequest:
    """One request. `lines` are header lines as they stand; `body` is what the app must read.

    `host` is the Host header, None for none. `framed` is the body as it is sent, where that is
    not `body` behind a Content-Length: chunked, say; its header is then among the lines.
    """

    name: str
    method: str = "GET"
    target: bytes = b"/"
    lines: tuple[bytes, ...] = ()
    body: bytes = b""
    framed: bytes | None = None
    host: bytes | None = b"example.test"
    version: bytes = b"1.1"

    def on_the_wire(self, root: str = "") -> bytes:
        """All of it. `root` goes before the path, as the clients of a stage have it."""
        target = root.encode() + self.target
        head = [self.method.encode() + b" " + target + b" HTTP/" + self.version]
        if self.host is not None:
            head.append(b"Host: " + self.host)
        head.extend(self.lines)
        if self.framed is None and self.body:
            head.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*head, b"", b""]) + (self.body if self.framed is None else self.framed)

    @property
    def has_path(self) -> bool:
        """Whether the target is a path, below which a stage can be put."""
        return self.target.startswith(b"/")


def chunked(*pieces: bytes, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """Pieces as RFC 9112 §7.1 sends them."""
    sent = [b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces if piece]
    return b"".join([*sent, b"0\r\n", trailer, b"\r\n"])
