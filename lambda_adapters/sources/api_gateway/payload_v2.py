"""Payload format 2.0, which HTTP APIs and Function URLs send.

Sources:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
and docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
"""

import json
from typing import TYPE_CHECKING, Any

from lambda_adapters.http.body import (
    body_from_event,
    encode_body,
    encode_event_body,
    is_sent_as_text,
)
from lambda_adapters.http.forwarded import address_of, endpoint_of, forward_headers
from lambda_adapters.http.headers import joined_map, pairs_from_map, remove_hop_by_hop
from lambda_adapters.http.messages import Headers, Reply, Request
from lambda_adapters.http.request_headers import headers_from_map
from lambda_adapters.http.urls import (
    clean_query,
    decoded_pairs,
    path_from_raw,
    query_from_decoded,
)
from lambda_adapters.sources.event_fields import (
    OTHER_CONTEXT_KEYS,
    OTHER_EVENT_KEYS,
    method_of,
    path_of,
    text_pairs,
)
from lambda_adapters.sources.source import Event, Response

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front


def matches(function_url: bool, event: Any) -> bool:
    """Whether the event has format 2.0, from a Function URL or else from an HTTP API:
    `requestContext.http`, and no other service's key.

    VPC Lattice has `version` 2.0 too; authorizers and load balancers can have `http` too. Only the
    domain distinguishes a Function URL from an HTTP API; clients can forge the Host header.
    """
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict) or not isinstance(context.get("http"), dict):
        return False
    domain = context.get("domainName")
    is_function_url = isinstance(domain, str) and ".lambda-url." in domain
    return (
        is_function_url is function_url
        and event.keys().isdisjoint(OTHER_EVENT_KEYS)
        and context.keys().isdisjoint(OTHER_CONTEXT_KEYS)
    )


def raw_path_of(event: Event) -> str:
    """Return `rawPath` with a leading slash; the context's path if an emulator sends none."""
    path = event.get("rawPath")
    if isinstance(path, str):
        return path if path.startswith("/") else "/" + path
    return path_of(event["requestContext"]["http"].get("path"))


def request_from_payload(event: Event, root_path: str, raw_path: str) -> Request:
    """Return the request. The source has split the path into `root_path` and `raw_path`."""
    context = event["requestContext"]
    http = context["http"]
    body = event.get("body")
    body = body_from_event(body, event.get("isBase64Encoded")) if body else b""
    query = event.get("rawQueryString")
    if not isinstance(query, str):
        query = _query_of(event)
    elif query:
        query = clean_query(query)
    headers, endpoint_headers = headers_from_map(event.get("headers"), event.get("cookies"), body)
    scheme, server, version = endpoint_of(
        endpoint_headers, context.get("domainName"), http.get("protocol"), "https"
    )
    return Request(  # by position: keywords take three times as long
        method_of(http.get("method")),
        scheme,
        root_path,
        path_from_raw(raw_path) if "%" in raw_path else raw_path,
        raw_path,
        query,
        headers,
        body,
        address_of(http.get("sourceIp")),
        server,
        version,
    )


def _query_of(event: Event) -> str:
    """Return the query of a hand-made event, which may only have the decoded map."""
    return query_from_decoded(text_pairs(pairs_from_map(event.get("queryStringParameters"))))


def event_from_parts(request: Request, front: "Front", raw_path: str, path: str) -> Event:
    """Return the event: `raw_path` at the top, `path` in the context, empty keys left out."""
    from datetime import UTC, datetime  # only the local tools make events
    from uuid import uuid4

    headers = forward_headers(request)
    cookies = [part for n, v in headers if n == "cookie" for part in v.split("; ") if part]
    now = datetime.now(UTC)
    route_key = "$default" if front.route == "/{proxy+}" else f"ANY {front.route}"
    event: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": raw_path,
        "rawQueryString": request.query,
        "headers": joined_map([pair for pair in headers if pair[0] != "cookie"], ","),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": request.server[0],
            "domainPrefix": request.server[0].partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": request.client[0] if request.client else "",
                "userAgent": request.header("user-agent") or "",
            },
            "requestId": str(uuid4()),
            "routeKey": route_key,
            "stage": front.stage or "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = joined_map(decoded_pairs(request.query), ",")
    if front.parameters:
        event["pathParameters"] = {name: path_from_raw(value) for name, value in front.parameters}
    if request.body:
        text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
        event["body"], event["isBase64Encoded"] = encode_event_body(request.body, text)
    return event


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Return the response. Set-Cookie has its own list: it must not be joined (RFC 9110 §5.3)."""
    body, encoded = encode_body(reply)
    response: Response = {
        "statusCode": reply.status,
        "headers": reply.header_map,
        "body": body,
        "isBase64Encoded": encoded,
    }
    if reply.header_map is None or "set-cookie" in reply.header_map:
        headers = remove_hop_by_hop(reply.headers)
        response["headers"] = joined_map([p for p in headers if p[0] != "set-cookie"], ", ")
        cookies = [value for name, value in headers if name == "set-cookie"]
        if cookies:
            response["cookies"] = cookies
    return response


def reply_from_payload(response: Any) -> Reply | None:
    """Return the reply as both platforms build it; None if they would refuse the response.

    Without `statusCode` the whole value is the body: a string unchanged, other values as JSON.
    """
    from lambda_adapters.sources import response_parsing as parsing

    if not isinstance(response, dict) or "statusCode" not in response:
        try:
            text = response if isinstance(response, str) else json.dumps(response)
        except (RecursionError, TypeError, ValueError):
            return None  # Lambda's runtime could not send it either
        return parsing.add_content_type(Reply(200, [], text.encode("utf-8", "replace"), True))
    status = parsing.parse_status(response["statusCode"])
    headers = parsing.parse_headers(response.get("headers"))
    cookies: Headers | None = []
    if response.get("cookies") is not None:
        lists = {"set-cookie": response["cookies"]}
        cookies = parsing.parse_header_lists(lists, strings_only=True)
    encoded = response.get("isBase64Encoded") is True
    body = parsing.parse_body(response, encoded=encoded)
    if status is None or headers is None or cookies is None or body is None:
        return None
    kept = [pair for pair in headers if pair[0] != "content-length"]
    return parsing.add_content_type(Reply(status, cookies + kept, body, not encoded))
