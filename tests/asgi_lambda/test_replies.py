"""ASGI: statuses, headers, bodies and size limits of replies."""

import base64
import gzip
import logging
from typing import Any

import pytest

from asgi_lambda import Adapter
from tests.event_builders import BUILDERS
from tests.expected_responses import cookies_in, error_response_for, response_for

each_source = pytest.mark.parametrize("name", BUILDERS)
Pairs = list[tuple[bytes, bytes]]


def answer(
    name: str,
    body: bytes = b"",
    headers: Pairs | None = None,
    status: int = 200,
    method: str = "GET",
    **options: Any,
) -> Any:
    """The response to an app that sends this reply."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        start = {"type": "http.response.start", "status": status, "headers": headers or []}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return Adapter(app, lifespan="off", **options)(BUILDERS[name](method=method))


@each_source
def test_a_latin_1_header_value_is_sent(name: str) -> None:
    response = answer(name, headers=[(b"x-name", b"caf\xe9")])
    assert response == response_for(name, headers=[("x-name", "caf\u00e9")])


@each_source
def test_exclude_headers_ignores_case(name: str) -> None:
    headers = [(b"Server", b"me"), (b"X-Powered-By", b"us"), (b"x-kept", b"1")]
    response = answer(name, headers=headers, exclude_headers=["SERVER", "x-powered-by"])
    assert response == response_for(name, headers=[("x-kept", "1")])


@each_source
@pytest.mark.parametrize("count", [1, 3])
def test_exclude_headers_removes_every_set_cookie(name: str, count: int) -> None:
    headers = [(b"Set-Cookie", b"a=%d" % i) for i in range(count)]
    assert answer(name, headers=headers, exclude_headers=["set-cookie"]) == response_for(name)


@each_source
@pytest.mark.parametrize("status", [204, 304])
def test_no_header_is_added_to_a_reply_without_a_body(name: str, status: int) -> None:
    assert answer(name, status=status) == response_for(name, status)


@each_source
@pytest.mark.parametrize("status", [204, 304])
def test_a_body_with_status_204_or_304_is_dropped(name: str, status: int) -> None:
    headers = [(b"content-length", b"7")]
    assert answer(name, b"surplus", headers, status=status) == response_for(name, status)


@each_source
def test_no_content_type_is_added_to_text(name: str) -> None:
    assert answer(name, b"plain") == response_for(name, body="plain")


@each_source
def test_no_content_type_is_added_to_binary_data(name: str) -> None:
    png = b"\x89PNG\r\n\x1a\n\x00\x00"
    expected = response_for(name, body=base64.b64encode(png).decode(), encoded=True)
    assert answer(name, png) == expected


@each_source
def test_a_body_in_reply_to_head_is_dropped(name: str) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    response = answer(name, b"hello", headers, method="HEAD")
    assert response == response_for(name, headers=[("content-type", "text/plain")])


TEXT = [
    "application/problem+json",
    "application/vnd.api+json; charset=utf-8",
    "image/svg+xml",
    "application/x-ndjson",
    "application/yaml",
    "Application/JSON",
    "TEXT/HTML; Charset=UTF-8",
]


@each_source
@pytest.mark.parametrize("kind", TEXT)
def test_text_media_types_are_sent_as_text(name: str, kind: str) -> None:
    response = answer(name, "ü".encode(), [(b"content-type", kind.encode())])
    assert response == response_for(name, headers=[("content-type", kind)], body="ü")


@each_source
@pytest.mark.parametrize("coding", ["br", "gzip", "zstd", "BR"])
def test_a_compressed_body_is_sent_as_base64_even_if_it_is_valid_utf_8(
    name: str, coding: str
) -> None:
    headers = [("content-type", "text/html"), ("content-encoding", coding)]
    response = answer(name, b"abc", [(k.encode(), v.encode()) for k, v in headers])
    assert response == response_for(name, headers=headers, body="YWJj", encoded=True)


@each_source
def test_a_gzip_body_does_not_change(name: str) -> None:
    body = gzip.compress(b"hello" * 100)
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    assert base64.b64decode(answer(name, body, headers)["body"]) == body


@each_source
def test_text_in_another_charset_is_sent_as_base64(name: str) -> None:
    kind = "text/plain; charset=iso-8859-1"
    response = answer(name, b"caf\xe9", [(b"content-type", kind.encode())])
    assert response == response_for(
        name, headers=[("content-type", kind)], body="Y2Fm6Q==", encoded=True
    )


@each_source
def test_two_set_cookie_headers_are_both_sent(name: str) -> None:
    headers = [(b"set-cookie", b"a=1; Path=/"), (b"set-cookie", b"b=2; Expires=Mon, 10 Nov 2025")]
    response = answer(name, headers=headers)
    assert cookies_in(name, response) == ["a=1; Path=/", "b=2; Expires=Mon, 10 Nov 2025"]


LIMITS = {name: 1048576 if "load_balancer" in name else 6291556 for name in BUILDERS}


@each_source
def test_a_too_large_reply_gives_500_and_the_sizes_are_logged(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer(name, b"x" * 7_000_000, [(b"content-type", b"text/plain")])
    assert response == error_response_for(name)
    source = name.removesuffix("_multi")
    [record] = caplog.records
    assert (record.levelno, record.name) == (logging.ERROR, "lambda_adapters")
    assert f"too large for {source}: 7000000 bytes" in record.getMessage()
    assert f"{LIMITS[name]} are allowed" in record.getMessage()


@each_source
def test_a_reply_that_is_too_large_after_base64_gives_500(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"content-type", b"image/png")]
    size = LIMITS[name] * 4 // 5
    assert answer(name, b"\x89" * size, headers) == error_response_for(name)
    assert f"{LIMITS[name]} are allowed" in caplog.text


@each_source
def test_a_reply_just_below_the_limit_is_sent(name: str) -> None:
    body = "x" * (LIMITS[name] - 1000)
    headers = [("content-type", "text/plain")]
    assert answer(name, body.encode(), [(b"content-type", b"text/plain")]) == response_for(
        name, headers=headers, body=body
    )


@each_source
@pytest.mark.parametrize("status", [299, 520, 599])
def test_a_status_without_a_standard_reason_is_sent(name: str, status: int) -> None:
    assert answer(name, b"ok", status=status) == response_for(name, status, body="ok")
