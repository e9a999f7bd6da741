"""Request and Reply: plain HTTP, the same whatever sent it and whatever answers it.

Values are normal once built, so nothing downstream checks again. Header names are
lower-case; header values hold one character per byte (latin-1), as RFC 9110 §5.5 and
PEP 3333 have it.
"""

from dataclasses import dataclass, field, fields
from http import HTTPStatus
from operator import attrgetter

from lambda_events.url import raw_path_from_decoded

Headers = list[tuple[str, str]]
"""(lower-case name, value) in the order sent, repeats kept."""

PHRASES = {status.value: status.phrase for status in HTTPStatus}
"""The reason phrases that statuses have where nobody gives another."""


@dataclass(slots=True)
class Request:
    """One HTTP request.

    `root_path + path` is the public path: `root_path` is the platform's part of it (stage,
    base-path mapping, mount), without a trailing slash; `path` is the app's, decoded once,
    and starts with a slash. `raw_path` is `path` as the client sent it, percent-encoded
    ASCII. `query` is the percent-encoded text behind the `?`. `client` and `server` are
    (host, port), port 0 where only the host is known; None where nothing is.
    """

    method: str = "GET"
    scheme: str = "https"
    root_path: str = ""
    path: str = "/"
    raw_path: str = "/"
    query: str = field(default="", repr=False)  # values may be secrets: kept out of logs
    headers: Headers = field(default_factory=list, repr=False)
    body: bytes = field(default=b"", repr=False)
    client: tuple[str, int] | None = None
    server: tuple[str, int] = ("localhost", 443)
    http_version: str = "1.1"

    @property
    def public_path(self) -> str:
        """The decoded path as the client sees it, root path included."""
        return self.root_path + self.path

    @property
    def public_raw_path(self) -> str:
        """The path as the client sent it, root path included."""
        root = self.root_path
        return raw_path_from_decoded(root) + self.raw_path if root else self.raw_path

    def copy(self) -> "Request":
        """Another one, to be changed; dataclasses.replace takes five times as long."""
        return Request(*_values(self))

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


_values = attrgetter(*(each.name for each in fields(Request)))


@dataclass(slots=True)
class Reply:
    """One HTTP reply.

    `text` says that the body's media type is text, so that a source may place it as it
    is instead of as base64. `reason` is the reason phrase where the app gave one.
    """

    status: int = 200
    headers: Headers = field(default_factory=list, repr=False)
    body: bytes = field(default=b"", repr=False)
    text: bool = False
    reason: str = ""


def plain_reply(status: int, text: str) -> Reply:
    """A short answer of the library's own."""
    return Reply(status, [("content-type", "text/plain; charset=utf-8")], text.encode(), True)


def json_reply(status: int, text: str) -> Reply:
    """A short JSON answer, as API Gateway gives when it answers itself."""
    return Reply(status, [("content-type", "application/json")], text.encode(), True)
