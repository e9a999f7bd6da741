"""Payload format 2.0, as HTTP APIs and Function URLs send it.

Sources:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
and docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
"""

import json
from typing import Any

from lambda_adapters.http.body import (
    body_from_event,
    encode_body,
    encode_event_body,
    is_sent_as_text,
)
from lambda_adapters.http.forwarded import address_of, endpoint_of, with_forwarded
from lambda_adapters.http.headers import (
    pairs_from_map,
    remove_hop_by_hop,
    request_headers_from_map,
    single_map,
    text_of,
)
from lambda_adapters.http.messages import Headers, Reply, Request
from lambda_adapters.http.urls import (
    clean_query,
    decoded_pairs,
    not_in_query,
    path_from_raw,
    query_from_decoded,
)
from lambda_adapters.sources.api_gateway.payload_v1 import method_of
from lambda_adapters.sources.response_parsing import (
    add_content_type,
    parse_body,
    parse_header_lists,
    parse_headers,
    parse_status,
)
from lambda_adapters.sources.source import Event, Front, Response, is_foreign


def matches(event: Any, function_url: bool) -> bool:
    """Whether this is format 2.0: `requestContext.http`, and no other service's mark.

    VPC Lattice also says `version` 2.0, authorizers and load balancers can hold `http` too. Only
    the domain tells a Function URL from an HTTP API; the Host header may be anyone's.
    """
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict) or not isinstance(context.get("http"), dict):
        return False
    domain = context.get("domainName")
    is_url = isinstance(domain, str) and ".lambda-url." in domain
    return is_url is function_url and not is_foreign(event, context)


def path_of(event: Event) -> str:
    """`rawPath`, or where an emulator has none the context's, with its leading slash."""
    path = event.get("rawPath")
    if not isinstance(path, str):
        path = event["requestContext"]["http"].get("path")
    if not isinstance(path, str):
        return "/"
    return path if path.startswith("/") else "/" + path


def query_of(event: Event) -> str:
    """`rawQueryString` as sent; a hand-made event may only have the decoded map."""
    query = event.get("rawQueryString")
    if isinstance(query, str):
        return query if not_in_query(query) is None else clean_query(query)
    pairs = pairs_from_map(event.get("queryStringParameters"))
    return query_from_decoded([(n, "" if v is None else text_of(v)) for n, v in pairs])


def request_of(event: Event, root_path: str, raw_path: str) -> Request:
    """The request, once its source has told where the path is and what the root is."""
    context = event["requestContext"]
    http = context["http"]
    body = event.get("body")
    if body:
        body = body_from_event(body, event.get("isBase64Encoded"))
    else:
        body = b""
    headers, forwarded = request_headers_from_map(event.get("headers"), event.get("cookies"), body)
    scheme, server, version = endpoint_of(
        forwarded, context.get("domainName"), http.get("protocol"), "https"
    )
    return Request(  # by position: keywords take three times as long
        method_of(http.get("method")),
        scheme,
        root_path,
        path_from_raw(raw_path) if "%" in raw_path else raw_path,
        raw_path,
        query_of(event),
        headers,
        body,
        address_of(http.get("sourceIp")),
        server,
        version,
    )


def event_of(request: Request, front: Front, raw_path: str, path: str) -> Event:
    """The event: `raw_path` at the top, `path` in the context; empty keys are left out."""
    from datetime import UTC, datetime  # only where events are made, not on Lambda
    from uuid import uuid4

    headers = with_forwarded(request)
    cookies = [crumb for n, v in headers if n == "cookie" for crumb in v.split("; ") if crumb]
    now = datetime.now(UTC)
    client = request.client[0] if request.client else ""
    route_key = "$default" if front.route == "/{proxy+}" else f"ANY {front.route}"
    event: Event = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": raw_path,
        "rawQueryString": request.query,
        "headers": single_map([pair for pair in headers if pair[0] != "cookie"], ","),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": request.server[0],
            "domainPrefix": request.server[0].partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.http_version}",
                "sourceIp": client,
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
        event["queryStringParameters"] = single_map(decoded_pairs(request.query), ",")
    if front.parameters:
        event["pathParameters"] = dict(front.parameters)
    if request.body:
        text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
        event["body"], event["isBase64Encoded"] = encode_event_body(request.body, text)
    return event


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Set-Cookie in its own list, since it alone must not be joined (RFC 9110 §5.3)."""
    body, encoded = encode_body(reply)
    single = reply.single
    cookies: list[str] | None = None
    if single is None:
        headers = remove_hop_by_hop(reply.headers)
        single = single_map(headers, ", ")
        cookies = [value for name, value in headers if name == "set-cookie"]
    response: Response = {
        "statusCode": reply.status,
        "headers": single,
        "body": body,
        "isBase64Encoded": encoded,
    }
    cookie = single.pop("set-cookie", None)
    if cookie is not None:
        response["cookies"] = cookies or [cookie]
    return response


def reply_of(response: Any) -> Reply | None:
    """The reply as both platforms build it; None where they would refuse the response.

    Without `statusCode` the whole value is the body: strings bare, the rest as JSON.
    """
    if not isinstance(response, dict) or "statusCode" not in response:
        try:
            text = response if isinstance(response, str) else json.dumps(response)
        except (RecursionError, TypeError, ValueError):
            return None  # Lambda's runtime could not send it either
        return add_content_type(Reply(200, [], text.encode("utf-8", "replace"), True))
    status = parse_status(response["statusCode"])
    headers = parse_headers(response.get("headers"))
    cookies = _cookies_from(response.get("cookies"))
    encoded = response.get("isBase64Encoded") is True
    body = parse_body(response, encoded=encoded)
    if status is None or headers is None or cookies is None or body is None:
        return None
    kept = [pair for pair in headers if pair[0] != "content-length"]
    return add_content_type(Reply(status, cookies + kept, body, not encoded))


def _cookies_from(cookies: object) -> Headers | None:
    if cookies is None:
        return []
    return parse_header_lists({"set-cookie": cookies}, strings_only=True)
