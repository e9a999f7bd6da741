"""Conversion of requests to WSGI environs and back, and of replies to start_response calls."""

from typing import Any
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.protocols.wsgi import (
    environ_from_request,
    head_from_start_response,
    request_from_environ,
    send_reply,
)
from lambda_adapters.sources.api_gateway import rest_api
from lambda_adapters.sources.front import Front
from tests.sources.strategies import requests

ENVIRON = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/github",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "HTTP_HOST": "hooks.example.com",
    "wsgi.url_scheme": "https",
}


def without_environ_losses(request: Request) -> Request:
    """The request without what an environ loses: repeated headers are joined, and headers with an
    underscore or named `proxy` are dropped."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        if "_" not in name and name != "proxy":
            headers.setdefault(name, []).append(value)
    single_value = ("content-length", "content-type")
    pairs = [(n, v[0] if n in single_value else ",".join(v)) for n, v in headers.items()]
    return request.replace(
        headers=sorted(pair for pair in pairs if pair[1] or pair[0] not in single_value),
        client=request.client if request.client and request.client[0] else None,
    )


@given(st.data())
def test_an_environ_from_a_request_gives_the_same_request(data: st.DataObject) -> None:
    drawn = data.draw(requests(rest_api, Front(stage="prod")))
    request = rest_api.request_from_event(rest_api.event_from_request(drawn, Front(stage="prod")))

    environ = environ_from_request(request)

    actual = request_from_environ(environ, environ["wsgi.input"].read())
    actual.headers = sorted(actual.headers)
    assert actual == without_environ_losses(request)


@given(st.data())
def test_an_environ_passes_wsgiref_validate(data: st.DataObject) -> None:
    request = data.draw(requests(rest_api, Front()))
    request.method = "POST"  # the validator warns about unknown methods

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    environ = environ_from_request(request)
    chunks = validator(app)(environ, lambda status, headers, exc_info=None: print)
    assert list(chunks) == []
    chunks.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"RAW_URI": "/a%2Fb?x=%20", "PATH_INFO": "/a/b"},
            "https://hooks.example.com/a%2Fb?x=%20",
        ),
        ({"REQUEST_URI": "/git%68ub?x=1"}, "https://hooks.example.com/git%68ub?x=1"),
        ({"RAW_URI": "http://evil.example/github"}, "https://hooks.example.com/github"),
        # A proxy removed /v1, and werkzeug's ProxyFix added it to SCRIPT_NAME.
        ({"RAW_URI": "/github?x=1", "SCRIPT_NAME": "/v1"}, "https://hooks.example.com/v1/github"),
        ({"SCRIPT_NAME": "/v1", "QUERY_STRING": "x=1"}, "https://hooks.example.com/v1/github?x=1"),
        ({"PATH_INFO": "/caf\xc3\xa9"}, "https://hooks.example.com/caf%C3%A9"),
        ({"PATH_INFO": "/u/@me:a+b,c;d(e)"}, "https://hooks.example.com/u/@me:a+b,c;d(e)"),
        ({"HTTP_HOST": None}, "https://127.0.0.1:8000/github"),
        ({"HTTP_HOST": None, "SERVER_PORT": "443"}, "https://127.0.0.1/github"),
        (
            {"HTTP_HOST": None, "SERVER_NAME": "::1", "SERVER_PORT": "80"},
            "https://[::1]:80/github",
        ),
    ],
)
def test_the_url_of_an_environ_is_the_requested_url(changes: dict[str, Any], expected: str) -> None:
    environ = {key: value for key, value in {**ENVIRON, **changes}.items() if value is not None}

    assert request_from_environ(environ).url == expected


def test_optional_keys_of_an_environ_have_defaults() -> None:
    environ = {key: value for key, value in ENVIRON.items() if key != "HTTP_HOST"}

    assert request_from_environ(environ, b"{}") == Request(
        "POST", path="/github", raw_path="/github", body=b"{}", server=("127.0.0.1", 8000)
    )


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        ("200 OK", [("A", " b\t")], (200, [("a", "b")], "OK")),
        ("299 ", [], (299, [], "")),
        ("404", (("A-b", ""),), (404, [("a-b", "")], "")),
    ],
)
def test_header_names_are_lowercased_and_values_are_stripped(
    status: str, headers: Any, expected: Any
) -> None:
    assert head_from_start_response(status, headers) == expected


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (200, [], 'Expected a status such as "200 OK", got int.'),
        ("OK", [], 'Expected a status such as "200 OK", got one without a three-digit code.'),
        ("200 a\rb", [], "The status holds a character that no status line can have, such as CR."),
        ("200 OK", [("a", 1)], "Expected headers as a list of (name, value), both str, got some"),
        ("200 OK", None, "Expected headers as a list of (name, value), both str, got something"),
    ],
)
def test_invalid_start_response_arguments_raise_app_error(
    status: Any, headers: Any, message: str
) -> None:
    with pytest.raises(AppError) as error:
        head_from_start_response(status, headers)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (Reply(201, [("a", "b")], b"x"), "201 Created", [b"x"]),
        (Reply(299, [("a", "b")], b"", reason="Odd"), "299 Odd", []),
        (Reply(299, [("a", "b")]), "299 ", []),
    ],
)
def test_send_reply_calls_start_response_and_returns_the_body(
    reply: Reply, status: str, body: list[bytes]
) -> None:
    heads = []

    assert send_reply(reply, lambda *head: heads.append(head) or print) == body  # type: ignore[func-returns-value]
    assert heads == [(status, [("a", "b")])]
