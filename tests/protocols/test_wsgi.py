"""A request as an environ and back, and a reply by start_response."""

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


def what_an_environ_keeps(request: Request) -> Request:
    """Without repeats, which are joined, and without names that no variable can have."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        if "_" not in name and name != "proxy":
            headers.setdefault(name, []).append(value)
    once = ("content-length", "content-type")
    pairs = [(n, v[0] if n in once else ",".join(v)) for n, v in headers.items()]
    return request.replace(
        headers=sorted(pair for pair in pairs if pair[1] or pair[0] not in once),
        client=request.client if request.client and request.client[0] else None,
    )


@given(st.data())
def test_an_environ_made_of_a_request_gives_the_request(data: st.DataObject) -> None:
    sent = data.draw(requests(rest_api, Front(stage="prod")))
    request = rest_api.request_from_event(rest_api.event_from_request(sent, Front(stage="prod")))

    environ = environ_from_request(request)

    seen = request_from_environ(environ, environ["wsgi.input"].read())
    seen.headers = sorted(seen.headers)
    assert seen == what_an_environ_keeps(request)


@given(st.data())
def test_an_environ_is_one_for_the_validator(data: st.DataObject) -> None:
    request = data.draw(requests(rest_api, Front()))
    request.method = "POST"  # the validator warns of methods that it does not know

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    environ = environ_from_request(request)
    chunks = validator(app)(environ, lambda status, headers, exc_info=None: print)
    assert list(chunks) == []
    chunks.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"RAW_URI": "/a%2Fb?x=%20", "PATH_INFO": "/a/b"},
            "https://hooks.example.com/a%2Fb?x=%20",
        ),
        ({"REQUEST_URI": "/git%68ub?x=1"}, "https://hooks.example.com/git%68ub?x=1"),
        ({"RAW_URI": "http://evil.example/github"}, "https://hooks.example.com/github"),
        # A proxy took /v1 off, and werkzeug's ProxyFix tells the app.
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
def test_the_url_of_a_servers_environ_is_the_one_that_was_asked_for(
    more: dict[str, Any], expected: str
) -> None:
    environ = {key: value for key, value in {**ENVIRON, **more}.items() if value is not None}

    assert request_from_environ(environ).url == expected


def test_what_a_server_leaves_out_of_an_environ_has_a_default() -> None:
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
def test_a_head_has_lower_case_names_and_values_without_white_space(
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
def test_a_wrong_head_says_expected_and_got(status: Any, headers: Any, message: str) -> None:
    with pytest.raises(AppError) as caught:
        head_from_start_response(status, headers)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (Reply(201, [("a", "b")], b"x"), "201 Created", [b"x"]),
        (Reply(299, [("a", "b")], b"", reason="Odd"), "299 Odd", []),
        (Reply(299, [("a", "b")]), "299 ", []),
    ],
)
def test_a_reply_is_sent_as_it_is(reply: Reply, status: str, body: list[bytes]) -> None:
    heads = []

    assert send_reply(reply, lambda *head: heads.append(head) or print) == body  # type: ignore[func-returns-value]
    assert heads == [(status, [("a", "b")])]
