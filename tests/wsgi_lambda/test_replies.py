"""WSGI: statuses, headers, bodies and size limits of replies."""

import base64
import gzip
from typing import Any
from wsgiref.validate import validator

import pytest

from tests.event_builders import BUILDERS
from tests.expected_responses import cookies_in, error_response_for, response_for
from wsgi_lambda import Adapter

each_source = pytest.mark.parametrize("name", BUILDERS)
Pairs = list[tuple[str, str]]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00"


def answer(
    name: str,
    body: bytes = b"",
    headers: Pairs | None = None,
    status: str = "200 OK",
    method: str = "GET",
    valid: bool = True,
    **options: Any,
) -> Any:
    """The response to an app that sends this reply."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, headers or [])
        return [body]

    return Adapter(validator(app) if valid else app, **options)(BUILDERS[name](method=method))


@each_source
@pytest.mark.parametrize("status", ["299 Custom", "520 Web Server Returned an Unknown Error"])
def test_non_standard_statuses_and_reasons_are_sent(name: str, status: str) -> None:
    kind = [("Content-Type", "text/plain")]
    expected = response_for(name, int(status[:3]), [("content-type", "text/plain")], "ok")
    if name.startswith("load_balancer"):
        expected["statusDescription"] = status
    assert answer(name, b"ok", kind, status) == expected


@each_source
@pytest.mark.parametrize("status", ["299", "299 "])
def test_a_status_without_a_reason_is_sent(name: str, status: str) -> None:
    assert answer(name, b"ok", [], status, valid=False) == response_for(name, 299, body="ok")


@each_source
@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_no_header_is_added_to_a_reply_without_a_body(name: str, status: str) -> None:
    assert answer(name, b"", [], status) == response_for(name, int(status[:3]))


@each_source
@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_body_with_status_204_or_304_is_dropped(name: str, status: str) -> None:
    headers = [("Content-Length", "7")]
    assert answer(name, b"surplus", headers, status) == response_for(name, int(status[:3]))


@each_source
def test_a_body_in_reply_to_head_is_dropped(name: str) -> None:
    headers = [("Content-Type", "text/plain"), ("Content-Length", "5")]
    response = answer(name, b"hello", headers, method="HEAD")
    assert response == response_for(name, headers=[("content-type", "text/plain")])


@each_source
def test_no_content_type_is_added(name: str) -> None:
    assert answer(name, b"hello", valid=False) == response_for(name, body="hello")


@each_source
def test_two_set_cookie_headers_are_both_sent(name: str) -> None:
    cookies = ["a=1; Path=/", "b=2; Expires=Mon, 10 Nov 2025 12:00:00 GMT"]
    headers = [("Content-Type", "text/plain"), *[("Set-Cookie", cookie) for cookie in cookies]]
    assert cookies_in(name, answer(name, b"ok", headers)) == cookies


@pytest.mark.parametrize("name", ["http_api", "function_url", "load_balancer"])
def test_repeated_vary_headers_are_joined_if_the_response_has_no_lists(name: str) -> None:
    headers = [("Content-Type", "text/plain"), ("Vary", "Accept"), ("Vary", "Cookie")]
    expected = [("content-type", "text/plain"), ("vary", "Accept, Cookie")]
    assert answer(name, b"ok", headers) == response_for(name, headers=expected, body="ok")


LINKS = [("Link", "</a>; rel=next"), ("Content-Type", "text/plain"), ("link", "</b>; rel=prev")]


@pytest.mark.parametrize("name", ["http_api", "function_url", "load_balancer"])
def test_headers_that_differ_in_case_are_joined(name: str) -> None:
    link = "</a>; rel=next, </b>; rel=prev"
    expected = [("link", link), ("content-type", "text/plain")]
    assert answer(name, b"ok", LINKS) == response_for(name, headers=expected, body="ok")


@pytest.mark.parametrize("name", ["rest_api", "http_api_v1", "load_balancer_multi"])
def test_headers_that_differ_in_case_are_one_list_if_the_response_has_lists(name: str) -> None:
    response = answer(name, b"ok", LINKS)
    assert "headers" not in response
    assert response["multiValueHeaders"] == {
        "link": ["</a>; rel=next", "</b>; rel=prev"],
        "content-type": ["text/plain"],
    }


@each_source
@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", None])
def test_a_png_is_sent_as_base64(name: str, kind: str | None) -> None:
    headers = [("content-type", kind)] if kind else []
    response = answer(name, PNG, [(key.title(), value) for key, value in headers], valid=bool(kind))
    body = base64.b64encode(PNG).decode()
    assert response == response_for(name, headers=headers, body=body, encoded=True)


@each_source
def test_a_gzip_page_is_sent_as_base64(name: str) -> None:
    body = gzip.compress(b"<p>hello</p>")
    headers = [("content-type", "text/html"), ("content-encoding", "gzip")]
    response = answer(name, body, headers)
    text = base64.b64encode(body).decode()
    assert response == response_for(name, headers=headers, body=text, encoded=True)


@each_source
def test_text_in_another_charset_is_sent_as_base64(name: str) -> None:
    kind = [("content-type", "text/html; charset=iso-8859-1")]
    response = answer(name, b"caf\xe9", kind)
    assert response == response_for(name, headers=kind, body="Y2Fm6Q==", encoded=True)


@each_source
def test_a_latin_1_header_value_is_sent(name: str) -> None:
    headers = [("content-type", "text/plain"), ("x-name", "caf\xe9")]
    assert answer(name, b"ok", headers) == response_for(name, headers=headers, body="ok")


@each_source
def test_exclude_headers_ignores_case(name: str) -> None:
    headers = [("Content-Type", "text/plain"), ("SERVER", "me"), ("Set-Cookie", "a=1")]
    response = answer(name, b"ok", headers, exclude_headers=["Server", "set-cookie"])
    assert response == response_for(name, headers=[("content-type", "text/plain")], body="ok")


@each_source
def test_a_too_large_reply_gives_500_and_its_size_is_logged(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = answer(name, b"x" * 7_000_000, [("Content-Type", "text/plain")])
    assert response == error_response_for(name)
    source = name.removesuffix("_multi")
    assert f"too large for {source}: 7000000 bytes" in caplog.text
