"""Lambda Function URLs: payload format 2.0, with differences.

Source: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html

Kept as sent: path and query. There is no stage; a root path becomes part of the path. Lost: where
one header ended and the next of the same name began, empty cookies; bytes that are not UTF-8 in a
body that is sent as text (`text/*`, JSON, XML, JavaScript). A reply loses the same as with HTTP
APIs.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from lambda_adapters.http.messages import Reply, Request, text_reply
from lambda_adapters.http.urls import clean_raw_path
from lambda_adapters.sources.api_gateway import payload_v2
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "function_url"


matches = partial(payload_v2.matches, True)
"""Whether the event has payload format 2.0 and a `.lambda-url.` domain."""


def limit(event: Event) -> int:
    """Return Lambda's own limit (urls-invocation.html: 6 MB for a buffered response)."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    return payload_v2.request_from_payload(event, "", clean_raw_path(payload_v2.raw_path_of(event)))


def event_from_request(request: Request, front: "Front") -> Event:
    raw_path = request.public_raw_path
    event = payload_v2.event_from_parts(request, front, raw_path, request.public_path)
    if "cookies" in event:
        event["headers"]["cookie"] = "; ".join(event["cookies"])  # an HTTP API sends only `cookies`
    event["requestContext"] |= {
        "accountId": "anonymous",
        "domainName": "local.lambda-url.us-east-1.on.aws",
        "domainPrefix": "local",
        "stage": "$default",
    }
    return event


response_from_reply = payload_v2.response_from_reply


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    return payload_v2.reply_from_payload(response) or refusal()


def refusal() -> Reply:
    return text_reply(502, "Internal Server Error")
