"""Who is calling, and which address they called: scheme, server and client.

Nothing here raises: a header that makes no sense gives the default. What a client can write
into a header is never taken for its address.
"""

import re
from time import time

from lambda_adapters.http.caches import NamesCache, TextCache
from lambda_adapters.http.headers import HOP_BY_HOP, Forwarded
from lambda_adapters.http.messages import Headers, Request

_host = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?").fullmatch
_VERSIONS = {"HTTP/1.0": "1.0", "HTTP/2.0": "2", "HTTP/2": "2", "HTTP/3.0": "3", "HTTP/3": "3"}
DEFAULT_PORTS = {"http": 80, "https": 443}


def scheme_of(forwarded_proto: str | None, default: str) -> str:
    """The scheme of `X-Forwarded-Proto`; of a list the first, where gateways put their own."""
    if forwarded_proto is None or forwarded_proto in DEFAULT_PORTS:
        return forwarded_proto or default
    proto = forwarded_proto.partition(",")[0].strip().lower()
    return proto if proto in DEFAULT_PORTS else default


def server_of(
    host: str | None, forwarded_port: str | None, scheme: str, domain: object
) -> tuple[str, int]:
    """(name, port) of the public endpoint: what Host says, else the event's own domain. An IPv6
    address keeps its brackets."""
    name, port = _host_of[host or ""]
    if not name:
        name = domain if isinstance(domain, str) and domain else "localhost"
    return name, port or _port_of[forwarded_port or ""] or DEFAULT_PORTS[scheme]


Endpoint = tuple[str, tuple[str, int], str]
"""The scheme, the server and the HTTP version."""


def endpoint_of(forwarded: Forwarded, domain: object, protocol: object, default: str) -> Endpoint:
    """What was called, by what the headers say, else by the event's own domain, protocol and the
    source's default scheme. The endpoint is that of many requests: it is remembered."""
    host, proto, port = forwarded
    return _endpoint_of[
        host or "",
        proto or "",
        port or "",
        domain if isinstance(domain, str) else "",
        protocol if isinstance(protocol, str) else "",
        default,
    ]


def _endpoint(said: tuple[str, ...]) -> Endpoint:
    host, proto, port, domain, protocol, default = said
    scheme = scheme_of(proto or None, default)
    return scheme, server_of(host, port, scheme, domain), http_version_of(protocol)


def address_of(text: object) -> tuple[str, int] | None:
    """(host, port) of `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80`; port 0 where
    there is none."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if ":" not in text and "[" not in text:
        return (text, 0) if text else None
    host, port = text, ""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.lstrip(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    return (host, _port_of[port]) if host else None


def client_by_hops(headers: Headers, trusted_hops: int) -> tuple[str, int] | None:
    """`client_of_hops` of headers."""
    values = [value for name, value in headers if name == "x-forwarded-for"]
    return client_of_hops(values, trusted_hops)


def client_of_hops(values: list[str], trusted_hops: int) -> tuple[str, int] | None:
    """The element of X-Forwarded-For that the outermost trusted proxy wrote, from the right.

    Everything to the left of it was in the request before and may be made up
    (docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html).
    """
    if trusted_hops < 1:
        return None
    hops = values  # most often one, of the one proxy that there is
    if len(values) != 1 or "," in values[0] or not values[0].strip():
        hops = [hop for hop in ",".join(values).split(",") if hop.strip()]
    return address_of(hops[-trusted_hops]) if len(hops) >= trusted_hops else None


def http_version_of(protocol: object) -> str:
    """`1.1` of `HTTP/1.1`, `2` of `HTTP/2.0`: the spellings that ASGI knows."""
    return _VERSIONS.get(protocol, "1.1") if isinstance(protocol, str) else "1.1"


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    return port if port < 65536 else 0


_port_of = TextCache(_port)


def _named(host: str) -> tuple[str, int]:
    match = _host(host.strip())
    if match is None or (match[1].startswith("[") and not _is_ipv6(match[1][1:-1])):
        return "", 0
    return match[1], _port_of[match[2] or ""]


def _is_ipv6(text: str) -> bool:
    from ipaddress import IPv6Address  # which takes its time, and is rarely needed

    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


_host_of = TextCache(_named)
_endpoint_of = NamesCache(_endpoint)


def with_forwarded(request: Request) -> Headers:
    """The request's headers as a gateway passes them on: hop-by-hop gone, its own ones added."""
    from secrets import token_hex  # only where events are made, not on Lambda

    ours = {
        "x-amzn-trace-id": f"Root=1-{int(time()):08x}-{token_hex(12)}",
        "x-forwarded-for": ", ".join(
            [value for name, value in request.headers if name == "x-forwarded-for"]
            + ([request.client[0]] if request.client else [])
        ),
        "x-forwarded-port": str(request.server[1]),
        "x-forwarded-proto": request.scheme,
    }
    kept = [(n, v) for n, v in request.headers if n not in HOP_BY_HOP and n not in ours]
    return kept + [(name, value) for name, value in ours.items() if value]
