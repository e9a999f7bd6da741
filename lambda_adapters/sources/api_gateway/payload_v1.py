"""Payload format 1.0, which REST APIs send, and HTTP APIs if configured so.

Sources: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
and http-api-develop-integrations-lambda.html.
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.body import body_from_event, encode_body
from lambda_adapters.http.forwarded import address_of, endpoint_of
from lambda_adapters.http.headers import (
    list_map,
    pairs_from_lists,
    pairs_from_map,
    remove_hop_by_hop,
)
from lambda_adapters.http.messages import Headers, Reply, Request
from lambda_adapters.http.request_headers import headers_from_lists, headers_from_map
from lambda_adapters.http.urls import decoded_pairs, path_from_raw, query_from_decoded
from lambda_adapters.sources.event_fields import (
    OTHER_CONTEXT_KEYS,
    OTHER_EVENT_KEYS,
    method_of,
    text_pairs,
)
from lambda_adapters.sources.source import Event, Response

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front


def matches(event: Any) -> bool:
    """Whether the event has format 1.0: `httpMethod`, and the `requestContext` of an API.

    Events of authorizers, WebSocket APIs, load balancers and VPC Lattice have similar keys.
    """
    if not isinstance(event, dict) or "httpMethod" not in event or "requestContext" not in event:
        return False
    if not event.keys().isdisjoint(OTHER_EVENT_KEYS):
        return False
    context = event["requestContext"]
    if not isinstance(context, dict):
        return context is None
    if "eventType" in context and "routeKey" in context:
        return False  # a WebSocket API's sample event without a connectionId
    return context.keys().isdisjoint(OTHER_CONTEXT_KEYS) and not isinstance(
        context.get("http"), dict
    )


def stage_of(event: Event) -> str:
    """Return the stage's name; `""` if it is not part of any URL."""
    context = event.get("requestContext")
    stage = context.get("stage") if isinstance(context, dict) else None
    return stage if isinstance(stage, str) and stage != "$default" else ""


def request_from_payload(event: Event, root_path: str, raw_path: str) -> Request:
    """Return the request. The source has split the path into `root_path` and `raw_path`."""
    context = event.get("requestContext")
    if not isinstance(context, dict):
        context = {}
    body = event.get("body")
    body = body_from_event(body, event.get("isBase64Encoded")) if body else b""
    multi = event.get("multiValueHeaders")
    headers, endpoint_headers = (
        headers_from_lists(multi, body)
        if multi
        else headers_from_map(event.get("headers"), None, body)
    )
    scheme, server, version = endpoint_of(
        endpoint_headers, context.get("domainName"), context.get("protocol"), "https"
    )
    identity = context.get("identity")
    return Request(  # by position: keywords take three times as long
        method_of(event.get("httpMethod")),
        scheme,
        root_path,
        path_from_raw(raw_path) if "%" in raw_path else raw_path,
        raw_path,
        _query_of(event),
        headers,
        body,
        address_of(identity.get("sourceIp")) if isinstance(identity, dict) else None,
        server,
        version,
    )


def _query_of(event: Event) -> str:
    """Return the query. The multi-value map has all values of a key, the other only the last."""
    multi = event.get("multiValueQueryStringParameters")
    if multi:
        return query_from_decoded(text_pairs(pairs_from_lists(multi)))
    single = event.get("queryStringParameters")
    return query_from_decoded(text_pairs(pairs_from_map(single))) if single else ""


def event_from_parts(request: Request, front: "Front", path: str, headers: Headers) -> Event:
    """Return what REST and HTTP APIs put into an event, without the body.

    `path` is the event's path, `headers` are those that the gateway passes on.
    """
    from uuid import uuid4  # only the local tools make events

    pairs = decoded_pairs(request.query)
    client = request.client[0] if request.client else ""
    return {
        "resource": front.route,
        "path": path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": list_map(headers),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": list_map(pairs) or None,
        "pathParameters": dict(front.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": request.server[0],
            "domainPrefix": request.server[0].partition(".")[0],
            "extendedRequestId": str(uuid4()),
            "httpMethod": request.method,
            "identity": {"sourceIp": client, "userAgent": request.header("user-agent")},
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": str(uuid4()),
            "resourceId": None,
            "resourcePath": front.route,
            "stage": front.stage or "$default",
        },
    }


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Return a response with one map of headers: API Gateway sends a name in both maps twice."""
    body, encoded = encode_body(reply)
    response: Response = {"statusCode": reply.status, "body": body, "isBase64Encoded": encoded}
    single = reply.header_map
    if single is None:
        headers = remove_hop_by_hop(reply.headers)
        single = dict(headers)
        if len(single) < len(headers):
            response["multiValueHeaders"] = list_map(headers)
            return response
    response["headers"] = single
    return response
