"""Application Load Balancers with a Lambda target, in both header modes.

Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html

Kept as sent: path and query, never decoded; a root path becomes part of the path. Multi-value mode
keeps every header and query value, single mode the last value of a repeated header or key. Lost:
the order of different query keys and of different headers, whether a key had a `=`, the HTTP
version; the client, except in X-Forwarded-For, which the adapter reads only with `trusted_hops`;
bytes that are not UTF-8 in a body that is sent as text (`text/*`, JSON, XML, JavaScript).

A reply loses: in multi-value mode the order of different headers, in single mode where one header
ended and the next of the same name began (Set-Cookie headers stay separate).
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.body import body_from_event, encode_body
from lambda_adapters.http.forwarded import endpoint_of, forward_headers
from lambda_adapters.http.headers import (
    is_safe_value,
    list_map,
    pairs_from_lists,
    pairs_from_map,
    remove_hop_by_hop,
)
from lambda_adapters.http.messages import Reply, Request, phrase_of
from lambda_adapters.http.request_headers import headers_from_lists, headers_from_map
from lambda_adapters.http.urls import (
    clean_raw_path,
    encoded_pairs,
    path_from_raw,
    query_from_encoded,
)
from lambda_adapters.sources.event_fields import OTHER_EVENT_KEYS, method_of, path_of, text_pairs
from lambda_adapters.sources.source import Event, Response
from lambda_adapters.sources.target_group import responses

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "load_balancer"


def matches(event: Any) -> bool:
    """Whether the event has `requestContext.elb`, which no other event has."""
    if not isinstance(event, dict):
        return False
    context = event.get("requestContext")
    return (
        isinstance(context, dict) and "elb" in context and event.keys().isdisjoint(OTHER_EVENT_KEYS)
    )


def limit(event: Event) -> int:
    """ "The maximum size of the response JSON that the Lambda function can send: 1 MB"."""
    return 1024 * 1024


def _is_multi(event: Event) -> bool:
    """Whether the target group is in multi-value mode: it sends lists, and reads only lists."""
    return isinstance(event.get("multiValueHeaders"), dict)


def request_from_event(event: Event) -> Request:
    raw_path = clean_raw_path(path_of(event.get("path")))
    body = event.get("body")
    body = body_from_event(body, event.get("isBase64Encoded")) if body else b""
    headers, endpoint_headers = (
        headers_from_lists(event["multiValueHeaders"], body)
        if _is_multi(event)
        else headers_from_map(event.get("headers"), None, body)
    )
    # Health checks have no X-Forwarded-Proto; they would use plain HTTP.
    scheme, server, _ = endpoint_of(endpoint_headers, None, None, "http")
    return Request(  # by position: keywords take three times as long
        method_of(event.get("httpMethod")),
        scheme,
        "",
        path_from_raw(raw_path) if "%" in raw_path else raw_path,
        raw_path,
        _query_of(event),
        headers,
        body,
        None,
        server,
    )


def _query_of(event: Event) -> str:
    multi = event.get("multiValueQueryStringParameters")
    if multi:
        return query_from_encoded(text_pairs(pairs_from_lists(multi)))
    single = event.get("queryStringParameters")
    return query_from_encoded(text_pairs(pairs_from_map(single))) if single else ""


def event_from_request(request: Request, front: "Front") -> Event:
    headers = forward_headers(request)
    pairs = encoded_pairs(request.query)
    event: Event = {
        "requestContext": {
            "elb": {
                "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
                "targetgroup/local/0123456789abcdef"
            }
        },
        "httpMethod": request.method,
        "path": request.public_raw_path,
    }
    if front.multi_value:
        event["multiValueQueryStringParameters"] = list_map(pairs)
        event["multiValueHeaders"] = list_map(headers)
    else:
        event["queryStringParameters"] = dict(pairs)
        event["headers"] = dict(headers)
    event["body"], event["isBase64Encoded"] = responses.event_body(request)
    return event


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Return a response with header maps like the event's: the load balancer ignores others."""
    body, encoded = encode_body(reply)
    response: Response = {"statusCode": reply.status, "body": body, "isBase64Encoded": encoded}
    reason = reply.reason or phrase_of(reply.status)
    if reason:  # null, or a code without a reason, would be refused
        response["statusDescription"] = f"{reply.status} {reason}"
    single = reply.header_map
    if _is_multi(event):
        response["multiValueHeaders"] = (
            list_map(remove_hop_by_hop(reply.headers))
            if single is None
            else {name: [value] for name, value in single.items()}
        )
    else:
        response["headers"] = (
            responses.join_repeats(remove_hop_by_hop(reply.headers)) if single is None else single
        )
    return response


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    """Return the reply after the checks of "Respond to the load balancer"."""
    reply = responses.reply_from_response(response, multi_value=front.multi_value)
    if reply is None:
        return refusal()
    reason = _parse_reason(response.get("statusDescription", ""), reply.status)
    return refusal() if reason is None else reply.replace(reason=reason)


def _parse_reason(description: object, status: int) -> str | None:
    """Return `OK` for "200 OK"; None for another status, or if it is not valid in a status line."""
    if not isinstance(description, str) or not is_safe_value(description):
        return None
    code, _, reason = description.partition(" ")
    return reason if code in ("", str(status)) else None


def refusal() -> Reply:
    page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    page += "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
    return Reply(502, [("content-type", "text/html")], page.encode(), True)
