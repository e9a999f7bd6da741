"""The scheme, server and client of a request.

Nothing here raises: an invalid header gives the default. Text that a client can write into a
header is never used as its address.
"""

import re

from lambda_adapters.http.caches import ListCache, TextCache
from lambda_adapters.http.headers import HOP_BY_HOP
from lambda_adapters.http.messages import DEFAULT_PORTS, Headers, Request
from lambda_adapters.http.request_headers import EndpointHeaders

Address = tuple[str, int]
"""Host and port; port 0 if only the host is known."""

Endpoint = tuple[str, Address, str]
"""The scheme, the server and the HTTP version."""

_match_host = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?").fullmatch
_VERSIONS = {"HTTP/1.0": "1.0", "HTTP/2.0": "2", "HTTP/2": "2", "HTTP/3.0": "3", "HTTP/3": "3"}


def endpoint_of(
    endpoint_headers: EndpointHeaders, domain: object, protocol: object, default_scheme: str
) -> Endpoint:
    """Return the endpoint that was called: from the headers, else from the event's domain and
    protocol and the source's default scheme. Cached, because most requests call one endpoint."""
    host, proto, port = endpoint_headers
    return _endpoint_for[
        host or "",
        proto or "",
        port or "",
        domain if isinstance(domain, str) else "",
        protocol if isinstance(protocol, str) else "",
        default_scheme,
    ]


def _build_endpoint(parts: tuple[str, ...]) -> Endpoint:
    host, proto, port, domain, protocol, default_scheme = parts
    scheme = scheme_of(proto or None, default_scheme)
    return scheme, server_of(host, port, scheme, domain), http_version_of(protocol)


_endpoint_for: ListCache[Endpoint] = ListCache(_build_endpoint)


def scheme_of(forwarded_proto: str | None, default: str) -> str:
    """Return the scheme of X-Forwarded-Proto; of a list the first, which gateways write."""
    if forwarded_proto is None:
        return default
    proto = forwarded_proto.partition(",")[0].strip().lower()
    return proto if proto in DEFAULT_PORTS else default


def server_of(host: str | None, forwarded_port: str | None, scheme: str, domain: object) -> Address:
    """Return the name and port of the public endpoint: from Host, else the event's own domain. An
    IPv6 address keeps its brackets."""
    name, port = _split_host(host or "")
    if not name:
        name = domain if isinstance(domain, str) and domain else "localhost"
    return name, port or _port_for[forwarded_port or ""] or DEFAULT_PORTS[scheme]


def http_version_of(protocol: object) -> str:
    """Return `1.1` for `HTTP/1.1`, `2` for `HTTP/2.0`, as ASGI spells them; `1.1` by default."""
    return _VERSIONS.get(protocol, "1.1") if isinstance(protocol, str) else "1.1"


def address_of(text: object) -> Address | None:
    """Return host and port of `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80`; port 0
    if there is none. None for an empty text, and for other types."""
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
    return (host, _port_for[port]) if host else None


def client_by_hops(forwarded_for: list[str], trusted_hops: int) -> Address | None:
    """Return the address in X-Forwarded-For that the outermost trusted proxy wrote.

    `forwarded_for` holds the values of the header. The address is number `trusted_hops` from the
    right; None if there are fewer. Addresses to its left came with the request and may be forged
    (docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html).
    """
    if trusted_hops < 1:
        return None
    hops = forwarded_for
    if len(hops) != 1 or "," in hops[0] or not hops[0].strip():
        hops = [hop for hop in ",".join(hops).split(",") if hop.strip()]
    return address_of(hops[-trusted_hops]) if len(hops) >= trusted_hops else None


def forward_headers(request: Request) -> Headers:
    """Return the headers as a gateway passes them on: no hop-by-hop headers, its own ones added."""
    from secrets import token_hex  # only the local tools make events
    from time import time

    client = [request.client[0]] if request.client else []
    added = {
        "x-amzn-trace-id": f"Root=1-{int(time()):08x}-{token_hex(12)}",
        "x-forwarded-for": ", ".join(request.header_values("x-forwarded-for") + client),
        "x-forwarded-port": str(request.server[1]),
        "x-forwarded-proto": request.scheme,
    }
    kept = [(n, v) for n, v in request.headers if n not in HOP_BY_HOP and n not in added]
    return kept + [(name, value) for name, value in added.items() if value]


def _split_host(host: str) -> Address:
    match = _match_host(host.strip())
    if match is None or (match[1].startswith("[") and not _is_ipv6(match[1][1:-1])):
        return "", 0
    return match[1], _port_for[match[2] or ""]


def _is_ipv6(text: str) -> bool:
    from ipaddress import IPv6Address  # takes 5 ms to import, and is rarely needed

    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _parse_port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    return port if port < 65536 else 0


_port_for: TextCache[str, int] = TextCache(_parse_port)
