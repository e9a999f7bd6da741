"""Odd bodies, methods and versions."""

import base64
import gzip
import zlib

from compliance.servers.raw_requests import RawRequest, chunked

_EVERY = bytes(range(256))
_TEXT = "Grüße, мир, 世界, 😀".encode()
_CHUNKED = b"Transfer-Encoding: chunked"
_MULTIPART = b"\r\n".join(
    [
        b"--edge",
        b'Content-Disposition: form-data; name="text"',
        b"",
        "Grüße".encode(),
        b"--edge",
        b'Content-Disposition: form-data; name="file"; filename="a b.bin"',
        b"Content-Type: application/octet-stream",
        b"",
        _EVERY,
        b"--edge--",
        b"",
    ]
)


def _of(name: str, body: bytes, *lines: bytes, framed: bytes | None = None) -> RawRequest:
    return RawRequest(f"body: {name}", "POST", b"/", lines, body, framed)


def _type(name: str, content_type: bytes, body: bytes) -> RawRequest:
    return _of(name, body, b"Content-Type: " + content_type)


BODIES = [
    _of("none", b""),
    _of("none, said so", b"", b"Content-Length: 0"),
    _of("without a type", b"a=1"),
    _of("bytes without a type", _EVERY),
    _type("JSON", b"application/json", b'{"a": [1, null, "b"]}'),
    _type("JSON in UTF-8", b"application/json", b'{"a": "' + _TEXT + b'"}'),
    _type("JSON with a charset", b"application/json; charset=utf-8", b'"' + _TEXT + b'"'),
    _type("JSON in UTF-16", b"application/json", '{"a": "ü"}'.encode("utf-16")),
    _type("JSON in latin-1", b"application/json; charset=iso-8859-1", b'{"a": "\xfc"}'),
    _type("JSON type, no JSON", b"application/json", b"{"),
    _type("problem JSON in latin-1", b"application/problem+json", b'{"a": "\xfc"}'),
    _type("form", b"application/x-www-form-urlencoded", b"a=1&b=%C3%BC&a=+"),
    _type("form in latin-1", b"application/x-www-form-urlencoded", b"a=\xfc"),
    _type("multipart", b"multipart/form-data; boundary=edge", _MULTIPART),
    _type("plain text", b"text/plain", b"a\nb"),
    _type("text in UTF-8", b"text/plain; charset=utf-8", _TEXT),
    _type("text in latin-1", b"text/plain; charset=iso-8859-1", "Grüße".encode("latin-1")),
    _type("text in UTF-16", b"text/plain; charset=utf-16", "Grüße".encode("utf-16")),
    _type("text in Shift JIS", b"text/plain; charset=shift_jis", "世界".encode("shift_jis")),
    _type("text in EBCDIC", b"text/plain; charset=cp037", "Hello".encode("cp037")),
    _type("text with a byte-order mark", b"text/plain", b"\xef\xbb\xbfa"),
    _type("text of every byte", b"text/plain", _EVERY),
    _type("text with NUL, CR and LF", b"text/plain", b"a\x00b\rc\nd\r\ne"),
    _type("HTML", b"text/html", b"<p>" + _TEXT + b"</p>"),
    _type("XML in latin-1", b"application/xml", b'<?xml encoding="iso-8859-1"?><a>\xfc</a>'),
    _type("JavaScript", b"application/javascript", b"let a = '" + _TEXT + b"'"),
    _type("SVG", b"image/svg+xml", b"<svg>" + _TEXT + b"</svg>"),
    _type("image", b"image/png", b"\x89PNG\r\n\x1a\n" + _EVERY),
    _type("every byte", b"application/octet-stream", _EVERY),
    _type("empty type", b"", b"a\xff"),
    _type("odd type", b"Text/PLAIN ; Charset=UTF-8", _TEXT),
    _type("text that looks like base64", b"text/plain", b"SGVsbG8="),
    _type("base64 of bytes as text", b"text/plain", base64.b64encode(_EVERY)),
    _type("JSON that looks like base64", b"application/json", b"true"),
    _type("text of spaces", b"text/plain", b"   "),
    _type("one byte", b"application/octet-stream", b"\x00"),
    _of("gzip", gzip.compress(_TEXT, mtime=0), b"Content-Encoding: gzip"),
    _of(
        "gzip of JSON",
        gzip.compress(b'{"a": 1}', mtime=0),
        b"Content-Type: application/json",
        b"Content-Encoding: gzip",
    ),
    _of("deflate", zlib.compress(_TEXT), b"Content-Type: text/plain", b"Content-Encoding: deflate"),
    _of("identity", _TEXT, b"Content-Type: text/plain", b"Content-Encoding: identity"),
    _of("chunked", b"abcdef", _CHUNKED, framed=chunked(b"abc", b"def")),
    _of("chunked and empty", b"", _CHUNKED, framed=chunked()),
    _of("chunked bytes", _EVERY, _CHUNKED, framed=chunked(*(bytes([b]) for b in _EVERY))),
    _of("chunked in capitals", b"abc", b"Transfer-Encoding: Chunked", framed=chunked(b"abc")),
    _of("chunk extension", b"abc", _CHUNKED, framed=chunked(b"abc", extension=b";a=b")),
    _of(
        "chunked with a trailer",
        b"abc",
        _CHUNKED,
        b"Trailer: X-Sum",
        framed=chunked(b"abc", trailer=b"X-Sum: 1\r\n"),
    ),
    _of(
        "chunked and a length",
        b"abc",
        _CHUNKED,
        b"Content-Length: 3",
        framed=chunked(b"abc"),
    ),
    _of("gzip as transfer", b"abc", b"Transfer-Encoding: gzip, chunked", framed=chunked(b"abc")),
    _of("expect continue", b"abc", b"Expect: 100-continue"),
    _type("5 MB of text", b"text/plain", b"0123456789abcdef" * 327_680),
    _type("5 MB of bytes", b"application/octet-stream", _EVERY * 20_480),
    _type("800 KB of bytes", b"application/octet-stream", _EVERY * 3_200),
]

METHODS = [
    RawRequest("method: HEAD", "HEAD", b"/movies?a=1"),
    RawRequest("method: OPTIONS", "OPTIONS", b"/movies"),
    RawRequest(
        "method: OPTIONS before a request from elsewhere",
        "OPTIONS",
        lines=(b"Origin: https://other.test", b"Access-Control-Request-Method: PUT"),
    ),
    RawRequest("method: OPTIONS of the server", "OPTIONS", b"*"),
    RawRequest("method: PATCH", "PATCH", b"/movies/1", body=b"{}"),
    RawRequest("method: PUT", "PUT", b"/movies/1", body=b"{}"),
    RawRequest("method: DELETE", "DELETE", b"/movies/1"),
    RawRequest("method: DELETE with a body", "DELETE", b"/movies/1", body=b"{}"),
    RawRequest("method: GET with a body", "GET", b"/movies", body=b"{}"),
    RawRequest("method: HEAD with a body", "HEAD", b"/movies", body=b"{}"),
    RawRequest("method: TRACE", "TRACE"),
    RawRequest("method: PROPFIND", "PROPFIND"),
    RawRequest("method: made up", "BREW"),
    RawRequest("method: made up with a hyphen", "M-SEARCH"),
    RawRequest("method: lower case", "get"),
    RawRequest("method: odd characters", "A.B!C"),
    RawRequest("method: long", "A" * 100),
    RawRequest("target: with a host", target=b"http://example.test/a%2Fb?c=d"),
    RawRequest("target: with another host", target=b"http://other.test/a"),
    RawRequest("target: without a slash", target=b"movies"),
    RawRequest("target: empty", target=b""),
    RawRequest("version: HTTP/1.0", version=b"1.0"),
    RawRequest(
        "version: HTTP/1.0 that is kept alive", version=b"1.0", lines=(b"Connection: keep-alive",)
    ),
    RawRequest("version: HTTP/1.2", version=b"1.2"),
    RawRequest("version: HTTP/3.0", version=b"3.0"),
]
