"""CloudFront with Lambda@Edge: the two request triggers, whose function answers the client itself.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html,
lambda-generating-http-responses-in-requests.html and edge-functions-restrictions.html.

As sent: path and query, percent-encoding untouched; a root path becomes part of the path. Lost:
the order of different headers where one is repeated, the HTTP version; Expect, X-Forwarded-Proto,
X-Real-IP and other headers that CloudFront keeps to itself; the body of GET, HEAD and OPTIONS, and
of any request whose trigger has no "Include body"; what is behind the first 40 KB (viewer-request)
or 1 MB (origin-request) of a body, which is why such a request gets 413. In a viewer-request event
the scheme as well; X-Forwarded-For is as the client sent it. In an origin-request event whatever
the behaviour's policies leave out. Added there: X-Forwarded-For, Via, CloudFront-Forwarded-Proto.

Of a reply, lost: the order of different headers, headers that CloudFront keeps to itself or lets
functions only read (Via, Host, If-None-Match and others), the body of HEAD, 204 and 304.
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.body import body_from_event, encode_body
from lambda_adapters.http.forwarded import address_of, scheme_of, server_of
from lambda_adapters.http.headers import is_safe_value
from lambda_adapters.http.messages import Reply, Request, phrase_of
from lambda_adapters.http.request_headers import headers_from_lists
from lambda_adapters.http.urls import clean_query, clean_raw_path, path_from_raw
from lambda_adapters.sources.cloudfront import edge_headers
from lambda_adapters.sources.event_fields import method_of, path_of
from lambda_adapters.sources.source import Event, Response

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "cloudfront"

# Both for what a function may answer and for how much of a body it is given
# (cloudfront-limits.html, lambda-at-edge-function-restrictions.html).
_LIMITS = {"viewer-request": 40 * 1024, "origin-request": 1024 * 1024}
# Keys that other envelopes have; CloudFront's has `Records` alone.
_OTHER_KEYS = frozenset(
    {"requestContext", "httpMethod", "raw_path", "__ow_method", "methodArn", "routeArn"}
)
# "Writable HTTP methods (POST, PUT, DELETE, and so on)": of the seven that CloudFront knows.
_WRITABLE = frozenset({"DELETE", "PATCH", "POST", "PUT"})
_BODILESS = frozenset({204, 304})


def matches(event: Any) -> bool:
    """`Records[0].cf` with a request and no response: response triggers bring no web requests."""
    cf = _cf_in(event)
    return (
        isinstance(cf.get("request"), dict)
        and cf.get("response") is None
        and _event_type_in(cf) in ("", *_LIMITS)
        and event.keys().isdisjoint(_OTHER_KEYS)
    )


def _cf_in(event: Any) -> dict[str, Any]:
    records = event.get("Records") if isinstance(event, dict) else None
    first = records[0] if isinstance(records, list) and records else None
    cf = first.get("cf") if isinstance(first, dict) else None
    return cf if isinstance(cf, dict) else {}


def _event_type_in(cf: dict[str, Any]) -> str:
    """`viewer-request` or another; "" where nothing says, as in the consoles' older samples."""
    event_type = _config_in(cf).get("eventType")
    return event_type if isinstance(event_type, str) else ""


def _config_in(cf: dict[str, Any]) -> dict[str, Any]:
    config = cf.get("config")
    return config if isinstance(config, dict) else {}


def limit(event: Event) -> int:
    """40 KB in viewer-request events, 1 MB in origin-request events, headers included; where
    nothing says which, the smaller."""
    return _LIMITS.get(_event_type_in(_cf_in(event)), min(_LIMITS.values()))


def request_from_event(event: Event) -> Request:
    cf = _cf_in(event)
    sent = cf["request"]
    body = _body_in(sent)
    headers, called = headers_from_lists(edge_headers.values_from_items(sent.get("headers")), body)
    raw_path = clean_raw_path(path_of(sent.get("uri")))
    query = sent.get("querystring")
    request = Request(
        method=method_of(sent.get("method")),
        path=path_from_raw(raw_path),
        raw_path=raw_path,
        query=clean_query(query) if isinstance(query, str) else "",
        headers=headers,
        body=body,
        client=address_of(sent.get("clientIp")),
    )
    # CloudFront writes it behind the viewer-request trigger; before, it can only be the client's.
    in_viewer = _event_type_in(cf) == "viewer-request"
    proto = None if in_viewer else request.header("cloudfront-forwarded-proto")
    request.scheme = scheme_of(proto, "https")
    domain = _config_in(cf).get("distributionDomainName")
    request.server = server_of(called[0], None, request.scheme, domain)
    return request


def _body_in(sent: dict[str, Any]) -> bytes:
    """BadRequest for a body that CloudFront cut off (413), and for one that cannot be read."""
    body = sent.get("body")
    if not isinstance(body, dict):
        return body_from_event(body, False)
    truncated = body.get("inputTruncated")
    if truncated and truncated != "false":
        raise BadRequest(
            "CloudFront passed on only the beginning of the request's body (inputTruncated), so "
            "the request was refused. A viewer-request trigger gets 40 KB, an origin-request "
            "trigger 1 MB: attach the function to the latter, or have clients upload to S3.",
            413,
        )
    data = body.get("data")
    if not isinstance(data, str) or body.get("encoding") == "text":
        return body_from_event(data, False)
    try:
        return decode_base64(data)  # "CloudFront always base64 encodes the request body"
    except ValueError:
        raise BadRequest(
            "The data of the event's body is not base64, as CloudFront always has it: the request "
            'was refused. Check what wrote the event; a test may say "encoding": "text".'
        ) from None


def event_from_request(request: Request, front: "Front") -> Event:
    from secrets import token_urlsafe  # only where events are made, not on Lambda

    made: dict[str, Any] = {
        "clientIp": request.client[0] if request.client else "",
        "headers": edge_headers.items_from_headers(
            edge_headers.passed_on(request, front.event_type)
        ),
        "method": request.method,
        "querystring": request.query,
        "uri": request.public_raw_path,
    }
    if front.event_type == "origin-request":
        made["origin"] = {
            "custom": {
                "customHeaders": {},
                "domainName": "origin.example.com",
                "keepaliveTimeout": 5,
                "path": "",
                "port": 443,
                "protocol": "https",
                "readTimeout": 30,
                "sslProtocols": ["TLSv1.2"],
            }
        }
    if request.body and request.method in _WRITABLE:
        allowed = _LIMITS[front.event_type]
        made["body"] = {
            "action": "read-only",
            "data": encode_base64(request.body[:allowed]),
            "encoding": "base64",
            "inputTruncated": len(request.body) > allowed,
        }
    config = {
        "distributionDomainName": request.server[0],
        "distributionId": "LOCAL",
        "eventType": front.event_type,
        "requestId": token_urlsafe(40) + "==",
    }
    return {"Records": [{"cf": {"config": config, "request": made}}]}


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Without `body` where it is empty, lest a 204 be refused for having one."""
    headers = edge_headers.allowed_in_reply(reply.headers, _event_type_in(_cf_in(event)))
    response: Response = {
        "status": str(reply.status),
        "headers": edge_headers.items_from_headers(headers),
    }
    reason = reply.reason or phrase_of(reply.status)
    if reason:
        response["statusDescription"] = reason
    if reply.body:
        response["body"], encoded = encode_body(reply)
        response["bodyEncoding"] = "base64" if encoded else "text"
    return response


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    """The checks of "Generate HTTP responses in request triggers". A request that the handler
    returns for CloudFront to go on with is refused as well: here is no origin."""
    from lambda_adapters.sources.response_parsing import parse_body

    if not isinstance(response, dict) or any(value is None for value in response.values()):
        return refusal()
    encoding = response.get("bodyEncoding", "text")
    reason = response.get("statusDescription", "")
    status = _parse_status(response.get("status"))
    headers = edge_headers.headers_from_items(response.get("headers", {}))
    body = parse_body(response, encoded=encoding == "base64")
    if status is None or headers is None or body is None or encoding not in ("text", "base64"):
        return refusal()
    if not isinstance(reason, str) or not is_safe_value(reason):
        return refusal()
    if any(edge_headers.is_refused(name, front.event_type) for name, _ in headers):
        return refusal()
    if status == 204 and body and front.event_type == "viewer-request":
        return refusal()
    if request.method == "HEAD" or status in _BODILESS:
        body = b""
    return Reply(status, headers, body, encoding == "text", reason)


def _parse_status(value: object) -> int | None:
    """200 to 599, written as text."""
    from lambda_adapters.sources.response_parsing import parse_status

    status = parse_status(value) if isinstance(value, str) else None
    return status if status is not None and 200 <= status <= 599 else None


def refusal() -> Reply:
    """Its answer to what fails validation. Where a function raises, CloudFront answers 503."""
    page = "<html><head><title>ERROR: The request could not be satisfied</title></head>"
    page += "<body><h1>502 ERROR</h1><h2>The request could not be satisfied.</h2></body></html>\n"
    return Reply(502, [("content-type", "text/html")], page.encode(), True)
