"""Clients cannot inject headers, smuggle requests or spoof addresses, variables or paths."""

from urllib.parse import unquote, unquote_to_bytes

import pytest

from lambda_adapters import Front, Request
from lambda_adapters.http.forwarded import client_by_hops
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.app_inputs import header_values
from tests.hostile.hostile_apps import RecordingApps, handlers_with_reply
from tests.hostile.hostile_values import event_with_headers

INVALID_NAMES = ["x-a\r\nx-admin", "x a", "x-a:", "", "x-ä", "x-a\x00"]
LENGTHS = ["0", "3", "999999", "-1", "abc", "5, 5", "+5", ""]
WRONG_LENGTHS = ["1", "3", "abc", "-2", "2, 2"]
ODD_PROTOS = ["javascript", "http\x00s", "ftp, https", "", "https:", "ws", "é"]
ODD_HOSTS = ["[", "a:b:c", ":80", "h:99999", "h:0x50", "a b", "\u2028", "h:-1"]

every_source = pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)


# Header injection


@every_source
@pytest.mark.parametrize("character", ["\r", "\n", "\r\n", "\x00", "\x7f"])
@pytest.mark.parametrize("place", ["name", "value"])
def test_a_reply_header_with_a_line_break_is_never_sent(
    source: Source, character: str, place: str
) -> None:
    header = ("x-a", f"1{character}set-cookie: a=b")
    if place == "name":
        header = (f"x-a{character}set-cookie", "a=b")
    event = source.event_from_request(Request(), Front())
    for _, handler in handlers_with_reply([header]):
        reply = source.reply_from_response(handler(event, None), Request(), Front())

        assert reply.status == 500
        assert not {"x-a", "set-cookie"} & {name for name, _ in reply.headers}


@every_source
@pytest.mark.parametrize("character", ["\r", "\n", "\x00", "\u2028"])
def test_a_status_reason_with_a_line_break_is_never_sent(source: Source, character: str) -> None:
    event = source.event_from_request(Request(), Front())
    [_, (_, handler)] = handlers_with_reply([], f"200 OK{character}set-cookie: a=b")

    reply = source.reply_from_response(handler(event, None), Request(), Front())

    assert reply.status == 500
    assert "set-cookie" not in reply.reason


@every_source
def test_control_characters_in_a_request_header_are_spaces_for_the_app(source: Source) -> None:
    event = event_with_headers(source, {"x-a": "1\r\nx-admin: 1\x00\x7f", "cookie": "a=b\nc=d"})

    scope, environ = RecordingApps().serve(event)

    assert header_values(scope, b"x-a") == [b"1  x-admin: 1  "]
    assert header_values(scope, b"cookie") == [b"a=b c=d"]
    assert environ["HTTP_X_A"] == "1  x-admin: 1  "
    assert environ["HTTP_COOKIE"] == "a=b c=d"
    assert "HTTP_X_ADMIN" not in environ


@every_source
def test_a_request_header_whose_name_is_not_a_token_is_dropped(source: Source) -> None:
    for name in INVALID_NAMES:
        scope, environ = RecordingApps().serve(event_with_headers(source, {name: "planted"}))

        assert b"planted" not in [value for _, value in scope["headers"]]
        assert "planted" not in environ.values()


# Request smuggling


@every_source
def test_content_length_is_counted_from_the_body(source: Source) -> None:
    for length in LENGTHS:
        apps = RecordingApps()
        event = event_with_headers(
            source, {"Content-Length": length}, Request("POST", body=b"hello")
        )

        scope, environ = apps.serve(event)

        assert header_values(scope, b"content-length") == [b"5"]
        assert environ["CONTENT_LENGTH"] == "5"
        assert apps.bodies == [b"hello", b"hello"]


@every_source
def test_no_hop_by_hop_header_reaches_the_app(source: Source) -> None:
    hop_names = ["Transfer-Encoding", "Connection", "TE", "Trailer", "Upgrade", "Keep-Alive"]
    apps = RecordingApps()
    hop_headers = dict.fromkeys(hop_names, "chunked")
    event = event_with_headers(
        source, hop_headers, Request("POST", body=b"0\r\n\r\nGET /admin HTTP/1.1\r\n")
    )

    scope, environ = apps.serve(event)

    names = {name.decode() for name, _ in scope["headers"]}
    assert names.isdisjoint({name.lower() for name in hop_names})
    assert environ.keys().isdisjoint(
        {"HTTP_" + name.upper().replace("-", "_") for name in hop_names}
    )
    assert apps.bodies == [b"0\r\n\r\nGET /admin HTTP/1.1\r\n"] * 2


@every_source
def test_a_reply_with_a_wrong_content_length_gives_500(source: Source) -> None:
    for length in WRONG_LENGTHS:
        event = source.event_from_request(Request(), Front())
        for _, handler in handlers_with_reply([("content-length", length)], body=b"ok"):
            reply = source.reply_from_response(handler(event, None), Request(), Front())

            assert reply.status == 500


@every_source
def test_content_length_and_hop_by_hop_headers_of_a_reply_are_dropped(source: Source) -> None:
    headers = [
        ("transfer-encoding", "chunked"),
        ("connection", "x-hop, close"),
        ("x-hop", "1"),
        ("content-length", "2"),
    ]
    event = source.event_from_request(Request(), Front())
    for _, handler in handlers_with_reply(headers, body=b"ok"):
        response = handler(event, None)
        reply = source.reply_from_response(response, Request(), Front())

        assert (reply.status, reply.body) == (200, b"ok")
        assert not any(name in str(response).lower() for name, _ in headers)


# Spoofed addresses


@every_source
def test_x_forwarded_host_and_similar_headers_change_nothing_else(source: Source) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/evil",
        "X-Rewrite-URL": "/evil",
        "X-HTTP-Method-Override": "DELETE",
        "Forwarded": "for=6.6.6.6;host=evil.example;proto=http",
        "X-Real-IP": "6.6.6.6",
        "True-Client-IP": "6.6.6.6",
    }
    request = Request(headers=[("host", "good.example")], client=("203.0.113.9", 0))

    baseline = RecordingApps().serve(event_with_headers(source, {}, request))
    scope, environ = RecordingApps().serve(event_with_headers(source, forged, request))

    for key in ("server", "client", "scheme", "path", "raw_path", "root_path", "method"):
        assert scope[key] == baseline[0][key]
    assert scope["server"][0] == "good.example"
    for key in ("SERVER_NAME", "REMOTE_ADDR", "wsgi.url_scheme", "PATH_INFO", "REQUEST_METHOD"):
        assert environ[key] == baseline[1][key]
    assert environ["HTTP_HOST"] == "good.example"


@every_source
@pytest.mark.parametrize("trusted_hops", [0, 1, 2])
def test_the_leftmost_address_in_x_forwarded_for_is_never_the_client(
    source: Source, trusted_hops: int
) -> None:
    forged = "6.6.6.6, 127.0.0.1, 10.0.0.1, 198.51.100.7, 203.0.113.9"
    event = event_with_headers(
        source, {"x-forwarded-for": forged}, Request(client=("203.0.113.9", 0))
    )

    scope, environ = RecordingApps().serve(event, trusted_hops=trusted_hops)

    trusted = {0: "", 1: "203.0.113.9", 2: "198.51.100.7"}[trusted_hops]
    source_client = source.request_from_event(event).client
    expected = source_client[0] if source_client else trusted
    assert expected in ("", "203.0.113.9", "198.51.100.7")
    assert (scope["client"][0] if scope["client"] else "") == expected
    assert environ["REMOTE_ADDR"] == expected


def test_more_trusted_hops_than_addresses_give_no_client() -> None:
    assert client_by_hops(["6.6.6.6, 203.0.113.9"], 3) is None


@every_source
def test_an_invalid_x_forwarded_proto_gives_the_default_of_the_source(source: Source) -> None:
    for proto in ODD_PROTOS:
        baseline, _ = RecordingApps().serve(event_with_headers(source, {"x-forwarded-proto": ","}))

        scope, environ = RecordingApps().serve(
            event_with_headers(source, {"x-forwarded-proto": proto})
        )

        assert scope["scheme"] == baseline["scheme"]
        assert environ["wsgi.url_scheme"] == baseline["scheme"]
        assert baseline["scheme"] in ("http", "https")


@every_source
def test_an_invalid_host_gives_a_valid_server(source: Source) -> None:
    for host in ODD_HOSTS:
        scope, environ = RecordingApps().serve(event_with_headers(source, {"host": host}))

        assert isinstance(scope["server"][0], str)
        assert scope["server"][0] != ""
        assert scope["server"][1] in (80, 443)
        assert environ["SERVER_PORT"] in ("80", "443")


# Environ variables from header names


@every_source
@pytest.mark.parametrize("order", [1, -1])
def test_a_header_with_an_underscore_does_not_replace_one_with_a_hyphen(
    source: Source, order: int
) -> None:
    headers = {"X-User": "alice", "X_User": "mallory", "Content_Length": "99", "Remote_Addr": "::1"}

    _, environ = RecordingApps().serve(
        event_with_headers(source, dict(list(headers.items())[::order]))
    )

    assert environ["HTTP_X_USER"] == "alice"
    assert "mallory" not in environ.values()
    assert "99" not in environ.values()
    assert environ["REMOTE_ADDR"] != "::1"


@every_source
def test_a_header_with_an_underscore_keeps_its_name_in_asgi(source: Source) -> None:
    scope, _ = RecordingApps().serve(
        event_with_headers(source, {"X-User": "alice", "X_User": "mallory"})
    )

    assert header_values(scope, b"x-user") == [b"alice"]
    assert header_values(scope, b"x_user") == [b"mallory"]


@every_source
@pytest.mark.parametrize("name", ["Proxy", "proxy", "PROXY"])
def test_a_proxy_header_does_not_become_http_proxy(source: Source, name: str) -> None:
    _, environ = RecordingApps().serve(event_with_headers(source, {name: "http://evil.example"}))

    assert "HTTP_PROXY" not in environ


# Paths

PATHS = ["/a%2Fb", "/a%2fb", "/%2e%2e/etc", "/a/../b", "/./a", "//a//b/", "/a\\b", "/a%5Cb"]
PATHS += ["/a%00b", "/%252e%252e", "/a;b=c/d", "/%ff%c0%ae", "/a%0D%0Ab", "/a%3Fb%23", "/%e7%8e%89"]


@every_source
def test_all_forms_of_a_path_agree_and_are_decoded_once(source: Source) -> None:
    for raw_path in PATHS:
        request = Request(path=unquote(raw_path), raw_path=raw_path)

        scope, environ = RecordingApps().serve(source.event_from_request(request, Front()))

        raw = scope["raw_path"].decode()
        assert scope["path"] == unquote(raw)
        assert environ["REQUEST_URI"] == environ["RAW_URI"] == raw
        variables = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        assert variables.encode("latin-1") == unquote_to_bytes(raw)
        assert scope["path"] == unquote(raw_path)


@every_source
def test_dot_segments_and_double_slashes_are_left_to_the_app(source: Source) -> None:
    for raw_path in ("/a/../b", "/./a/.", "/%2e%2e/etc", "//a//..//b"):
        request = Request(path=unquote(raw_path), raw_path=raw_path)

        scope, environ = RecordingApps().serve(source.event_from_request(request, Front()))

        assert scope["path"] == environ["PATH_INFO"] == unquote(raw_path)
