"""VPC Lattice with a Lambda target, event structure V1.

Source: docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html

Kept as sent: path and query, never decoded; a root path becomes part of the path. A repeated query
key keeps its last value. Lost: where one header ended and the next of the same name began, also for
Cookie (joined with commas), the order of different query keys, whether a key had a `=`, scheme and
port (X-Forwarded-Proto and X-Forwarded-Port are passed on as the client wrote them), the HTTP
version, headers that identify a caller (x-amzn-lattice-*); the client, except in X-Forwarded-For,
which the adapter reads only with `trusted_hops`; bytes that are not UTF-8 in a body that is sent as
text (`text/*`, JSON, XML, JavaScript). No X-Amzn-Trace-Id is added.

A reply loses: the reason phrase, where one header ended and the next of the same name began
(Set-Cookie headers stay separate).
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.headers import joined_map
from lambda_adapters.http.messages import Request
from lambda_adapters.http.urls import encoded_pairs
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event
from lambda_adapters.sources.target_group import lattice
from lambda_adapters.sources.target_group.responses import event_body

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "vpc_lattice_v1"


def matches(event: Any) -> bool:
    """Whether the event has `raw_path` and `method`, and no `requestContext`."""
    return lattice.has_request(event) and "raw_path" in event and "requestContext" not in event


def limit(event: Event) -> int:
    """ "The maximum size of the response JSON that the Lambda function can send is 6 MB"."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    return lattice.request_from_keys(
        event, "raw_path", "query_string_parameters", "is_base64_encoded"
    )


def event_from_request(request: Request, front: "Front") -> Event:
    body, encoded = event_body(request)
    return {
        "raw_path": request.public_raw_path,
        "method": request.method,
        "headers": joined_map(lattice.forward_headers(request), ", "),
        "query_string_parameters": dict(encoded_pairs(request.query)),
        "body": body,
        "is_base64_encoded": encoded,
    }


response_from_reply = lattice.response_from_reply
reply_from_response = lattice.reply_from_response
refusal = lattice.refusal
