"""Payload format 2.0, as HTTP APIs and Function URLs send it.

Sources:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
and docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
"""

import json
from typing import Any

from lambda_events.body import bytes_from_event, placed, placed_in_event, sent_as_text
from lambda_events.forwarded import (
    address_of,
    endpoint_of,
    with_forwarded,
)
from lambda_events.headers import (
    headers_of_map,
    pairs_of,
    single_map,
    text_of,
    without_hops,
)
from lambda_events.messages import Headers, Reply, Request
from lambda_events.sources.front import Event, Front, Response, is_foreign
from lambda_events.sources.payload_v1 import method_of
from lambda_events.sources.reading import (
    body_from,
    headers_from,
    headers_from_lists,
    status_from,
    with_content_type,
)
from lambda_events.url import decoded_pairs, not_in_query, path_from_raw, query_as_sent, query_from_decoded


def sent(event: Any, function_url: bool) -> bool:
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
        return query if not_in_query(query) is None else query_as_sent(query)
    pairs = pairs_of(event.get("queryStringParameters"))
    return query_from_decoded([(n, "" if v is None else text_of(v)) for n, v in pairs])


def request_of(event: Event, root_path: str, raw_path: str) -> Request:
    """The request, once its source has told where the path is and what the root is."""
    context = event["requestContext"]
    http = context["http"]
    body = event.get("body")
    if body:
        body = bytes_from_event(body, event.get("isBase64Encoded"))
    else:
        body = b""
    headers, forwarded = headers_of_map(event.get("headers"), event.get("cookies"), body)
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
        text = sent_as_text(request.header("content-type"), request.header("content-encoding"))
        event["body"], event["isBase64Encoded"] = placed_in_event(request.body, text)
    return event


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Set-Cookie in its own list, since it alone must not be joined (RFC 9110 §5.3)."""
    body, encoded = placed(reply)
    single = reply.single
    cookies: list[str] | None = None
    if single is None:
        headers = without_hops(reply.headers)
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
        return with_content_type(Reply(200, [], text.encode("utf-8", "replace"), True))
    status = status_from(response["statusCode"])
    headers = headers_from(response.get("headers"))
    cookies = _cookies_from(response.get("cookies"))
    encoded = response.get("isBase64Encoded") is True
    body = body_from(response, encoded=encoded)
    if status is None or headers is None or cookies is None or body is None:
        return None
    kept = [pair for pair in headers if pair[0] != "content-length"]
    return with_content_type(Reply(status, cookies + kept, body, not encoded))


def _cookies_from(cookies: object) -> Headers | None:
    if cookies is None:
        return []
    return headers_from_lists({"set-cookie": cookies}, strings_only=True)
