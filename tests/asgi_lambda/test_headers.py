"""ASGI: headers, client, server and scheme in the scope."""

import pytest
from starlette.requests import Request

from tests.app_inputs import header_values, pick, scope_for
from tests.event_builders import (
    ALB_HOST,
    API_HOST,
    BUILDERS,
    Builder,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
    without_headers,
)

each_source = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
both_modes = pytest.mark.parametrize("build", [load_balancer, load_balancer_multi])
SOURCES_WITH_REPEATS = [name for name in BUILDERS if name != "load_balancer"]


@pytest.mark.parametrize("name", SOURCES_WITH_REPEATS)
def test_repeated_cookie_headers_are_joined_with_semicolons(name: str) -> None:
    event = BUILDERS[name]("/", headers=[("Cookie", "a=1"), ("Cookie", "b=2, c")])
    scope = scope_for(event)
    assert header_values(scope, b"cookie") == [b"a=1; b=2, c"]
    assert Request(scope).cookies == {"a": "1", "b": "2, c"}


def test_a_load_balancer_without_multi_value_headers_passes_only_the_last_cookie_header() -> None:
    event = load_balancer(headers=[("Cookie", "a=1"), ("Cookie", "b=2")])
    assert header_values(scope_for(event), b"cookie") == [b"b=2"]


@pytest.mark.parametrize("build", [rest_api, http_api_v1, load_balancer_multi])
def test_repeated_headers_are_kept_in_order(build: Builder) -> None:
    scope = scope_for(build(headers=[("X-Multi", "one"), ("X-Multi", "two, three")]))
    assert header_values(scope, b"x-multi") == [b"one", b"two, three"]


@each_source
def test_a_latin_1_value_is_encoded_as_latin_1(build: Builder) -> None:
    assert header_values(scope_for(build(headers=[("X-Name", "é")])), b"x-name") == [b"\xe9"]


@each_source
def test_a_value_outside_latin_1_is_encoded_as_utf_8(build: Builder) -> None:
    scope = scope_for(build(headers=[("X-Name", "10 €")]))
    assert header_values(scope, b"x-name") == [b"10 \xe2\x82\xac"]


@each_source
def test_an_ipv6_host_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "[::1]:3000")]))
    assert header_values(scope, b"host") == [b"[::1]:3000"]
    assert scope["server"] == ("::1", 3000)


@each_source
def test_a_host_with_an_invalid_port_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "x:abc")]))
    assert header_values(scope, b"host") == [b"x:abc"]
    assert scope["server"][1] == 443
    assert scope["server"][0] != ""


@each_source
def test_an_empty_host_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "")]))
    assert header_values(scope, b"host") == [b""]
    assert scope["server"][0] != ""


@each_source
def test_the_server_comes_from_the_host_header(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "shop.example.com")]))
    assert scope["server"] == ("shop.example.com", 443)


@both_modes
def test_the_client_is_the_last_address_in_x_forwarded_for(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9")])
    assert scope_for(event)["client"] == ("9.9.9.9", 0)


@both_modes
def test_the_client_port_comes_from_x_forwarded_for(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9:4711")])
    assert scope_for(event)["client"] == ("9.9.9.9", 4711)


def test_repeated_x_forwarded_for_headers_are_one_list() -> None:
    event = load_balancer_multi(
        headers=[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "7.7.7.7, [2001:db8::9]:80")]
    )
    assert scope_for(event)["client"] == ("2001:db8::9", 80)


def test_trusted_hops_selects_the_client_in_x_forwarded_for() -> None:
    event = load_balancer(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9, 10.0.0.1")])
    assert scope_for(event, trusted_hops=2)["client"] == ("9.9.9.9", 0)
    assert scope_for(event, trusted_hops=0)["client"] is None
    assert scope_for(event, trusted_hops=4)["client"] is None


@pytest.mark.parametrize("name", ["rest_api", "http_api", "http_api_v1", "function_url"])
def test_api_gateway_and_function_urls_ignore_x_forwarded_for(name: str) -> None:
    event = BUILDERS[name](headers=[("X-Forwarded-For", "6.6.6.6, 203.0.113.7")])
    assert scope_for(event)["client"] == ("203.0.113.7", 0)


@each_source
def test_the_first_scheme_in_x_forwarded_proto_is_used(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-Proto", "https,http")])
    assert pick(scope_for(event), "scheme") == {"scheme": "https"}


@each_source
def test_https_without_a_port_header_means_port_443(build: Builder) -> None:
    event = without_headers(build(), "x-forwarded-port")
    scope = scope_for(event)
    assert (scope["scheme"], scope["server"][1]) == ("https", 443)


@both_modes
def test_http_without_a_port_header_means_port_80(build: Builder) -> None:
    event = without_headers(build(headers=[("X-Forwarded-Proto", "http")]), "x-forwarded-port")
    assert pick(scope_for(event), "scheme", "server") == {
        "scheme": "http",
        "server": (ALB_HOST, 80),
    }


@pytest.mark.parametrize("build", [rest_api, http_api, http_api_v1])
def test_an_invalid_x_forwarded_port_is_ignored(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-Port", "https")])
    assert scope_for(event)["server"] == (API_HOST, 443)


@pytest.mark.parametrize("name", BUILDERS)
def test_an_invalid_x_forwarded_proto_is_ignored(name: str) -> None:
    event = BUILDERS[name](headers=[("X-Forwarded-Proto", "javascript")])
    assert scope_for(event)["scheme"] == ("http" if "load_balancer" in name else "https")
