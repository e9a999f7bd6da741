"""HTTP APIs of API Gateway with payload format 2.0.

Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

Decoded by AWS: the path, although it is called rawPath; it holds the stage. Kept as sent: the
query. Lost: how the path was encoded (`%2F` becomes `/`), where one header ended and the next of
the same name began, empty cookies, a custom domain's mapping key; bytes that are not UTF-8 in a
body that is sent as text (`text/*`, JSON, XML, JavaScript).

A reply loses: where one header ended and the next of the same name began (Set-Cookie headers stay
separate, and move to the front), the reason phrase.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.urls import raw_path_below, raw_path_from_decoded
from lambda_adapters.sources.api_gateway import payload_v2
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "http_api"


matches = partial(payload_v2.matches, False)
"""Whether the event has payload format 2.0 and a domain that is not a Function URL's."""


def limit(event: Event) -> int:
    """Return Lambda's own limit; HTTP APIs allow 10 MB."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    """Return the request. A named stage in the path becomes the root path."""
    raw_path = raw_path_from_decoded(payload_v2.raw_path_of(event))
    stage = event["requestContext"].get("stage")
    if isinstance(stage, str) and stage not in ("", "$default"):
        below = raw_path_below(raw_path, "/" + stage)
        if below is not None:
            return payload_v2.request_from_payload(event, "/" + stage, below)
    return payload_v2.request_from_payload(event, "", raw_path)


def event_from_request(request: Request, front: "Front") -> Event:
    path = request.public_path
    return payload_v2.event_from_parts(request, front, path, path)


response_from_reply = payload_v2.response_from_reply


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    return payload_v2.reply_from_payload(response) or refusal()


def refusal() -> Reply:
    return json_reply(500, '{"message":"Internal Server Error"}')
