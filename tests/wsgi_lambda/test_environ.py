"""Headers, client, server and body, as a WSGI app gets them from a real server."""

from typing import Any
from wsgiref.validate import validator

import pytest

from tests.event_builders import (
    ALB_HOST,
    API_HOST,
    CLIENT,
    SOURCES,
    URL_HOST,
    Builder,
    health_check,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
    without,
)
from tests.response_reading import response_for
from tests.seen_by_apps import environ_for, parts
from wsgi_lambda import Adapter

each_source = pytest.mark.parametrize("build", SOURCES.values(), ids=SOURCES.keys())
both_modes = pytest.mark.parametrize("build", [load_balancer, load_balancer_multi])
repeating = [name for name in SOURCES if name != "load_balancer"]


@pytest.mark.parametrize("name", repeating)
def test_a_repeated_header_is_joined(name: str) -> None:
    environ = environ_for(SOURCES[name](headers=[("X-Multi", "one"), ("X-Multi", "two")]))
    assert environ["HTTP_X_MULTI"] == "one,two"


@pytest.mark.parametrize("name", repeating)
def test_two_cookie_headers_are_joined_as_cookies_are(name: str) -> None:
    environ = environ_for(SOURCES[name](headers=[("Cookie", "a=1"), ("Cookie", "b=2")]))
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


@each_source
def test_a_request_without_cookies_has_no_cookie_variable(build: Builder) -> None:
    assert "HTTP_COOKIE" not in environ_for(build())


@pytest.mark.parametrize("name", ["http_api", "function_url"])
@pytest.mark.parametrize("cookies", ["absent", "null", "empty"])
def test_a_cookie_header_without_a_list_of_cookies_is_kept(name: str, cookies: str) -> None:
    event = SOURCES[name]()
    event["headers"]["cookie"] = "a=1; b=2"
    if cookies != "absent":
        event["cookies"] = None if cookies == "null" else []
    assert environ_for(event)["HTTP_COOKIE"] == "a=1; b=2"


def test_the_list_of_cookies_stands_for_the_header_beside_it() -> None:
    event = SOURCES["function_url"](headers=[("Cookie", "a=1; b=2")])
    assert (event["cookies"], event["headers"]["cookie"]) == (["a=1", "b=2"], "a=1; b=2")
    assert environ_for(event)["HTTP_COOKIE"] == "a=1; b=2"


@each_source
@pytest.mark.parametrize("order", [1, -1])
def test_a_header_with_underscores_cannot_pose_as_another(build: Builder, order: int) -> None:
    headers = [("X_Auth_User", "evil"), ("X-Auth-User", "good")][::order]
    assert environ_for(build(headers=headers))["HTTP_X_AUTH_USER"] == "good"


@each_source
def test_a_header_with_underscores_alone_is_dropped_too(build: Builder) -> None:
    assert "HTTP_X_AUTH_USER" not in environ_for(build(headers=[("X_Auth_User", "evil")]))


@each_source
@pytest.mark.parametrize("order", [1, -1])
def test_content_type_with_an_underscore_is_dropped(build: Builder, order: int) -> None:
    headers = [("Content_Type", "text/evil"), ("Content-Type", "text/plain")][::order]
    environ = environ_for(build(method="POST", headers=headers, body="x"))
    assert parts(environ, "CONTENT_TYPE", "HTTP_CONTENT_TYPE") == {"CONTENT_TYPE": "text/plain"}


@each_source
def test_content_type_with_an_underscore_is_no_content_type(build: Builder) -> None:
    environ = environ_for(build(method="POST", headers=[("Content_Type", "text/evil")], body="x"))
    assert "text/evil" not in environ.values()


@each_source
def test_content_length_with_an_underscore_is_dropped(build: Builder) -> None:
    environ = environ_for(build(method="POST", headers=[("Content_Length", "1")], body="hello"))
    assert parts(environ, "CONTENT_LENGTH", "HTTP_CONTENT_LENGTH") == {"CONTENT_LENGTH": "5"}


@each_source
def test_a_proxy_header_is_dropped(build: Builder) -> None:
    assert "HTTP_PROXY" not in environ_for(build(headers=[("Proxy", "http://evil.example")]))


@pytest.mark.parametrize("name", ["rest_api", "http_api", "http_api_v1", "function_url"])
def test_the_client_of_an_api_is_its_peer(name: str) -> None:
    event = SOURCES[name](headers=[("X-Forwarded-For", f"6.6.6.6, {CLIENT}")])
    assert parts(environ_for(event), "REMOTE_ADDR", "REMOTE_PORT") == {"REMOTE_ADDR": CLIENT}


@both_modes
def test_the_client_of_a_load_balancer_is_its_peer(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", f"6.6.6.6, {CLIENT}:51234")])
    assert parts(environ_for(event), "REMOTE_ADDR", "REMOTE_PORT") == {
        "REMOTE_ADDR": CLIENT,
        "REMOTE_PORT": "51234",
    }


@both_modes
def test_an_ipv6_client_of_a_load_balancer_is_its_peer(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 2001:db8::9")])
    assert environ_for(event)["REMOTE_ADDR"] == "2001:db8::9"


SERVER = ("SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_HOST")


@pytest.mark.parametrize(
    ("build", "server", "scheme"),
    [
        pytest.param(rest_api, API_HOST, "https", id="rest"),
        pytest.param(http_api, API_HOST, "https", id="v2"),
        pytest.param(http_api_v1, API_HOST, "https", id="v1"),
        pytest.param(SOURCES["function_url"], URL_HOST, "https", id="url"),
        pytest.param(load_balancer, "localhost", "http", id="alb"),
        pytest.param(load_balancer_multi, "localhost", "http", id="alb_multi"),
    ],
)
def test_a_request_without_a_host_has_a_server_all_the_same(
    build: Builder, server: str, scheme: str
) -> None:
    event = without(build(), "host", "x-forwarded-port", "x-forwarded-proto")
    assert parts(environ_for(event), *SERVER) == {
        "SERVER_NAME": server,
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "wsgi.url_scheme": scheme,
    }


@pytest.mark.parametrize("multi", [False, True])
def test_a_health_check_has_a_server_and_a_scheme(multi: bool) -> None:
    environ = environ_for(health_check(multi=multi))
    assert parts(environ, *SERVER, "REMOTE_ADDR", "HTTP_USER_AGENT", "PATH_INFO") == {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "",
        "HTTP_USER_AGENT": "ELB-HealthChecker/2.0",
        "PATH_INFO": "/health",
    }


@both_modes
def test_a_host_with_a_port_is_split(build: Builder) -> None:
    event = build(headers=[("Host", "shop.example.com:8443")])
    assert parts(environ_for(event), *SERVER) == {
        "SERVER_NAME": "shop.example.com",
        "SERVER_PORT": "8443",
        "wsgi.url_scheme": "https",
        "HTTP_HOST": "shop.example.com:8443",
    }


@pytest.mark.parametrize("host", ["[::1]:3000", "x:abc", "", ":", "[", "a b", "x:99999"])
@each_source
def test_no_host_header_breaks_the_server_variables(build: Builder, host: str) -> None:
    environ = environ_for(build(headers=[("Host", host)]))
    assert environ["HTTP_HOST"] == host
    assert environ["SERVER_NAME"] != ""
    assert environ["SERVER_PORT"].isdigit()


@each_source
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_valid_app_passes_wsgiref_validate(build: Builder, method: str) -> None:
    bodies = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"", b"ok"]

    headers = [("Content-Type", "text/plain"), ("Cookie", "a=1"), ("X-Multi", "1")]
    event = build("/a%20b", method=method, query="a=1&b", headers=headers, body="hello")
    assert Adapter(validator(app))(event)["statusCode"] == 200
    assert bodies == [b"hello"]


def test_a_load_balancer_without_a_name_is_valid_under_wsgiref_validate() -> None:
    event = load_balancer()
    event["headers"] = {}
    assert environ_for(event)["SERVER_NAME"] == "localhost"
    assert environ_for(load_balancer())["SERVER_NAME"] == ALB_HOST


@each_source
def test_a_header_outside_latin_1_arrives_as_latin_1_of_its_utf_8(build: Builder) -> None:
    value = environ_for(build(headers=[("X-Price", "10 €")]))["HTTP_X_PRICE"]
    assert value.encode("latin-1").decode() == "10 €"


@each_source
def test_a_latin_1_header_is_itself(build: Builder) -> None:
    assert environ_for(build(headers=[("X-Name", "é")]))["HTTP_X_NAME"] == "é"


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("length_known", [False, True])
def test_a_chunked_body_is_read(name: str, length_known: bool) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        if length_known:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        else:
            assert environ["wsgi.input_terminated"]
            body = environ["wsgi.input"].read()
        assert "HTTP_TRANSFER_ENCODING" not in environ
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body]

    headers = [("Transfer-Encoding", "chunked"), ("Content-Type", "text/plain")]
    event = SOURCES[name](method="POST", headers=headers, body="hello")
    kind = ("content-type", "text/plain")
    assert Adapter(app)(event) == response_for(name, headers=[kind], body="hello")
