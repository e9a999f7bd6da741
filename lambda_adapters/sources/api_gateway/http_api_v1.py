"""HTTP APIs of API Gateway with payload format 1.0.

Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

Decoded by AWS: path and query. The path holds the stage. Lost: how the path was encoded (`%2F`
becomes `/`), the order of different query keys and of different headers, whether a key had a `=`,
bytes of the query that are not UTF-8, the HTTP version; bytes that are not UTF-8 in a body that is
sent as text (`text/*`, JSON, XML, JavaScript).

A reply loses: the order of different headers if one is repeated, the reason phrase.
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.body import encode_event_body, is_sent_as_text
from lambda_adapters.http.forwarded import forward_headers
from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.urls import path_from_raw, raw_path_below, raw_path_from_decoded
from lambda_adapters.sources.api_gateway import payload_v1
from lambda_adapters.sources.event_fields import path_of
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "http_api_v1"


def matches(event: Any) -> bool:
    """Whether the event has payload format 1.0 and `version` 1.0."""
    return payload_v1.matches(event) and event.get("version") == "1.0"


def limit(event: Event) -> int:
    """Return Lambda's own limit; HTTP APIs allow 10 MB."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    """Return the request. A named stage in the path becomes the root path."""
    raw_path = raw_path_from_decoded(path_of(event.get("path")))
    stage = payload_v1.stage_of(event)
    below = raw_path_below(raw_path, "/" + stage) if stage else None
    if below is None:
        return payload_v1.request_from_payload(event, "", raw_path)
    return payload_v1.request_from_payload(event, "/" + stage, below)


def event_from_request(request: Request, front: "Front") -> Event:
    event = payload_v1.event_from_parts(
        request, front, request.public_path, forward_headers(request)
    )
    event["version"] = "1.0"
    event["requestContext"]["authorizer"] = {"claims": None, "scopes": None}
    if front.parameters:
        parameters = {name: path_from_raw(value) for name, value in front.parameters}
        event["pathParameters"] = parameters
    if request.body:
        text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
        event["body"], event["isBase64Encoded"] = encode_event_body(request.body, text)
    else:
        event["body"], event["isBase64Encoded"] = None, False
    return event


response_from_reply = payload_v1.response_from_reply


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    from lambda_adapters.sources import response_parsing as parsing

    if not isinstance(response, dict):
        return refusal()
    status = parsing.parse_status(response.get("statusCode"))
    multi = parsing.parse_header_lists(response.get("multiValueHeaders"))
    single = parsing.parse_headers(response.get("headers"))
    encoded = response.get("isBase64Encoded") is True
    body = parsing.parse_body(response, encoded=encoded)
    if status is None or multi is None or single is None or body is None:
        return refusal()
    headers = [pair for pair in multi + single if pair[0] != "content-length"]
    return parsing.add_content_type(Reply(status, headers, body, not encoded))


def refusal() -> Reply:
    return json_reply(500, '{"message":"Internal Server Error"}')
