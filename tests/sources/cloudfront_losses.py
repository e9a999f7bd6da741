"""What CloudFront cannot carry: the functions that its round trips compare with."""

from http import HTTPStatus
from urllib.parse import unquote

from lambda_adapters import Front, Reply, Request
from lambda_adapters.http.headers import HOP_BY_HOP
from lambda_adapters.http.messages import Headers
from lambda_adapters.sources.cloudfront import lambda_edge as cloudfront

# Never shown to a function, and refused in its response, as these and two families of names are.
DISALLOWED = ["expect", "x-cache", "x-forwarded-proto", "x-real-ip"]
FAMILIES = ("x-amz-cf-", "x-edge-")
READ_ONLY = {
    "viewer-request": ["host", "via"],
    "origin-request": ["accept-encoding", "if-modified-since", "if-none-match", "if-range", "via"],
}
PROTOCOLS = {"1.0": "1.0", "1.1": "1.1", "2": "2.0", "3": "3.0"}


def what_arrives_at_the_edge(front: Front, request: Request) -> Request:
    """The request less what CloudFront keeps to itself, plus what it adds for an origin. To a
    viewer-request trigger nothing tells the scheme."""
    at_origin = front.event_type == "origin-request"
    scheme = request.scheme if at_origin else "https"
    body = request.body if request.method in ("DELETE", "PATCH", "POST", "PUT") else b""
    headers = _shown(request.headers)
    if at_origin:
        headers = _with_origins(headers, request)
    names = dict.fromkeys(name for name, _ in headers)
    grouped = [(name, value) for name in names for n, value in headers if n == name]
    cookies = [value for name, value in grouped if name == "cookie"]
    arrived = [pair for pair in grouped if pair[0] not in ("cookie", "content-length")]
    arrived += [("cookie", "; ".join(cookies))] if cookies else []
    if body or request.header("content-length") is not None:
        arrived.append(("content-length", str(len(body))))
    return Request(
        method=request.method,
        scheme=scheme,
        path=unquote(request.public_raw_path),
        raw_path=request.public_raw_path,
        query=request.query,
        headers=arrived,
        body=body,
        client=(request.client[0], 0) if request.client else None,
        server=_server(request, 443 if scheme == "https" else 80),
    )


def _shown(headers: Headers) -> Headers:
    gone = {*HOP_BY_HOP, *DISALLOWED}
    return [pair for pair in headers if pair[0] not in gone and not pair[0].startswith(FAMILIES)]


def _with_origins(headers: Headers, request: Request) -> Headers:
    """Under a policy that lets everything through."""
    hops = [value for name, value in headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    own = ("x-forwarded-for", "cloudfront-forwarded-proto")
    kept = [pair for pair in headers if pair[0] not in own]
    kept += [("x-forwarded-for", ", ".join(hops))] if ", ".join(hops) else []
    via = f"{PROTOCOLS[request.http_version]} local.cloudfront.net (CloudFront)"
    return [*kept, ("cloudfront-forwarded-proto", request.scheme), ("via", via)]


def _server(request: Request, port: int) -> tuple[str, int]:
    host = request.header("host")
    if not host:
        return request.server[0], port
    name, _, digits = host.rpartition(":")
    return (name, int(digits)) if name and digits.isdigit() else (host, port)


def what_returns_from_the_edge(front: Front, request: Request, reply: Reply) -> Reply:
    """The reply less what the adapter must leave out; CloudFront's 502 where it refuses the rest:
    for a status above 599, and for a 204 with a body by a viewer-request trigger."""
    at_viewer = front.event_type == "viewer-request"
    if reply.status > 599 or (reply.status == 204 and reply.body and at_viewer):
        return cloudfront.refusal()
    named = [value for name, value in reply.headers if name == "connection"]
    gone = {name.strip().lower() for value in named for name in value.split(",")}
    gone |= {"content-length", *READ_ONLY[front.event_type]}
    headers = [pair for pair in _shown(reply.headers) if pair[0] not in gone]
    names = dict.fromkeys(name for name, _ in headers)
    as_text = reply.text and reply.body.decode("utf-8", "ignore").encode() == reply.body
    return Reply(
        reply.status,
        [(name, value) for name in names for n, value in headers if n == name],
        b"" if request.method == "HEAD" or reply.status in (204, 304) else reply.body,
        as_text or not reply.body,
        reply.reason or next((s.phrase for s in HTTPStatus if s == reply.status), ""),
    )
