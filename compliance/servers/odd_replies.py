"""Odd replies. The recording apps send them when a query names one of them."""

import gzip
from dataclasses import dataclass, field
from http import HTTPStatus

from lambda_adapters.http.messages import Headers

_EVERY = bytes(range(256))
_TEXT = "Grüße, мир, 世界, 😀".encode()
_GZIP = gzip.compress(_TEXT, mtime=0)
_HTML = ("content-type", "text/html; charset=utf-8")


@dataclass(frozen=True)
class OddReply:
    """A reply of an app to a request with `method`. `pieces` is a streamed body, in chunks."""

    name: str
    status: int = 200
    headers: Headers = field(default_factory=list)
    body: str | bytes = b""
    pieces: tuple[bytes, ...] = ()
    method: str = "GET"
    phrase: str = ""

    @property
    def chunks(self) -> list[bytes]:
        """The body in the chunks that the app sends."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        return list(self.pieces) or ([body] if body else [])

    @property
    def reason(self) -> str:
        """The reason phrase, which only WSGI apps send."""
        return self.phrase or phrase_of(self.status)


def phrase_of(status: int) -> str:
    """The standard reason phrase of a status, or ""."""
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _reply_with_status(status: int) -> OddReply:
    return OddReply(f"status-{status}", status, [("content-type", "text/plain")], "text")


def _reply_with_type(name: str, content_type: str, body: bytes | str) -> OddReply:
    return OddReply(f"type-{name}", headers=[("content-type", content_type)], body=body)


def _reply_with_headers(name: str, *headers: tuple[str, str]) -> OddReply:
    return OddReply(f"headers-{name}", headers=[_HTML, *headers], body="<p>")


def _reply_with_cookies(name: str, *cookies: str) -> OddReply:
    return _reply_with_headers(f"cookies-{name}", *(("set-cookie", cookie) for cookie in cookies))


_STATUSES = [
    *map(
        _reply_with_status,
        (200, 201, 202, 203, 206, 207, 226, 300, 400, 401, 403, 404, 405, 409, 410),
    ),
    *map(
        _reply_with_status,
        (413, 415, 418, 422, 429, 451, 500, 501, 502, 503, 504, 511, 299, 499, 599),
    ),
    OddReply("status-204", 204),
    OddReply("status-204-with-a-body", 204, [_HTML], "<p>"),
    OddReply("status-205", 205, [("content-length", "0")]),
    OddReply("status-304", 304, [("etag", '"a"'), ("cache-control", "max-age=1")]),
    OddReply("status-304-with-a-body", 304, [_HTML, ("etag", '"a"')], "<p>"),
    OddReply("status-301", 301, [("location", "/a%2Fb?c=d#e")]),
    OddReply("status-302-elsewhere", 302, [("location", "https://other.test/")]),
    OddReply("status-303", 303, [("location", "../up")]),
    OddReply("status-307", 307, [("location", "//other.test/a b")]),
    OddReply("status-308", 308, [("location", "caf%C3%A9"), _HTML], "<p>"),
    OddReply("reason-odd", 200, [_HTML], "<p>", phrase="Rather Fine"),
    OddReply("reason-empty-status", 298, [_HTML], "<p>"),
]

_HEADERS = [
    _reply_with_headers("repeated", ("x-a", "1"), ("x-a", "2")),
    _reply_with_headers("repeated-apart", ("x-a", "1"), ("x-b", "2"), ("x-a", "3")),
    _reply_with_headers("repeated-vary", ("vary", "accept"), ("vary", "cookie")),
    _reply_with_headers("repeated-link", ("link", "</a>; rel=next"), ("link", "</b, c>; rel=prev")),
    _reply_with_headers(
        "repeated-authenticate", ("www-authenticate", "Basic"), ("www-authenticate", "Bearer")
    ),
    _reply_with_headers("empty", ("x-empty", "")),
    _reply_with_headers("latin-1", ("x-name", "café")),
    _reply_with_headers("utf-8", ("x-name", "café".encode().decode("latin-1"))),
    _reply_with_headers("quotes", ("content-disposition", 'attachment; filename="a \\" b.txt"')),
    _reply_with_headers("odd-name", ("x!#$%&'*+.^_`|~", "a")),
    _reply_with_headers("underscore", ("x_a", "a")),
    _reply_with_headers("long", ("x-long", "0123456789abcdef" * 512)),
    _reply_with_headers("many", *((f"x-{n}", str(n)) for n in range(80))),
    _reply_with_headers("tab-inside", ("x-a", "a\tb")),
    _reply_with_headers("own-date", ("date", "Thu, 01 Jan 1970 00:00:00 GMT")),
    _reply_with_headers("own-server", ("server", "mine/1.0")),
    _reply_with_headers("own-via", ("via", "1.1 mine")),
    _reply_with_headers("authenticate", ("www-authenticate", 'Basic realm="a, b"')),
    _reply_with_headers(
        "cors", ("access-control-allow-origin", "*"), ("access-control-max-age", "5")
    ),
    _reply_with_headers("length", ("content-length", "3")),
    _reply_with_headers(
        "cache", ("cache-control", "no-cache, no-store"), ("expires", "0"), ("age", "1")
    ),
    _reply_with_headers(
        "security", ("strict-transport-security", "max-age=1"), ("x-frame-options", "DENY")
    ),
    _reply_with_headers("trace-id", ("x-amzn-trace-id", "Root=1-0-0"), ("x-amzn-requestid", "a")),
    OddReply("headers-none", body="bare"),
    OddReply("headers-none-and-no-body"),
]

_COOKIES = [
    _reply_with_cookies("one", "a=1; Path=/; HttpOnly"),
    _reply_with_cookies("three", "a=1", "b=2; Secure", "c=3; SameSite=Lax"),
    _reply_with_cookies("same-name", "a=1; Path=/", "a=2; Path=/x", "a=1; Path=/"),
    _reply_with_cookies("expires", "a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=2"),
    _reply_with_cookies("quoted", 'a="b, c; d"', "e="),
    _reply_with_cookies("sixty", *(f"c{n}={n}" for n in range(60))),
]

_BODIES = [
    _reply_with_type("json", "application/json", '{"a": "ü"}'),
    _reply_with_type("html-utf-8", "text/html; charset=utf-8", _TEXT),
    _reply_with_type("text-latin-1", "text/plain; charset=iso-8859-1", "Grüße".encode("latin-1")),
    _reply_with_type("text-utf-16", "text/plain; charset=utf-16", "Grüße".encode("utf-16")),
    _reply_with_type("text-of-every-byte", "text/plain", _EVERY),
    _reply_with_type("text-like-base64", "text/plain", "SGVsbG8="),
    _reply_with_type("bytes", "application/octet-stream", _EVERY),
    _reply_with_type("image", "image/png", b"\x89PNG\r\n\x1a\n" + _EVERY),
    _reply_with_type("svg", "image/svg+xml", b"<svg>" + _TEXT + b"</svg>"),
    _reply_with_type("problem-json", "application/problem+json", '{"title": "ü"}'),
    _reply_with_type("odd", "Text/HTML ; charset=UTF-8", _TEXT),
    _reply_with_type("font", "font/woff2", _EVERY),
    _reply_with_type("event-stream", "text/event-stream", "data: ü\n\n"),
    _reply_with_type("900-kb", "text/plain", "0123456789abcdef" * 57_600),
    OddReply("body-gzip", headers=[_HTML, ("content-encoding", "gzip")], body=_GZIP),
    OddReply("body-br", headers=[_HTML, ("content-encoding", "br")], body=b"\x0b\x02\x80hello\x03"),
    OddReply("body-bytes-without-a-type", body=_EVERY),
    OddReply("body-streamed", headers=[_HTML], pieces=(b"<p>", b"a", b"</p>")),
    OddReply("body-streamed-in-a-character", headers=[_HTML], pieces=(b"\xc3", b"\xbc")),
    OddReply("body-streamed-with-empty-pieces", headers=[_HTML], pieces=(b"", b"a", b"", b"b")),
    OddReply(
        "body-streamed-with-a-length",
        headers=[_HTML, ("content-length", "6")],
        pieces=(b"abc", b"def"),
    ),
    OddReply("head", headers=[_HTML, ("x-a", "1")], body="<p>", method="HEAD"),
    OddReply(
        "head-with-a-length", headers=[_HTML, ("content-length", "3")], body="<p>", method="HEAD"
    ),
    OddReply("head-without-a-body", headers=[_HTML], method="HEAD"),
    OddReply("head-404", 404, headers=[_HTML], body="<p>", method="HEAD"),
]

REPLIES = {
    reply.name: reply for group in (_STATUSES, _HEADERS, _COOKIES, _BODIES) for reply in group
}
