"""RawRequest: an HTTP/1 request as the bytes that go over the wire."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawRequest:
    """One request. `lines` are its header lines; `body` is what the app must read.

    `host` is the Host header, or None for a request without one. `encoded_body` is the body as it
    is sent, if that is not `body` with a Content-Length. It can be chunked, for example; `lines`
    then contain its Transfer-Encoding.
    """

    name: str
    method: str = "GET"
    target: bytes = b"/"
    lines: tuple[bytes, ...] = ()
    body: bytes = b""
    encoded_body: bytes | None = None
    host: bytes | None = b"example.test"
    version: bytes = b"1.1"

    def to_bytes(self, root: str = "") -> bytes:
        """The whole request. `root` is put before the path, as for the clients of a stage."""
        target = root.encode() + self.target
        head = [self.method.encode() + b" " + target + b" HTTP/" + self.version]
        if self.host is not None:
            head.append(b"Host: " + self.host)
        head.extend(self.lines)
        if self.encoded_body is None and self.body:
            head.append(b"Content-Length: %d" % len(self.body))
        body = self.body if self.encoded_body is None else self.encoded_body
        return b"\r\n".join([*head, b"", b""]) + body

    @property
    def has_path(self) -> bool:
        """Whether the target is a path, so that a stage can be put before it."""
        return self.target.startswith(b"/")


def encode_chunked(*chunks: bytes, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """The chunks as they are sent with chunked transfer coding (RFC 9112 §7.1)."""
    lines = [b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks if chunk]
    return b"".join([*lines, b"0\r\n", trailer, b"\r\n"])
