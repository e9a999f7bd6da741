"""What CloudFront loses or adds: the expected request and reply of a round trip."""

from http import HTTPStatus
from urllib.parse import unquote

from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.headers import HOP_BY_HOP
from lambda_adapters.http.messages import Headers
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront

# CloudFront does not pass these headers to a function, and refuses a response that contains them.
DISALLOWED = ["expect", "x-cache", "x-forwarded-proto", "x-real-ip"]
DISALLOWED_PREFIXES = ("x-amz-cf-", "x-edge-")
READ_ONLY = {
    "viewer-request": ["host", "via"],
    "origin-request": ["accept-encoding", "if-modified-since", "if-none-match", "if-range", "via"],
}
PROTOCOLS = {"1.0": "1.0", "1.1": "1.1", "2": "2.0", "3": "3.0"}


def expected_cloudfront_request(front: Front, request: Request) -> Request:
    """The request that an app gets: without the headers that CloudFront drops, with those that it
    adds for an origin. A viewer-request event does not contain the scheme."""
    at_origin = front.event_type == "origin-request"
    scheme = request.scheme if at_origin else "https"
    body = request.body if request.method in ("DELETE", "PATCH", "POST", "PUT") else b""
    headers = _remove_disallowed(request.headers)
    if at_origin:
        headers = _add_origin_headers(headers, request)
    names = dict.fromkeys(name for name, _ in headers)
    groups = [(name, value) for name in names for n, value in headers if n == name]
    cookies = [value for name, value in groups if name == "cookie"]
    pairs = [pair for pair in groups if pair[0] not in ("cookie", "content-length")]
    pairs += [("cookie", "; ".join(cookies))] if cookies else []
    if body or request.header("content-length") is not None:
        pairs.append(("content-length", str(len(body))))
    return Request(
        method=request.method,
        scheme=scheme,
        path=unquote(request.public_raw_path),
        raw_path=request.public_raw_path,
        query=request.query,
        headers=pairs,
        body=body,
        client=(request.client[0], 0) if request.client else None,
        server=_server(request, 443 if scheme == "https" else 80),
    )


def _remove_disallowed(headers: Headers) -> Headers:
    dropped = {*HOP_BY_HOP, *DISALLOWED}
    return [
        pair
        for pair in headers
        if pair[0] not in dropped and not pair[0].startswith(DISALLOWED_PREFIXES)
    ]


def _add_origin_headers(headers: Headers, request: Request) -> Headers:
    """The headers with an origin request policy that passes all of them on."""
    addresses = [value for name, value in headers if name == "x-forwarded-for"]
    addresses += [request.client[0]] if request.client else []
    replaced = ("x-forwarded-for", "cloudfront-forwarded-proto")
    pairs = [pair for pair in headers if pair[0] not in replaced]
    pairs += [("x-forwarded-for", ", ".join(addresses))] if ", ".join(addresses) else []
    via = f"{PROTOCOLS[request.http_version]} local.cloudfront.net (CloudFront)"
    return [*pairs, ("cloudfront-forwarded-proto", request.scheme), ("via", via)]


def _server(request: Request, port: int) -> tuple[str, int]:
    host = request.header("host")
    if not host:
        return request.server[0], port
    name, _, digits = host.rpartition(":")
    return (name, int(digits)) if name and digits.isdigit() else (host, port)


def expected_cloudfront_reply(front: Front, request: Request, reply: Reply) -> Reply:
    """The reply that the client gets: without the headers that the adapter must leave out.

    CloudFront replies 502 to a status above 599, and to a 204 with a body from a viewer-request
    trigger.
    """
    at_viewer = front.event_type == "viewer-request"
    if reply.status > 599 or (reply.status == 204 and reply.body and at_viewer):
        return cloudfront.refusal()
    connection_values = [value for name, value in reply.headers if name == "connection"]
    dropped = {name.strip().lower() for value in connection_values for name in value.split(",")}
    dropped |= {"content-length", *READ_ONLY[front.event_type]}
    headers = [pair for pair in _remove_disallowed(reply.headers) if pair[0] not in dropped]
    names = dict.fromkeys(name for name, _ in headers)
    is_text = reply.text and reply.body.decode("utf-8", "ignore").encode() == reply.body
    return Reply(
        reply.status,
        [(name, value) for name in names for n, value in headers if n == name],
        b"" if request.method == "HEAD" or reply.status in (204, 304) else reply.body,
        is_text or not reply.body,
        reply.reason or next((s.phrase for s in HTTPStatus if s == reply.status), ""),
    )
