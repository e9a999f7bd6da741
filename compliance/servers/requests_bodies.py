"""Odd bodies, methods and versions."""

import base64
import gzip
import zlib

from compliance.servers.raw_requests import RawRequest, encode_chunked

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


def _request(
    name: str, body: bytes, *lines: bytes, encoded_body: bytes | None = None
) -> RawRequest:
    return RawRequest(f"body: {name}", "POST", b"/", lines, body, encoded_body)


def _request_with_type(name: str, content_type: bytes, body: bytes) -> RawRequest:
    return _request(name, body, b"Content-Type: " + content_type)


BODIES = [
    _request("none", b""),
    _request("none, with a Content-Length of 0", b"", b"Content-Length: 0"),
    _request("without a type", b"a=1"),
    _request("bytes without a type", _EVERY),
    _request_with_type("JSON", b"application/json", b'{"a": [1, null, "b"]}'),
    _request_with_type("JSON in UTF-8", b"application/json", b'{"a": "' + _TEXT + b'"}'),
    _request_with_type(
        "JSON with a charset", b"application/json; charset=utf-8", b'"' + _TEXT + b'"'
    ),
    _request_with_type("JSON in UTF-16", b"application/json", '{"a": "ü"}'.encode("utf-16")),
    _request_with_type(
        "JSON in latin-1", b"application/json; charset=iso-8859-1", b'{"a": "\xfc"}'
    ),
    _request_with_type("JSON type, no JSON", b"application/json", b"{"),
    _request_with_type("problem JSON in latin-1", b"application/problem+json", b'{"a": "\xfc"}'),
    _request_with_type("form", b"application/x-www-form-urlencoded", b"a=1&b=%C3%BC&a=+"),
    _request_with_type("form in latin-1", b"application/x-www-form-urlencoded", b"a=\xfc"),
    _request_with_type("multipart", b"multipart/form-data; boundary=edge", _MULTIPART),
    _request_with_type("plain text", b"text/plain", b"a\nb"),
    _request_with_type("text in UTF-8", b"text/plain; charset=utf-8", _TEXT),
    _request_with_type(
        "text in latin-1", b"text/plain; charset=iso-8859-1", "Grüße".encode("latin-1")
    ),
    _request_with_type("text in UTF-16", b"text/plain; charset=utf-16", "Grüße".encode("utf-16")),
    _request_with_type(
        "text in Shift JIS", b"text/plain; charset=shift_jis", "世界".encode("shift_jis")
    ),
    _request_with_type("text in EBCDIC", b"text/plain; charset=cp037", "Hello".encode("cp037")),
    _request_with_type("text with a byte-order mark", b"text/plain", b"\xef\xbb\xbfa"),
    _request_with_type("text of every byte", b"text/plain", _EVERY),
    _request_with_type("text with NUL, CR and LF", b"text/plain", b"a\x00b\rc\nd\r\ne"),
    _request_with_type("HTML", b"text/html", b"<p>" + _TEXT + b"</p>"),
    _request_with_type(
        "XML in latin-1", b"application/xml", b'<?xml encoding="iso-8859-1"?><a>\xfc</a>'
    ),
    _request_with_type("JavaScript", b"application/javascript", b"let a = '" + _TEXT + b"'"),
    _request_with_type("SVG", b"image/svg+xml", b"<svg>" + _TEXT + b"</svg>"),
    _request_with_type("image", b"image/png", b"\x89PNG\r\n\x1a\n" + _EVERY),
    _request_with_type("every byte", b"application/octet-stream", _EVERY),
    _request_with_type("empty type", b"", b"a\xff"),
    _request_with_type("odd type", b"Text/PLAIN ; Charset=UTF-8", _TEXT),
    _request_with_type("text that looks like base64", b"text/plain", b"SGVsbG8="),
    _request_with_type("base64 of bytes as text", b"text/plain", base64.b64encode(_EVERY)),
    _request_with_type("JSON that looks like base64", b"application/json", b"true"),
    _request_with_type("text of spaces", b"text/plain", b"   "),
    _request_with_type("one byte", b"application/octet-stream", b"\x00"),
    _request("gzip", gzip.compress(_TEXT, mtime=0), b"Content-Encoding: gzip"),
    _request(
        "gzip of JSON",
        gzip.compress(b'{"a": 1}', mtime=0),
        b"Content-Type: application/json",
        b"Content-Encoding: gzip",
    ),
    _request(
        "deflate", zlib.compress(_TEXT), b"Content-Type: text/plain", b"Content-Encoding: deflate"
    ),
    _request("identity", _TEXT, b"Content-Type: text/plain", b"Content-Encoding: identity"),
    _request("chunked", b"abcdef", _CHUNKED, encoded_body=encode_chunked(b"abc", b"def")),
    _request("chunked and empty", b"", _CHUNKED, encoded_body=encode_chunked()),
    _request(
        "chunked bytes",
        _EVERY,
        _CHUNKED,
        encoded_body=encode_chunked(*(bytes([b]) for b in _EVERY)),
    ),
    _request(
        "chunked in capitals",
        b"abc",
        b"Transfer-Encoding: Chunked",
        encoded_body=encode_chunked(b"abc"),
    ),
    _request(
        "chunk extension", b"abc", _CHUNKED, encoded_body=encode_chunked(b"abc", extension=b";a=b")
    ),
    _request(
        "chunked with a trailer",
        b"abc",
        _CHUNKED,
        b"Trailer: X-Sum",
        encoded_body=encode_chunked(b"abc", trailer=b"X-Sum: 1\r\n"),
    ),
    _request(
        "chunked and a length",
        b"abc",
        _CHUNKED,
        b"Content-Length: 3",
        encoded_body=encode_chunked(b"abc"),
    ),
    _request(
        "gzip as transfer",
        b"abc",
        b"Transfer-Encoding: gzip, chunked",
        encoded_body=encode_chunked(b"abc"),
    ),
    _request("expect continue", b"abc", b"Expect: 100-continue"),
    _request_with_type("5 MB of text", b"text/plain", b"0123456789abcdef" * 327_680),
    _request_with_type("5 MB of bytes", b"application/octet-stream", _EVERY * 20_480),
    _request_with_type("800 KB of bytes", b"application/octet-stream", _EVERY * 3_200),
]

METHODS = [
    RawRequest("method: HEAD", "HEAD", b"/movies?a=1"),
    RawRequest("method: OPTIONS", "OPTIONS", b"/movies"),
    RawRequest(
        "method: OPTIONS for a CORS preflight",
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
    RawRequest("method: unknown", "BREW"),
    RawRequest("method: unknown, with a hyphen", "M-SEARCH"),
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
