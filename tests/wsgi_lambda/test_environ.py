"""WSGI: headers, client, server and body in the environ."""

from typing import Any
from wsgiref.validate import validator

import pytest

from tests.app_inputs import environ_for, pick
from tests.event_builders import (
    ALB_HOST,
    API_HOST,
    BUILDERS,
    CLIENT,
    URL_HOST,
    Builder,
    health_check,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
    without_headers,
)
from tests.expected_responses import response_for
from wsgi_lambda import Adapter

each_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
both_modes = pytest.mark.parametrize("build", [load_balancer, load_balancer_multi])
SOURCES_WITH_REPEATS = [name for name in BUILDERS if name != "load_balancer"]


@pytest.mark.parametrize("name", SOURCES_WITH_REPEATS)
def test_repeated_headers_are_joined_with_commas(name: str) -> None:
    environ = environ_for(BUILDERS[name](headers=[("X-Multi", "one"), ("X-Multi", "two")]))
    assert environ["HTTP_X_MULTI"] == "one,two"


@pytest.mark.parametrize("name", SOURCES_WITH_REPEATS)
def test_repeated_cookie_headers_are_joined_with_semicolons(name: str) -> None:
    environ = environ_for(BUILDERS[name](headers=[("Cookie", "a=1"), ("Cookie", "b=2")]))
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


@each_source
def test_a_request_without_cookies_has_no_http_cookie(build: Builder) -> None:
    assert "HTTP_COOKIE" not in environ_for(build())


@pytest.mark.parametrize("name", ["http_api", "function_url"])
@pytest.mark.parametrize("cookies", ["absent", "null", "empty"])
def test_the_cookie_header_is_used_if_the_event_has_no_cookies_list(
    name: str, cookies: str
) -> None:
    event = BUILDERS[name]()
    event["headers"]["cookie"] = "a=1; b=2"
    if cookies != "absent":
        event["cookies"] = None if cookies == "null" else []
    assert environ_for(event)["HTTP_COOKIE"] == "a=1; b=2"


def test_the_cookies_list_replaces_the_cookie_header() -> None:
    event = BUILDERS["function_url"](headers=[("Cookie", "a=1; b=2")])
    assert (event["cookies"], event["headers"]["cookie"]) == (["a=1", "b=2"], "a=1; b=2")
    assert environ_for(event)["HTTP_COOKIE"] == "a=1; b=2"


@each_source
def test_a_header_name_with_underscores_is_dropped(build: Builder) -> None:
    assert "HTTP_X_AUTH_USER" not in environ_for(build(headers=[("X_Auth_User", "evil")]))


@each_source
@pytest.mark.parametrize("order", [1, -1])
def test_content_type_with_an_underscore_does_not_replace_content_type(
    build: Builder, order: int
) -> None:
    headers = [("Content_Type", "text/evil"), ("Content-Type", "text/plain")][::order]
    environ = environ_for(build(method="POST", headers=headers, body="x"))
    assert pick(environ, "CONTENT_TYPE", "HTTP_CONTENT_TYPE") == {"CONTENT_TYPE": "text/plain"}


@each_source
def test_content_type_with_an_underscore_alone_is_dropped(build: Builder) -> None:
    environ = environ_for(build(method="POST", headers=[("Content_Type", "text/evil")], body="x"))
    assert "text/evil" not in environ.values()


@pytest.mark.parametrize("name", ["rest_api", "http_api", "http_api_v1", "function_url"])
def test_api_gateway_and_function_urls_ignore_x_forwarded_for(name: str) -> None:
    event = BUILDERS[name](headers=[("X-Forwarded-For", f"6.6.6.6, {CLIENT}")])
    assert pick(environ_for(event), "REMOTE_ADDR", "REMOTE_PORT") == {"REMOTE_ADDR": CLIENT}


@both_modes
def test_the_client_is_the_last_address_in_x_forwarded_for(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", f"6.6.6.6, {CLIENT}:51234")])
    assert pick(environ_for(event), "REMOTE_ADDR", "REMOTE_PORT") == {
        "REMOTE_ADDR": CLIENT,
        "REMOTE_PORT": "51234",
    }


@both_modes
def test_the_last_address_in_x_forwarded_for_can_be_ipv6(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 2001:db8::9")])
    assert environ_for(event)["REMOTE_ADDR"] == "2001:db8::9"


SERVER = ("SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_HOST")


@pytest.mark.parametrize(
    ("build", "server", "scheme"),
    [
        pytest.param(rest_api, API_HOST, "https", id="rest"),
        pytest.param(http_api, API_HOST, "https", id="v2"),
        pytest.param(http_api_v1, API_HOST, "https", id="v1"),
        pytest.param(BUILDERS["function_url"], URL_HOST, "https", id="url"),
        pytest.param(load_balancer, "localhost", "http", id="alb"),
        pytest.param(load_balancer_multi, "localhost", "http", id="alb_multi"),
    ],
)
def test_a_request_without_a_host_header_has_a_server_name_and_port(
    build: Builder, server: str, scheme: str
) -> None:
    event = without_headers(build(), "host", "x-forwarded-port", "x-forwarded-proto")
    assert pick(environ_for(event), *SERVER) == {
        "SERVER_NAME": server,
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "wsgi.url_scheme": scheme,
    }


@pytest.mark.parametrize("multi", [False, True])
def test_a_health_check_has_a_server_and_a_scheme(multi: bool) -> None:
    environ = environ_for(health_check(multi=multi))
    assert pick(environ, *SERVER, "REMOTE_ADDR", "HTTP_USER_AGENT", "PATH_INFO") == {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "",
        "HTTP_USER_AGENT": "ELB-HealthChecker/2.0",
        "PATH_INFO": "/health",
    }


@both_modes
def test_a_host_with_a_port_is_split_into_name_and_port(build: Builder) -> None:
    event = build(headers=[("Host", "shop.example.com:8443")])
    assert pick(environ_for(event), *SERVER) == {
        "SERVER_NAME": "shop.example.com",
        "SERVER_PORT": "8443",
        "wsgi.url_scheme": "https",
        "HTTP_HOST": "shop.example.com:8443",
    }


@pytest.mark.parametrize("host", ["[::1]:3000", "x:abc", "", ":", "[", "a b", "x:99999"])
@each_source
def test_an_invalid_host_header_gives_valid_server_variables(build: Builder, host: str) -> None:
    environ = environ_for(build(headers=[("Host", host)]))
    assert environ["HTTP_HOST"] == host
    assert environ["SERVER_NAME"] != ""
    assert environ["SERVER_PORT"].isdigit()


@each_source
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_requests_with_every_method_pass_wsgiref_validate(build: Builder, method: str) -> None:
    bodies = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"", b"ok"]

    headers = [("Content-Type", "text/plain"), ("Cookie", "a=1"), ("X-Multi", "1")]
    event = build("/a%20b", method=method, query="a=1&b", headers=headers, body="hello")
    assert Adapter(validator(app))(event)["statusCode"] == 200
    assert bodies == [b"hello"]


def test_a_load_balancer_request_without_headers_passes_wsgiref_validate() -> None:
    event = load_balancer()
    event["headers"] = {}
    assert environ_for(event)["SERVER_NAME"] == "localhost"
    assert environ_for(load_balancer())["SERVER_NAME"] == ALB_HOST


@each_source
def test_a_header_outside_latin_1_is_its_utf_8_bytes_as_latin_1(build: Builder) -> None:
    value = environ_for(build(headers=[("X-Price", "10 €")]))["HTTP_X_PRICE"]
    assert value.encode("latin-1").decode() == "10 €"


@each_source
def test_a_latin_1_header_does_not_change(build: Builder) -> None:
    assert environ_for(build(headers=[("X-Name", "é")]))["HTTP_X_NAME"] == "é"


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("read_by_length", [False, True])
def test_the_app_can_read_a_chunked_body(name: str, read_by_length: bool) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        if read_by_length:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        else:
            assert environ["wsgi.input_terminated"]
            body = environ["wsgi.input"].read()
        assert "HTTP_TRANSFER_ENCODING" not in environ
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body]

    headers = [("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain")]
    event = BUILDERS[name](method="POST", headers=headers, body="hello")
    kind = ("content-type", "text/plain")
    assert Adapter(app)(event) == response_for(name, headers=[kind], body="hello")
