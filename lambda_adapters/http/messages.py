"""Request and Reply: plain HTTP, the same for all sources and all apps.

Values are normalized once, when they are built; later code does not check again. Header names are
lower-case. Header values hold one character per byte (latin-1), as in RFC 9110 §5.5 and PEP 3333.
"""

from operator import attrgetter
from typing import Any

from lambda_adapters.http.urls import raw_path_from_decoded

Headers = list[tuple[str, str]]
"""(lower-case name, value) in the order sent, repeats kept."""

Columns = tuple[tuple[str, ...], list[str]]
"""The same headers as a tuple of names and a list of values."""

DEFAULT_PORTS = {"http": 80, "https": 443}
_phrases: dict[int, str] = {}


def phrase_of(status: int) -> str:
    """Return the reason phrase of a registered status; "" for any other."""
    if not _phrases:
        from http import HTTPStatus  # takes 2 ms to import, and many functions need no phrase

        _phrases.update({status.value: status.phrase for status in HTTPStatus})
    return _phrases.get(status, "")


class Request:
    """One HTTP request.

    `root_path + path` is the public path: `root_path` is the platform's part of it (stage,
    base-path mapping, mount), without a trailing slash; `path` is the app's, decoded once,
    and starts with a slash. `raw_path` is `path` as the client sent it, percent-encoded
    ASCII. `query` is the percent-encoded text after the `?`. `client` and `server` are
    (host, port), with port 0 if only the host is known; None if nothing is known.

    `headers` returns a new list at each access; assign a list to change the headers. They are
    stored as `columns`, because values derived from the header names are cached.
    """

    __slots__ = (
        "body",
        "client",
        "columns",
        "http_version",
        "method",
        "path",
        "query",
        "raw_path",
        "root_path",
        "scheme",
        "server",
    )

    def __init__(
        self,
        method: str = "GET",
        scheme: str = "https",
        root_path: str = "",
        path: str = "/",
        raw_path: str = "/",
        query: str = "",
        headers: Headers | Columns = (),  # type: ignore[assignment]
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
        if type(headers) is tuple and headers:
            self.columns: Columns = headers
        else:
            self.headers = headers  # type: ignore[assignment]
        self.body = body
        self.client = client
        self.server = server
        self.http_version = http_version

    @property
    def headers(self) -> Headers:
        """The headers as pairs, in a new list."""
        return list(zip(*self.columns, strict=True))

    @headers.setter
    def headers(self, pairs: Headers) -> None:
        self.columns = tuple([name for name, _ in pairs]), [value for _, value in pairs]

    @property
    def public_path(self) -> str:
        """The decoded path as the client sees it, root path included."""
        return self.root_path + self.path

    @property
    def public_raw_path(self) -> str:
        """The path as the client sent it, root path included."""
        root = self.root_path
        return raw_path_from_decoded(root) + self.raw_path if root else self.raw_path

    @property
    def url(self) -> str:
        """The public URL, as the client sent it."""
        host = self.header("host")
        if host is None:
            name, port = self.server
            name = f"[{name}]" if ":" in name and not name.startswith("[") else name
            host = name if port in (0, DEFAULT_PORTS.get(self.scheme)) else f"{name}:{port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{host}{self.public_raw_path}{query}"

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its lower-case name; None if there is none."""
        names, values = self.columns
        return values[names.index(name)] if name in names else None

    def header_values(self, name: str) -> list[str]:
        """Return all values of a header, by its lower-case name."""
        names, values = self.columns
        if names.count(name) < 2:
            return [values[names.index(name)]] if name in names else []
        return [value for each, value in zip(names, values, strict=True) if each == name]

    def replace(self, **changes: Any) -> "Request":
        """Return a copy with some values changed, given by keyword as for `Request(...)`."""
        return Request(**(dict(zip(_REQUEST_FIELDS, _request_values(self), strict=True)) | changes))

    def __eq__(self, other: object) -> bool:
        return type(other) is Request and _request_values(self) == _request_values(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Leave out headers, query and body: they may hold secrets, and a repr ends up in logs."""
        shown = [name for name in _REQUEST_FIELDS if name not in ("query", "headers", "body")]
        return f"Request({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


_REQUEST_FIELDS = (
    "method",
    "scheme",
    "root_path",
    "path",
    "raw_path",
    "query",
    "headers",
    "body",
    "client",
    "server",
    "http_version",
)
_request_values = attrgetter(*_REQUEST_FIELDS)


class Reply:
    """One HTTP reply.

    `text` says that the body's media type is text, so that a source may send it as text instead of
    base64. `reason` is the reason phrase, if the app gave one. `header_map` holds the headers as a
    map, without Content-Length; it is only set if all names differ and none is hop-by-hop.
    `header_size` is the number of characters in reason and headers; -1 if unknown.
    """

    __slots__ = ("body", "header_map", "header_size", "headers", "reason", "status", "text")

    def __init__(
        self,
        status: int = 200,
        headers: Headers | None = None,
        body: bytes = b"",
        text: bool = False,
        reason: str = "",
        header_map: dict[str, str] | None = None,
        header_size: int = -1,
    ) -> None:
        self.status = status
        self.headers = [] if headers is None else headers
        self.body = body
        self.text = text
        self.reason = reason
        self.header_map = header_map
        self.header_size = header_size

    def replace(self, **changes: Any) -> "Reply":
        """Return a copy with some values changed, given by keyword as for `Reply(...)`."""
        return Reply(**(dict(zip(_REPLY_FIELDS, _reply_values(self), strict=True)) | changes))

    def __eq__(self, other: object) -> bool:
        return type(other) is Reply and _reply_values(self) == _reply_values(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Leave out headers and body, as for a request."""
        return f"Reply(status={self.status!r}, text={self.text!r}, reason={self.reason!r})"


_REPLY_FIELDS = ("status", "headers", "body", "text", "reason")
_reply_values = attrgetter(*_REPLY_FIELDS)


def text_reply(status: int, text: str) -> Reply:
    """Return a short plain-text reply that the library sends itself."""
    return Reply(status, [("content-type", "text/plain; charset=utf-8")], text.encode(), True)


def json_reply(status: int, text: str) -> Reply:
    """Return a short JSON reply, as API Gateway sends when it answers itself."""
    return Reply(status, [("content-type", "application/json")], text.encode(), True)
