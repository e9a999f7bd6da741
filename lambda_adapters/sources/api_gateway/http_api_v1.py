"""HTTP APIs of API Gateway with payload format 1.0.

Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

Decoded on the way: path and query. The path holds the stage. Lost: how the path was encoded
(`%2F` and `/` look alike), the order of different query keys and of different headers, whether a
key had a `=`, bytes of the query that are not UTF-8, the HTTP version; bytes that are not UTF-8 in
a body that is sent as text (`text/*`, JSON, XML, JavaScript).

Of a reply, lost: the order of different headers where one is repeated, the reason phrase.
"""

from typing import Any

from lambda_adapters.http.body import encode_event_body, is_sent_as_text
from lambda_adapters.http.forwarded import with_forwarded
from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.urls import path_below, raw_path_from_decoded
from lambda_adapters.sources.api_gateway import payload_v1
from lambda_adapters.sources.api_gateway.payload_v1 import (
    event_of,
    path_of,
    request_of,
    response_of,
    stage_of,
)
from lambda_adapters.sources.response_parsing import (
    add_content_type,
    parse_body,
    parse_header_lists,
    parse_headers,
    parse_status,
)
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event, Front, Response

name = "http_api_v1"


def matches(event: Any) -> bool:
    """Payload format 1.0 that says so."""
    return payload_v1.matches(event) and event.get("version") == "1.0"


def limit(event: Event) -> int:
    """Lambda's own; HTTP APIs allow 10 MB."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    raw_path = raw_path_from_decoded(path_of(event, "path"))
    stage = stage_of(event)
    below = path_below(raw_path, "/" + stage) if stage else None
    if below is None:
        return request_of(event, "", raw_path)
    return request_of(event, "/" + stage, below)


def event_from_request(request: Request, front: Front) -> Event:
    headers = with_forwarded(request)
    event = event_of(request, front, request.public_path, headers)
    event["version"] = "1.0"
    event["requestContext"]["authorizer"] = {"claims": None, "scopes": None}
    if request.body:
        text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
        event["body"], event["isBase64Encoded"] = encode_event_body(request.body, text)
    else:
        event["body"], event["isBase64Encoded"] = None, False
    return event


def response_from_reply(reply: Reply, event: Event) -> Response:
    return response_of(reply)


def reply_from_response(response: Any, request: Request, front: Front) -> Reply:
    if not isinstance(response, dict):
        return refusal()
    status = parse_status(response.get("statusCode"))
    multi = parse_header_lists(response.get("multiValueHeaders"))
    single = parse_headers(response.get("headers"))
    encoded = response.get("isBase64Encoded") is True
    body = parse_body(response, encoded=encoded)
    if status is None or multi is None or single is None or body is None:
        return refusal()
    headers = [pair for pair in multi + single if pair[0] != "content-length"]
    return add_content_type(Reply(status, headers, body, not encoded))


def refusal() -> Reply:
    return json_reply(500, '{"message":"Internal Server Error"}')
