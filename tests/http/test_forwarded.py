"""Scheme, server, client and HTTP version from headers and events."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters import Request
from lambda_adapters.http import forwarded


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [
        (None, "DEFAULT"),
        ("http", "http"),
        (" HTTPS ", "https"),
        ("https, http", "https"),
        ("wss", "DEFAULT"),
        ("", "DEFAULT"),
    ],
)
def test_the_first_scheme_is_used_if_it_is_valid(proto: str | None, scheme: str) -> None:
    assert forwarded.scheme_of(proto, "DEFAULT") == scheme


@pytest.mark.parametrize(
    ("host", "port", "scheme", "domain", "server"),
    [
        ("example.com", None, "https", None, ("example.com", 443)),
        ("example.com", None, "http", None, ("example.com", 80)),
        ("example.com", "8080", "https", "x", ("example.com", 8080)),
        (" example.com:8443 ", "8080", "https", "x", ("example.com", 8443)),
        ("[2001:db8::1]:81", None, "http", None, ("[2001:db8::1]", 81)),
        ("[2001:db8::1]", None, "http", None, ("[2001:db8::1]", 80)),
        ("[:::]", None, "http", "api.example", ("api.example", 80)),
        ("[x]:81", None, "http", "api.example", ("api.example", 80)),
        (None, None, "https", "api.example.com", ("api.example.com", 443)),
        ("", "", "https", "api.example.com", ("api.example.com", 443)),
        (":8080", None, "https", "api.example.com", ("api.example.com", 8080)),
        (None, None, "http", 5, ("localhost", 80)),
        (None, None, "http", "", ("localhost", 80)),
        ("a:b:c", None, "http", None, ("localhost", 80)),
        ("a:0", "0", "https", None, ("a", 443)),
        ("a:99999", "65536", "https", None, ("a", 443)),
        ("a", "443,443", "http", None, ("a", 80)),
        ("a", "٤٤٣", "http", None, ("a", 80)),
        ("a", "-1", "http", None, ("a", 80)),
    ],
)
def test_the_server_is_the_host_header_or_the_domain_of_the_event(
    host: str | None, port: str | None, scheme: str, domain: object, server: tuple[str, int]
) -> None:
    assert forwarded.server_of(host, port, scheme, domain) == server


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.9", ("203.0.113.9", 0)),
        (" 203.0.113.9:4711 ", ("203.0.113.9", 4711)),
        ("203.0.113.9:", ("203.0.113.9", 0)),
        ("203.0.113.9:99999", ("203.0.113.9", 0)),
        ("2001:db8::1", ("2001:db8::1", 0)),
        ("[2001:db8::1]", ("2001:db8::1", 0)),
        ("[2001:db8::1]:4711", ("2001:db8::1", 4711)),
        ("[2001:db8::1", ("2001:db8::1", 0)),
        ("test-invoke-source-ip", ("test-invoke-source-ip", 0)),
        ("", None),
        (" ", None),
        (":80", None),
        ("[]:80", None),
        (None, None),
        (5, None),
    ],
)
def test_an_address_can_have_a_port(text: object, address: tuple[str, int] | None) -> None:
    assert forwarded.address_of(text) == address


@pytest.mark.parametrize(
    ("values", "hops", "client"),
    [
        (["192.0.2.66, 203.0.113.9"], 1, ("203.0.113.9", 0)),
        (["192.0.2.66, 203.0.113.9"], 2, ("192.0.2.66", 0)),
        (["192.0.2.66, 203.0.113.9"], 3, None),
        (["192.0.2.66", "198.51.100.1, 203.0.113.9"], 1, ("203.0.113.9", 0)),
        (["192.0.2.66", "198.51.100.1, 203.0.113.9"], 3, ("192.0.2.66", 0)),
        (["192.0.2.66, 203.0.113.9, ,"], 1, ("203.0.113.9", 0)),
        (["[2001:db8::1]:4711"], 1, ("2001:db8::1", 4711)),
        (["203.0.113.9"], 0, None),
        (["203.0.113.9"], -1, None),
        ([""], 1, None),
        ([], 1, None),
    ],
)
def test_trusted_hops_count_from_the_right(
    values: list[str], hops: int, client: tuple[str, int] | None
) -> None:
    assert forwarded.client_by_hops(values, hops) == client


@pytest.mark.parametrize(
    ("protocol", "version"),
    [
        ("HTTP/1.1", "1.1"),
        ("HTTP/1.0", "1.0"),
        ("HTTP/2.0", "2"),
        ("HTTP/2", "2"),
        ("HTTP/3", "3"),
        ("HTTP/3.0", "3"),
        ("HTTP/9", "1.1"),
        ("2", "1.1"),
        (None, "1.1"),
        (["HTTP/2"], "1.1"),
    ],
)
def test_the_http_version_is_one_of_asgi(protocol: object, version: str) -> None:
    assert forwarded.http_version_of(protocol) == version


@given(st.none() | st.text(), st.none() | st.text(), st.none() | st.text() | st.integers())
def test_no_header_value_raises(host: str | None, port: str | None, other: object) -> None:
    text = other if isinstance(other, str) else None
    scheme = forwarded.scheme_of(text, "https")
    name, number = forwarded.server_of(host, port, scheme, other)
    address = forwarded.address_of(other)
    client = forwarded.client_by_hops([text or ""], 1)

    assert name
    assert 0 < number < 65536
    assert all(
        result is None or (result[0] and 0 <= result[1] < 65536) for result in (address, client)
    )


def test_forward_headers_replaces_the_forwarding_headers() -> None:
    request = Request(
        scheme="http",
        headers=[
            ("x-forwarded-for", "192.0.2.66"),
            ("connection", "close"),
            ("x-forwarded-proto", "https"),
            ("x-amzn-trace-id", "Root=mine"),
            ("a", "1"),
            ("x-forwarded-port", "1"),
        ],
        client=("203.0.113.9", 4711),
        server=("example.com", 8080),
    )

    (first, (trace, root), *rest) = forwarded.forward_headers(request)

    assert first == ("a", "1")
    assert trace == "x-amzn-trace-id"
    assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", root)
    assert rest == [
        ("x-forwarded-for", "192.0.2.66, 203.0.113.9"),
        ("x-forwarded-port", "8080"),
        ("x-forwarded-proto", "http"),
    ]


def test_forward_headers_without_a_client_adds_no_x_forwarded_for() -> None:
    names = [name for name, _ in forwarded.forward_headers(Request())]

    assert names == ["x-amzn-trace-id", "x-forwarded-port", "x-forwarded-proto"]
