"""A request as a scope and back, and a reply as messages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.protocols.asgi import (
    body_from_message,
    head_from_message,
    messages_from_reply,
    request_from_scope,
    scope_from_request,
)
from lambda_adapters.sources.api_gateway import rest_api
from lambda_adapters.sources.front import Front
from tests.sources.strategies import requests

SCOPE = {
    "method": "POST",
    "scheme": "https",
    "path": "/github",
    "query_string": b"x=%20",
    "headers": [(b"host", b"a.example")],
}


@given(st.data(), st.booleans())
def test_a_scope_made_of_a_request_gives_the_request(
    data: st.DataObject, root_in_path: bool
) -> None:
    sent = data.draw(requests(rest_api, Front(stage="prod")))
    request = rest_api.request_from_event(rest_api.event_from_request(sent, Front(stage="prod")))
    if not root_in_path and request.path.startswith("/prod"):
        return  # then nobody can tell whether the root path is in the path
    host = request.server[0].strip("[]")  # ASGI has an IPv6 address without brackets

    scope = scope_from_request(request, root_in_path=root_in_path)

    seen = request_from_scope(scope, request.body)
    assert seen == request.replace(server=(host, request.server[1]))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "https://a.example/github?x=%20"),
        ({"raw_path": b"/gith%75b"}, "https://a.example/gith%75b?x=%20"),
        ({"raw_path": b"/github?old=1"}, "https://a.example/github?x=%20"),
        ({"raw_path": None, "path": "/é@:+"}, "https://a.example/%C3%A9@:+?x=%20"),
        ({"root_path": "/v1", "path": "/v1/github"}, "https://a.example/v1/github?x=%20"),
        (
            {"root_path": "/v1", "path": "/v1/a/b", "raw_path": b"/v1/a%2Fb"},
            "https://a.example/v1/a%2Fb?x=%20",
        ),
        ({"root_path": "/v1/", "query_string": b""}, "https://a.example/v1/github"),
        ({"headers": [], "server": ("::1", 80)}, "https://[::1]:80/github?x=%20"),
        ({"headers": [], "server": ("b.example", 443)}, "https://b.example/github?x=%20"),
        ({"headers": [], "server": None}, "https://localhost/github?x=%20"),
    ],
)
def test_the_url_of_a_servers_scope_is_the_one_that_was_asked_for(
    more: dict[str, Any], expected: str
) -> None:
    assert request_from_scope({**SCOPE, **more}).url == expected


def test_what_a_server_leaves_out_of_a_scope_has_a_default() -> None:
    scope = {"method": "GET", "path": "/", "headers": [], "server": ("/run/socket", None)}

    assert request_from_scope(scope, b"{}") == Request(
        scheme="http", body=b"{}", server=("/run/socket", 0)
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"status": 201}, (201, [])),
        ({"status": 200, "headers": [(b"A", b" b\t")]}, (200, [("a", "b")])),
        ({"status": 200, "headers": [(bytearray(b"A"), bytearray(b"b"))]}, (200, [("a", "b")])),
    ],
)
def test_a_head_has_lower_case_names_and_values_without_white_space(
    message: Any, expected: Any
) -> None:
    assert head_from_message(message) == expected


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({}, "Expected an int as status, got NoneType."),
        ({"status": True}, "Expected an int as status, got bool."),
        ({"status": 200, "headers": [("a", "b")]}, "Expected headers as pairs of bytes, got some"),
        ({"status": 200, "headers": None}, "Expected headers as pairs of bytes, got something"),
    ],
)
def test_a_wrong_head_says_expected_and_got(message: Any, said: str) -> None:
    with pytest.raises(AppError) as caught:
        head_from_message(message)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("body", [b"ab", bytearray(b"ab"), memoryview(b"ab")])
def test_a_body_is_bytes_of_any_kind(body: Any) -> None:
    assert body_from_message({"body": body}) == b"ab"
    assert body_from_message({}) == b""


def test_a_body_that_is_text_says_expected_and_got() -> None:
    with pytest.raises(AppError, match=r"^Expected bytes as body, got str\.$"):
        body_from_message({"body": "ab"})


def test_a_reply_is_two_messages() -> None:
    assert messages_from_reply(Reply(201, [("a", "é")], b"x")) == (
        {"type": "http.response.start", "status": 201, "headers": [(b"a", b"\xe9")]},
        {"type": "http.response.body", "body": b"x"},
    )
