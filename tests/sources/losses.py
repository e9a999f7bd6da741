"""What each source loses or adds: the expected request and reply of a round trip.

The functions implement the lists in the docstrings of the sources a second time.
"""

import base64
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlencode

from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.messages import Headers
from lambda_adapters.http.urls import raw_path_from_decoded
from lambda_adapters.sources.source import Source
from tests.sources.cloudfront_losses import expected_cloudfront_reply, expected_cloudfront_request
from tests.sources.openwhisk_losses import expected_openwhisk_reply, expected_openwhisk_request

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
# REST APIs: headers that do not reach the function, and headers that do not reach the client.
DROPPED_REQUEST_HEADERS = ["content-md5", "expect", "max-forwards", "server", "www-authenticate"]
DROPPED_REPLY_HEADERS = ["expect", "host", "via"]
REMAPPED_HEADERS = ["authorization", "content-md5", "date", "max-forwards", "server", "user-agent"]
REMAPPED_HEADERS += ["www-authenticate"]
# The gateway always writes these headers itself.
GATEWAY_HEADERS = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]
TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
# VPC Lattice drops these request headers: it writes the caller's identity into them.
IDENTITY_HEADERS = [
    "x-amzn-lattice-identity",
    "x-amzn-lattice-identity-tags",
    "x-amzn-lattice-network",
]
IDENTITY_HEADERS += ["x-amzn-lattice-target"]
LATTICE = ("vpc_lattice", "vpc_lattice_v1")
DECODED_QUERY = ("rest_api", "http_api_v1")
DECODED_PATH = ("http_api", "http_api_v1")


def expected_request(source: Source, front: Front, request: Request) -> Request:
    """The request that an app gets: without what the source loses, with what the gateway adds.

    It has no trace id.
    """
    if source.name == "cloudfront":
        return expected_cloudfront_request(front, request)
    if source.name == "openwhisk":
        return expected_openwhisk_request(request)
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


def normalize_request(source: Source, request: Request) -> Request:
    """The request without the random trace id, and with one spelling of an equal query."""
    headers = request.headers
    if source.name not in ("cloudfront", *LATTICE):  # these add no trace id
        headers = [pair for pair in headers if pair[0] != "x-amzn-trace-id"]
    query = request.query
    if source.name in DECODED_QUERY:
        query = urlencode(parse_qsl(query, keep_blank_values=True))
    return request.replace(headers=headers, query=query)


def _root_and_path(source: Source, front: Front, request: Request) -> tuple[str, str]:
    if source.name in ("function_url", "load_balancer", *LATTICE):
        return "", request.public_raw_path  # the event does not show where the root path ends
    if source.name in DECODED_PATH:
        return request.root_path, raw_path_from_decoded(request.path)
    return request.root_path, request.raw_path


def _query(source: Source, front: Front, query: str) -> str:
    if source.name in ("http_api", "function_url", "vpc_lattice"):
        return query
    if source.name in DECODED_QUERY:
        return urlencode(_group_by_name(parse_qsl(query, keep_blank_values=True, errors="replace")))
    parts = [part.partition("=") for part in query.split("&") if part]
    pairs = _pairs_from_maps(front, [(name, value) for name, _, value in parts])
    return "&".join(f"{name}={value}" for name, value in pairs)


def _body(source: Source, front: Front, request: Request) -> bytes:
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if source.name == "rest_api":
        types = front.binary_media_types
        text = not {
            "*/*",
            media_type or "application/json",
            media_type.partition("/")[0] + "/*",
        } & set(types)
    else:
        text = media_type.startswith("text/") or media_type in TEXT_TYPES
        text = text and not request.header("content-encoding")
    return request.body.decode("utf-8", "replace").encode() if text else request.body


def _headers(source: Source, front: Front, request: Request, body: bytes) -> Headers:
    rest = source.name == "rest_api"
    lattice = source.name in LATTICE
    dropped = HOP_BY_HOP + (DROPPED_REQUEST_HEADERS if rest else [])
    dropped += ["x-forwarded-for", *IDENTITY_HEADERS] if lattice else GATEWAY_HEADERS
    headers = [pair for pair in request.headers if pair[0] not in [*dropped, "content-length"]]
    had_length = not rest and request.header("content-length") is not None
    addresses = [value for name, value in request.headers if name == "x-forwarded-for"]
    addresses += [request.client[0]] if request.client else []
    if ", ".join(addresses):
        headers.append(("x-forwarded-for", ", ".join(addresses)))
    if not lattice:
        headers.append(("x-forwarded-port", str(request.server[1])))
        headers.append(("x-forwarded-proto", request.scheme))
    if source.name in ("http_api", "function_url"):
        headers = _join_headers(headers)
    elif source.name == "vpc_lattice_v1":
        names = dict.fromkeys(name for name, _ in headers)
        headers = [(name, ", ".join(v for n, v in headers if n == name)) for name in names]
    else:
        headers = _pairs_from_maps(front, headers, source.name == "load_balancer")
    cookies = [value for name, value in headers if name == "cookie"]
    headers = [pair for pair in headers if pair[0] != "cookie"]
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    if body or had_length:
        headers.append(("content-length", str(len(body))))
    return headers


def _join_headers(headers: Headers) -> Headers:
    """Payload 2.0: one value for each name. Cookies are split, and empty ones dropped."""
    names = dict.fromkeys(name for name, _ in headers if name != "cookie")
    joined = [(name, ",".join(v for n, v in headers if n == name)) for name in names]
    cookies = [cookie for n, v in headers if n == "cookie" for cookie in v.split("; ") if cookie]
    return joined + ([("cookie", "; ".join(cookies))] if cookies else [])


def _pairs_from_maps(front: Front, pairs: Headers, single_mode: bool = True) -> Headers:
    """A map of lists keeps all values, grouped by name. A map of strings keeps the last value."""
    grouped = _group_by_name(pairs)
    return grouped if front.multi_value or not single_mode else list(dict(grouped).items())


def _group_by_name(pairs: Headers) -> Headers:
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, value) for name in names for n, value in pairs if n == name]


def _server(source: Source, request: Request) -> tuple[str, int]:
    """The host of the Host header or of the event, and the port of X-Forwarded-Port."""
    host, port = request.header("host"), request.server[1]
    if source.name in LATTICE:
        port = 443  # the default port of https
    if host:
        name, _, digits = host.rpartition(":") if host[-1] != "]" else (host, "", "")
        return (name, int(digits)) if name and digits else (host, port)
    if source.name in ("load_balancer", *LATTICE):
        return "localhost", port
    if source.name == "function_url":
        return "local.lambda-url.us-east-1.on.aws", port
    return request.server[0], port


def expected_reply(source: Source, front: Front, request: Request, reply: Reply) -> Reply:
    """The reply that the client gets: without what the source loses, with what AWS adds."""
    if source.name == "cloudfront":
        return expected_cloudfront_reply(front, request, reply)
    if source.name == "openwhisk":
        return expected_openwhisk_reply(reply)
    connection_values = [value for name, value in reply.headers if name == "connection"]
    dropped = {name.strip().lower() for value in connection_values for name in value.split(",")}
    dropped |= {*HOP_BY_HOP, "content-length"}
    headers = [pair for pair in reply.headers if pair[0] not in dropped]
    body, text = reply.body, not reply.body or (reply.text and _is_utf_8(reply.body))
    reason = ""
    if source.name in ("http_api", "function_url"):
        cookies = [pair for pair in headers if pair[0] == "set-cookie"]
        headers = cookies + _join_reply_headers([p for p in headers if p[0] != "set-cookie"])
    elif source.name == "load_balancer":
        headers = _group_by_name(headers) if front.multi_value else _join_reply_headers(headers)
        reason = reply.reason or _phrase(reply.status)
    elif source.name in LATTICE:
        headers = _join_reply_headers(headers)
    else:
        headers = _group_by_name(headers)
    if source.name == "rest_api":
        headers = [
            (f"x-amzn-remapped-{name}" if name in REMAPPED_HEADERS else name, value)
            for name, value in headers
            if name not in DROPPED_REPLY_HEADERS
        ]
        if not text and not _accepts_binary(front, request):
            body = base64.b64encode(body)
    adds_type = source.name not in ("load_balancer", *LATTICE)
    if adds_type and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Reply(reply.status, headers, body, text, reason)


def _accepts_binary(front: Front, request: Request) -> bool:
    accept = (request.header("accept") or "").partition(",")[0].partition(";")[0].strip().lower()
    return bool({"*/*", accept, accept.partition("/")[0] + "/*"} & {*front.binary_media_types})


def _join_reply_headers(headers: Headers) -> Headers:
    """One value for each name, except for Set-Cookie."""
    joined: Headers = []
    for name, value in headers:
        names = [first for first, _ in joined]
        if name == "set-cookie" or name not in names:
            joined.append((name, value))
        else:
            at = names.index(name)
            joined[at] = (name, f"{joined[at][1]}, {value}")
    return joined


def _is_utf_8(body: bytes) -> bool:
    return body.decode("utf-8", "ignore").encode() == body


def _phrase(status: int) -> str:
    return next((each.phrase for each in HTTPStatus if each == status), "")
