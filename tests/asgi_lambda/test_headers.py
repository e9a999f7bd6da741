"""Headers, client and scheme, as an ASGI app gets them from a real server."""

import pytest
from starlette.requests import Request

from tests.event_builders import (
    ALB_HOST,
    API_HOST,
    SOURCES,
    Builder,
    http_api,
    http_api_v1,
    load_balancer,
    load_balancer_multi,
    rest_api,
    without,
)
from tests.seen_by_apps import parts, scope_for, values

each_source = pytest.mark.parametrize("build", SOURCES.values(), ids=SOURCES.keys())
both_modes = pytest.mark.parametrize("build", [load_balancer, load_balancer_multi])
repeating = [name for name in SOURCES if name != "load_balancer"]


@pytest.mark.parametrize("name", repeating)
def test_two_cookie_headers_are_joined_as_cookies_are(name: str) -> None:
    event = SOURCES[name]("/", headers=[("Cookie", "a=1"), ("Cookie", "b=2, c")])
    scope = scope_for(event)
    assert values(scope, b"cookie") == [b"a=1; b=2, c"]
    assert Request(scope).cookies == {"a": "1", "b": "2, c"}


def test_the_last_cookie_header_is_all_that_a_load_balancer_sends_in_single_mode() -> None:
    event = load_balancer(headers=[("Cookie", "a=1"), ("Cookie", "b=2")])
    assert values(scope_for(event), b"cookie") == [b"b=2"]


@pytest.mark.parametrize("build", [rest_api, http_api_v1, load_balancer_multi])
def test_repeated_headers_stay_apart_and_in_order(build: Builder) -> None:
    scope = scope_for(build(headers=[("X-Multi", "one"), ("X-Multi", "two, three")]))
    assert values(scope, b"x-multi") == [b"one", b"two, three"]


@each_source
def test_a_latin_1_value_is_one_byte_a_character(build: Builder) -> None:
    assert values(scope_for(build(headers=[("X-Name", "é")])), b"x-name") == [b"\xe9"]


@each_source
def test_a_value_that_cannot_be_latin_1_arrives_as_its_utf_8(build: Builder) -> None:
    scope = scope_for(build(headers=[("X-Name", "10 €")]))
    assert values(scope, b"x-name") == [b"10 \xe2\x82\xac"]


@each_source
def test_an_ipv6_host_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "[::1]:3000")]))
    assert values(scope, b"host") == [b"[::1]:3000"]
    assert scope["server"] == ("::1", 3000)


@each_source
def test_a_host_with_a_port_that_is_no_number_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "x:abc")]))
    assert values(scope, b"host") == [b"x:abc"]
    assert scope["server"][1] == 443
    assert scope["server"][0] != ""


@each_source
def test_an_empty_host_is_served(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "")]))
    assert values(scope, b"host") == [b""]
    assert scope["server"][0] != ""


@each_source
def test_the_server_is_the_public_one(build: Builder) -> None:
    scope = scope_for(build(headers=[("Host", "shop.example.com")]))
    assert scope["server"] == ("shop.example.com", 443)


@both_modes
def test_the_last_hop_before_a_load_balancer_is_the_client(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9")])
    assert scope_for(event)["client"] == ("9.9.9.9", 0)


@both_modes
def test_the_client_port_is_told_where_the_load_balancer_keeps_it(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9:4711")])
    assert scope_for(event)["client"] == ("9.9.9.9", 4711)


def test_several_forwarded_for_headers_are_one_list() -> None:
    event = load_balancer_multi(
        headers=[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "7.7.7.7, [2001:db8::9]:80")]
    )
    assert scope_for(event)["client"] == ("2001:db8::9", 80)


def test_a_proxy_in_front_of_the_load_balancer_can_be_trusted_on_demand() -> None:
    event = load_balancer(headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9, 10.0.0.1")])
    assert scope_for(event, trusted_hops=2)["client"] == ("9.9.9.9", 0)
    assert scope_for(event, trusted_hops=0)["client"] is None
    assert scope_for(event, trusted_hops=4)["client"] is None


@pytest.mark.parametrize("name", ["rest_api", "http_api", "http_api_v1", "function_url"])
def test_the_client_of_an_api_is_the_peer_whatever_it_forwards(name: str) -> None:
    event = SOURCES[name](headers=[("X-Forwarded-For", "6.6.6.6, 203.0.113.7")])
    assert scope_for(event)["client"] == ("203.0.113.7", 0)


@each_source
def test_a_list_of_schemes_is_the_first(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-Proto", "https,http")])
    assert parts(scope_for(event), "scheme") == {"scheme": "https"}


@each_source
def test_https_without_a_port_header_is_port_443(build: Builder) -> None:
    event = without(build(), "x-forwarded-port")
    scope = scope_for(event)
    assert (scope["scheme"], scope["server"][1]) == ("https", 443)


@both_modes
def test_http_without_a_port_header_is_port_80(build: Builder) -> None:
    event = without(build(headers=[("X-Forwarded-Proto", "http")]), "x-forwarded-port")
    assert parts(scope_for(event), "scheme", "server") == {
        "scheme": "http",
        "server": (ALB_HOST, 80),
    }


@pytest.mark.parametrize("build", [rest_api, http_api, http_api_v1])
def test_a_port_that_is_no_number_is_not_used(build: Builder) -> None:
    event = build(headers=[("X-Forwarded-Port", "https")])
    assert scope_for(event)["server"] == (API_HOST, 443)


@pytest.mark.parametrize("name", SOURCES)
def test_a_scheme_that_is_none_is_not_used(name: str) -> None:
    event = SOURCES[name](headers=[("X-Forwarded-Proto", "javascript")])
    assert scope_for(event)["scheme"] == ("http" if "load_balancer" in name else "https")
