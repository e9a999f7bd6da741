"""Payload format 1.0, as REST APIs send it and HTTP APIs on request.

Sources: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
and http-api-develop-integrations-lambda.html.
"""

from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.body import body_from_event, encode_body
from lambda_adapters.http.forwarded import address_of, endpoint_of
from lambda_adapters.http.headers import (
    list_map,
    normal_name,
    pairs_from_lists,
    pairs_from_map,
    remove_hop_by_hop,
    request_headers_from_lists,
    request_headers_from_map,
    text_of,
)
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.urls import Pairs, decoded_pairs, path_from_raw, query_from_decoded
from lambda_adapters.sources.source import Event, Front, Response, is_foreign


def matches(event: Any) -> bool:
    """Whether this is format 1.0 at all: `httpMethod` beside a `requestContext` of an API.

    Authorizers, WebSocket APIs, load balancers and VPC Lattice have similar keys.
    """
    if not isinstance(event, dict) or "httpMethod" not in event or "requestContext" not in event:
        return False
    context = event["requestContext"]
    if context is None:
        context = {}
    if not isinstance(context, dict) or is_foreign(event, context):
        return False
    if "eventType" in context and "routeKey" in context:
        return False  # a WebSocket API's, in samples without a connectionId
    return not isinstance(context.get("http"), dict)


def stage_of(event: Event) -> str:
    """The stage's name; `""` where it is not part of any URL."""
    context = event.get("requestContext")
    stage = context.get("stage") if isinstance(context, dict) else None
    return stage if isinstance(stage, str) and stage not in ("", "$default") else ""


def path_of(event: Event, key: str) -> str:
    """The event's path, with the leading slash that a test event may lack."""
    path = event.get(key)
    if not isinstance(path, str):
        return "/"
    return path if path.startswith("/") else "/" + path


def query_pairs(event: Event) -> Pairs:
    """The query's decoded pairs: the multi map has all of them, the single map the last ones."""
    multi = event.get("multiValueQueryStringParameters")
    if multi:
        pairs = pairs_from_lists(multi)
    else:
        pairs = pairs_from_map(event.get("queryStringParameters"))
    for _, value in pairs:
        if type(value) is not str:
            return [(name, "" if text is None else text_of(text)) for name, text in pairs]
    return pairs  # type: ignore[return-value]


def request_of(event: Event, root_path: str, raw_path: str) -> Request:
    """The request, once its source has told where the path is and what the root is."""
    context = event.get("requestContext")
    if not isinstance(context, dict):
        context = {}
    identity = context.get("identity")
    body = event.get("body")
    body = body_from_event(body, event.get("isBase64Encoded")) if body else b""
    multi = event.get("multiValueHeaders")
    headers, forwarded = (
        request_headers_from_lists(multi, body)
        if multi
        else request_headers_from_map(event.get("headers"), None, body)
    )
    scheme, server, version = endpoint_of(
        forwarded, context.get("domainName"), context.get("protocol"), "https"
    )
    return Request(  # by position: keywords take three times as long
        method_of(event.get("httpMethod")),
        scheme,
        root_path,
        path_from_raw(raw_path) if "%" in raw_path else raw_path,
        raw_path,
        query_from_decoded(query_pairs(event)),
        headers,
        body,
        address_of(identity.get("sourceIp")) if isinstance(identity, dict) else None,
        server,
        version,
    )


def method_of(method: object) -> str:
    """The method; GET where an event has none. BadRequest where it is no token (RFC 9110 §9.1): it
    would stand in log lines as it is."""
    if not isinstance(method, str) or not method:
        return "GET"
    if not normal_name[method]:
        raise BadRequest("The event's method is no HTTP method: the request was refused.")
    return method


def event_of(request: Request, front: Front, path: str, headers: Pairs) -> Event:
    """What both users of the format put into an event, apart from the body."""
    from uuid import uuid4  # only where events are made, not on Lambda

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


def response_of(reply: Reply) -> Response:
    """One map of headers, never both: where a name is in both, API Gateway sends both."""
    body, encoded = encode_body(reply)
    response: Response = {"statusCode": reply.status, "body": body, "isBase64Encoded": encoded}
    single = reply.single
    if single is None:
        headers = remove_hop_by_hop(reply.headers)
        single = dict(headers)
        if len(single) < len(headers):
            response["multiValueHeaders"] = list_map(headers)
            return response
    response["headers"] = single
    return response
