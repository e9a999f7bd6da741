"""CloudFront with Lambda@Edge: the two request triggers, where the function answers the client.

Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html,
lambda-generating-http-responses-in-requests.html and edge-functions-restrictions.html.

Kept as sent: path and query, with their percent-encoding; a root path becomes part of the path.
Lost: the order of different headers if one is repeated, the HTTP version; Expect,
X-Forwarded-Proto, X-Real-IP and other headers that CloudFront reserves; the body of GET, HEAD and
OPTIONS, and of every request if the trigger has no "Include body"; the part of a body after the
first 40 KB (viewer-request) or 1 MB (origin-request), so such a request gets 413. A viewer-request
event also loses the scheme; its X-Forwarded-For is as the client sent it. An origin-request event
loses what the behaviour's policies leave out, and gets X-Forwarded-For, Via and
CloudFront-Forwarded-Proto.

A reply loses: the order of different headers, headers that CloudFront reserves or that functions
can only read (Via, Host, If-None-Match and others), the body of HEAD, 204 and 304.
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

# Bytes: the largest response, and the part of a body that a function gets
# (cloudfront-limits.html, lambda-at-edge-function-restrictions.html).
_LIMITS = {"viewer-request": 40 * 1024, "origin-request": 1024 * 1024}
# Keys of other services' events; CloudFront's events have only `Records`.
_OTHER_KEYS = frozenset(
    {"requestContext", "httpMethod", "raw_path", "__ow_method", "methodArn", "routeArn"}
)
# "Writable HTTP methods (POST, PUT, DELETE, and so on)", of the seven that CloudFront supports.
_WRITABLE = frozenset({"DELETE", "PATCH", "POST", "PUT"})
_BODILESS = frozenset({204, 304})


def matches(event: Any) -> bool:
    """Whether `Records[0].cf` has a request and no response: response triggers are not requests."""
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
    """Return `viewer-request` or another type; "" if missing, as in older console samples."""
    event_type = _config_in(cf).get("eventType")
    return event_type if isinstance(event_type, str) else ""


def _config_in(cf: dict[str, Any]) -> dict[str, Any]:
    config = cf.get("config")
    return config if isinstance(config, dict) else {}


def limit(event: Event) -> int:
    """Return 40 KB for viewer-request events and 1 MB for origin-request events, headers included;
    the smaller one if the type is unknown."""
    return _LIMITS.get(_event_type_in(_cf_in(event)), min(_LIMITS.values()))


def request_from_event(event: Event) -> Request:
    cf = _cf_in(event)
    edge_request = cf["request"]
    body = _body_in(edge_request)
    header_lists = edge_headers.values_from_items(edge_request.get("headers"))
    headers, (host, _, _) = headers_from_lists(header_lists, body)
    raw_path = clean_raw_path(path_of(edge_request.get("uri")))
    query = edge_request.get("querystring")
    request = Request(
        method=method_of(edge_request.get("method")),
        path=path_from_raw(raw_path),
        raw_path=raw_path,
        query=clean_query(query) if isinstance(query, str) else "",
        headers=headers,
        body=body,
        client=address_of(edge_request.get("clientIp")),
    )
    # CloudFront sets it after the viewer-request trigger; until then it can only be the client's.
    in_viewer = _event_type_in(cf) == "viewer-request"
    proto = None if in_viewer else request.header("cloudfront-forwarded-proto")
    request.scheme = scheme_of(proto, "https")
    domain = _config_in(cf).get("distributionDomainName")
    request.server = server_of(host, None, request.scheme, domain)
    return request


def _body_in(edge_request: dict[str, Any]) -> bytes:
    """Return the body. Raises BadRequest if CloudFront truncated it (413) or it is not base64."""
    body = edge_request.get("body")
    if not isinstance(body, dict):
        return body_from_event(body, False)
    truncated = body.get("inputTruncated")
    if truncated and truncated != "false":
        raise BadRequest(
            "CloudFront passed on only the beginning of the request's body (inputTruncated), so "
            "the request was refused. A viewer-request trigger gets 40 KB, an origin-request "
            "trigger 1 MB. Next: use an origin-request trigger, or let clients upload to S3.",
            413,
        )
    data = body.get("data")
    if not isinstance(data, str) or body.get("encoding") == "text":
        return body_from_event(data, False)
    try:
        return decode_base64(data)  # "CloudFront always base64 encodes the request body"
    except ValueError:
        raise BadRequest(
            "Expected base64 as data of the event's body, as CloudFront sends it, got text that is "
            "not base64. The request was refused. Next: check what wrote the event; a test may set "
            'the encoding to "text".'
        ) from None


def event_from_request(request: Request, front: "Front") -> Event:
    from secrets import token_urlsafe  # only the local tools make events

    edge_request: dict[str, Any] = {
        "clientIp": request.client[0] if request.client else "",
        "headers": edge_headers.items_from_headers(
            edge_headers.forward_headers(request, front.event_type)
        ),
        "method": request.method,
        "querystring": request.query,
        "uri": request.public_raw_path,
    }
    if front.event_type == "origin-request":
        edge_request["origin"] = {
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
        edge_request["body"] = {
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
    return {"Records": [{"cf": {"config": config, "request": edge_request}}]}


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Return the response, without an empty `body`: a 204 that has one would be refused."""
    headers = edge_headers.remove_refused(reply.headers, _event_type_in(_cf_in(event)))
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
    """Return the reply after the checks of "Generate HTTP responses in request triggers". A request
    that the handler returns to let CloudFront continue is refused too: there is no origin here."""
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
    """Return a status of 200 to 599 that is written as text; None for others."""
    from lambda_adapters.sources.response_parsing import parse_status

    status = parse_status(value) if isinstance(value, str) else None
    return status if status is not None and 200 <= status <= 599 else None


def refusal() -> Reply:
    """Return CloudFront's answer to an invalid response. If a function raises, it answers 503."""
    page = "<html><head><title>ERROR: The request could not be satisfied</title></head>"
    page += "<body><h1>502 ERROR</h1><h2>The request could not be satisfied.</h2></body></html>\n"
    return Reply(502, [("content-type", "text/html")], page.encode(), True)
