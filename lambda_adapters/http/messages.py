"""Request and Reply: plain HTTP, the same whatever sent it and whatever answers it.

Values are normal once built, so nothing downstream checks again. Header names are
lower-case; header values hold one character per byte (latin-1), as RFC 9110 §5.5 and
PEP 3333 have it.
"""

from dataclasses import dataclass, field, fields
from http import HTTPStatus
from operator import attrgetter

from lambda_adapters.http.urls import raw_path_from_decoded

Headers = list[tuple[str, str]]
"""(lower-case name, value) in the order sent, repeats kept."""

PHRASES = {status.value: status.phrase for status in HTTPStatus}
"""The reason phrases that statuses have where nobody gives another."""


@dataclass(init=False, repr=False, eq=False)
class Request:
    """One HTTP request.

    `root_path + path` is the public path: `root_path` is the platform's part of it (stage,
    base-path mapping, mount), without a trailing slash; `path` is the app's, decoded once,
    and starts with a slash. `raw_path` is `path` as the client sent it, percent-encoded
    ASCII. `query` is the percent-encoded text behind the `?`. `client` and `server` are
    (host, port), port 0 where only the host is known; None where nothing is.

    Headers are kept as two columns, names and values, until somebody asks for the pairs: the
    names of an event are those of many, and what they come to is remembered.
    """

    method: str
    scheme: str
    root_path: str
    path: str
    raw_path: str
    query: str
    headers: Headers
    body: bytes
    client: tuple[str, int] | None
    server: tuple[str, int]
    http_version: str

    __slots__ = (
        "_names",
        "_pairs",
        "_values",
        "body",
        "client",
        "http_version",
        "method",
        "path",
        "query",
        "raw_path",
        "root_path",
        "scheme",
        "server",
    )  # fmt: skip

    def __init__(
        self,
        method: str = "GET",
        scheme: str = "https",
        root_path: str = "",
        path: str = "/",
        raw_path: str = "/",
        query: str = "",
        headers: "Headers | Columns | None" = None,
        body: bytes = b"",
        client: tuple[str, int] | None = None,
        server: tuple[str, int] = ("localhost", 443),
        http_version: str = "1.1",
    ) -> None:
        self.method = method
        self.scheme = scheme
        self.root_path = root_path
        self.path = path
        self.raw_path = raw_path
        self.query = query
        if type(headers) is tuple:
            self._names, self._values = headers
            self._pairs: Headers | None = None
        else:
            self._pairs = [] if headers is None else headers
        self.body = body
        self.client = client
        self.server = server
        self.http_version = http_version

    @property
    def headers(self) -> Headers:  # type: ignore[no-redef]
        """The pairs, which may be changed from now on."""
        pairs = self._pairs
        if pairs is None:
            pairs = self._pairs = list(zip(self._names, self._values))  # noqa: B905 - it takes time
        return pairs

    @headers.setter
    def headers(self, pairs: Headers) -> None:
        self._pairs = pairs

    def columns(self) -> "Columns":
        """The headers' names and their values."""
        pairs = self._pairs
        if pairs is None:
            return self._names, self._values
        return tuple([name for name, _ in pairs]), [value for _, value in pairs]

    @property
    def public_path(self) -> str:
        """The decoded path as the client sees it, root path included."""
        return self.root_path + self.path

    @property
    def public_raw_path(self) -> str:
        """The path as the client sent it, root path included."""
        root = self.root_path
        return raw_path_from_decoded(root) + self.raw_path if root else self.raw_path

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        for value in self.header_values(name):
            return value
        return None

    def header_values(self, name: str) -> list[str]:
        """The values of a header, by its lower-case name."""
        names, values = self.columns()
        count = names.count(name)
        if count < 2:
            return [values[names.index(name)]] if count else []
        return [values[at] for at, each in enumerate(names) if each == name]

    def __eq__(self, other: object) -> bool:
        return type(other) is Request and _all(self) == _all(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Headers, query and body may hold secrets: they are kept out of logs.
        return (
            f"Request(method={self.method!r}, scheme={self.scheme!r}, "
            f"root_path={self.root_path!r}, path={self.path!r}, raw_path={self.raw_path!r}, "
            f"client={self.client!r}, server={self.server!r}, "
            f"http_version={self.http_version!r})"
        )


Columns = tuple[tuple[str, ...], list[str]]
"""Headers as their names and their values."""

_all = attrgetter(*(each.name for each in fields(Request)))


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
    # Of a reply that an app sent: its headers as a map where each stands once and none ends at the
    # gateway, and how many characters the reason and the headers have.
    single: dict[str, str] | None = field(default=None, repr=False, compare=False)
    characters: int = field(default=0, repr=False, compare=False)


def plain_reply(status: int, text: str) -> Reply:
    """A short answer of the library's own."""
    return Reply(status, [("content-type", "text/plain; charset=utf-8")], text.encode(), True)


def json_reply(status: int, text: str) -> Reply:
    """A short JSON answer, as API Gateway gives when it answers itself."""
    return Reply(status, [("content-type", "application/json")], text.encode(), True)
