"""What each source cannot carry, written once: the functions that the round trips compare with.

They say again, in their own words, what the sources' docstrings list as decoded and lost.
"""

import base64
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlencode

from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.messages import Headers
from lambda_adapters.http.urls import raw_path_from_decoded
from lambda_adapters.sources.source import Source
from tests.sources.cloudfront_losses import what_arrives_at_the_edge, what_returns_from_the_edge
from tests.sources.openwhisk_losses import what_arrives_at_an_action, what_returns_from_an_action

HOP_BY_HOP = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
]
# By REST APIs.
NOT_PASSED_ON = ["content-md5", "expect", "max-forwards", "server", "www-authenticate"]
NOT_RETURNED = ["expect", "host", "via"]
REMAPPED = ["authorization", "content-md5", "date", "max-forwards", "server", "user-agent"]
REMAPPED += ["www-authenticate"]
# What the gateway writes itself, whatever the client sent.
THE_GATEWAYS = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]
TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
# By VPC Lattice, because they would name the caller.
IDENTITY = ["x-amzn-lattice-identity", "x-amzn-lattice-identity-tags", "x-amzn-lattice-network"]
IDENTITY += ["x-amzn-lattice-target"]
LATTICE = ("vpc_lattice", "vpc_lattice_v1")
DECODED_QUERY = ("rest_api", "http_api_v1")
DECODED_PATH = ("http_api", "http_api_v1")


def what_arrives(source: Source, front: Front, request: Request) -> Request:
    """The request less what the source loses, plus what the gateway adds; no trace id."""
    if source.name == "cloudfront":
        return what_arrives_at_the_edge(front, request)
    if source.name == "openwhisk":
        return what_arrives_at_an_action(request)
    root_path, raw_path = _root_and_path(source, front, request)
    body = _body(source, front, request)
    headers = _headers(source, front, request, body)
    in_context = source.name not in ("load_balancer", *LATTICE)
    keeps_version = source.name in ("http_api", "function_url")
    return Request(
        method=request.method,
        scheme="https" if source.name in LATTICE else request.scheme,
        root_path=root_path,
        path=unquote(raw_path),
        raw_path=raw_path,
        query=_query(source, front, request.query),
        headers=headers,
        body=body,
        client=(request.client[0], 0) if request.client and in_context else None,
        server=_server(source, request),
        http_version=request.http_version if keeps_version else "1.1",
    )


def comparable(source: Source, request: Request) -> Request:
    """What arrived, without its random trace id, and with a query that one spelling has."""
    headers = request.headers
    if source.name not in ("cloudfront", *LATTICE):  # which add none
        headers = [pair for pair in headers if pair[0] != "x-amzn-trace-id"]
    query = request.query
    if source.name in DECODED_QUERY:
        query = urlencode(parse_qsl(query, keep_blank_values=True))
    return request.replace(headers=headers, query=query)


def _root_and_path(source: Source, front: Front, request: Request) -> tuple[str, str]:
    if source.name in ("function_url", "load_balancer", *LATTICE):
        return "", request.public_raw_path  # nothing says where a root path ends
    if source.name in DECODED_PATH:
        return request.root_path, raw_path_from_decoded(request.path)
    return request.root_path, request.raw_path


def _query(source: Source, front: Front, query: str) -> str:
    if source.name in ("http_api", "function_url", "vpc_lattice"):
        return query
    if source.name in DECODED_QUERY:
        return urlencode(_grouped(parse_qsl(query, keep_blank_values=True, errors="replace")))
    parts = [part.partition("=") for part in query.split("&") if part]
    pairs = _of_maps(front, [(name, value) for name, _, value in parts])
    return "&".join(f"{name}={value}" for name, value in pairs)


def _body(source: Source, front: Front, request: Request) -> bytes:
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if source.name == "rest_api":
        types = front.binary_media_types
        text = not {"*/*", kind or "application/json", kind.partition("/")[0] + "/*"} & set(types)
    else:
        text = kind.startswith("text/") or kind in TEXT_TYPES
        text = text and not request.header("content-encoding")
    return request.body.decode("utf-8", "replace").encode() if text else request.body


def _headers(source: Source, front: Front, request: Request, body: bytes) -> Headers:
    rest = source.name == "rest_api"
    lattice = source.name in LATTICE
    gone = HOP_BY_HOP + (NOT_PASSED_ON if rest else [])
    gone += ["x-forwarded-for", *IDENTITY] if lattice else THE_GATEWAYS
    headers = [pair for pair in request.headers if pair[0] not in [*gone, "content-length"]]
    had_length = not rest and request.header("content-length") is not None
    hops = [value for name, value in request.headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    if ", ".join(hops):
        headers.append(("x-forwarded-for", ", ".join(hops)))
    if not lattice:
        headers.append(("x-forwarded-port", str(request.server[1])))
        headers.append(("x-forwarded-proto", request.scheme))
    if source.name in ("http_api", "function_url"):
        headers = _joined(headers)
    elif source.name == "vpc_lattice_v1":
        names = dict.fromkeys(name for name, _ in headers)
        headers = [(name, ", ".join(v for n, v in headers if n == name)) for name in names]
    else:
        headers = _of_maps(front, headers, source.name == "load_balancer")
    cookies = [value for name, value in headers if name == "cookie"]
    headers = [pair for pair in headers if pair[0] != "cookie"]
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    if body or had_length:
        headers.append(("content-length", str(len(body))))
    return headers


def _joined(headers: Headers) -> Headers:
    """Payload 2.0: one value a name; cookies are split, and the empty ones are gone."""
    names = dict.fromkeys(name for name, _ in headers if name != "cookie")
    joined = [(name, ",".join(v for n, v in headers if n == name)) for name in names]
    crumbs = [crumb for n, v in headers if n == "cookie" for crumb in v.split("; ") if crumb]
    return joined + ([("cookie", "; ".join(crumbs))] if crumbs else [])


def _of_maps(front: Front, pairs: Headers, balanced: bool = True) -> Headers:
    """Maps of lists keep every value beside the first of its name; a map of strings the last."""
    grouped = _grouped(pairs)
    return grouped if front.multi_value or not balanced else list(dict(grouped).items())


def _grouped(pairs: Headers) -> Headers:
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, value) for name in names for n, value in pairs if n == name]


def _server(source: Source, request: Request) -> tuple[str, int]:
    """What Host says, else what the event does; the port is X-Forwarded-Port's."""
    host, port = request.header("host"), request.server[1]
    if source.name in LATTICE:
        port = 443  # of the scheme that is assumed
    if host:
        name, _, digits = host.rpartition(":") if host[-1] != "]" else (host, "", "")
        return (name, int(digits)) if name and digits else (host, port)
    if source.name in ("load_balancer", *LATTICE):
        return "localhost", port
    if source.name == "function_url":
        return "local.lambda-url.us-east-1.on.aws", port
    return request.server[0], port


def what_returns(source: Source, front: Front, request: Request, reply: Reply) -> Reply:
    """The reply less what the source loses on the way back, plus what the platform adds."""
    if source.name == "cloudfront":
        return what_returns_from_the_edge(front, request, reply)
    if source.name == "openwhisk":
        return what_returns_from_an_action(reply)
    named = [value for name, value in reply.headers if name == "connection"]
    gone = {name.strip().lower() for value in named for name in value.split(",")}
    gone |= {*HOP_BY_HOP, "content-length"}
    headers = [pair for pair in reply.headers if pair[0] not in gone]
    body, text = reply.body, not reply.body or (reply.text and _is_utf_8(reply.body))
    reason = ""
    if source.name in ("http_api", "function_url"):
        cookies = [pair for pair in headers if pair[0] == "set-cookie"]
        headers = cookies + _joined_replies([p for p in headers if p[0] != "set-cookie"])
    elif source.name == "load_balancer":
        headers = _grouped(headers) if front.multi_value else _joined_replies(headers)
        reason = reply.reason or _phrase(reply.status)
    elif source.name in LATTICE:
        headers = _joined_replies(headers)
    else:
        headers = _grouped(headers)
    if source.name == "rest_api":
        headers = [
            (f"x-amzn-remapped-{name}" if name in REMAPPED else name, value)
            for name, value in headers
            if name not in NOT_RETURNED
        ]
        if not text and not _negotiated(front, request):
            body = base64.b64encode(body)
    adds_type = source.name not in ("load_balancer", *LATTICE)
    if adds_type and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Reply(reply.status, headers, body, text, reason)


def _negotiated(front: Front, request: Request) -> bool:
    accept = (request.header("accept") or "").partition(",")[0].partition(";")[0].strip().lower()
    return bool({"*/*", accept, accept.partition("/")[0] + "/*"} & {*front.binary_media_types})


def _joined_replies(headers: Headers) -> Headers:
    """One value a name, but for Set-Cookie."""
    joined: Headers = []
    for name, value in headers:
        names = [known for known, _ in joined]
        if name == "set-cookie" or name not in names:
            joined.append((name, value))
        else:
            at = names.index(name)
            joined[at] = (name, f"{joined[at][1]}, {value}")
    return joined


def _is_utf_8(body: bytes) -> bool:
    return body.decode("utf-8", "ignore").encode() == body


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")
