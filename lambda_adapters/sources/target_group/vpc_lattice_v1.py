"""VPC Lattice with a Lambda target, event structure V1.

Source: docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html

As sent: path and query, never decoded; a root path becomes part of the path. Of a repeated query
key the last value. Lost: which of several headers of one name were separate, Cookie not excepted
(joined with commas), the order of different query keys, whether a key had a `=`, scheme and port
(X-Forwarded-Proto and X-Forwarded-Port are passed on as the client wrote them), the HTTP version,
the headers that would name a caller (x-amzn-lattice-*); the client but for X-Forwarded-For, which
only the adapter's `trusted_hops` can read; bytes that are not UTF-8 in a body that is sent as text
(`text/*`, JSON, XML, JavaScript). No X-Amzn-Trace-Id is added.

Of a reply, lost: the reason phrase, which of several headers of one name were separate
(Set-Cookie stays so).
"""

from typing import Any

from lambda_adapters.http.headers import single_map
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.urls import encoded_pairs
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event, Front, Response
from lambda_adapters.sources.target_group import lattice
from lambda_adapters.sources.target_group.responses import body_in_event

name = "vpc_lattice_v1"


def matches(event: Any) -> bool:
    """`raw_path` and `method`, and no `requestContext`."""
    return lattice.has_request(event) and "raw_path" in event and "requestContext" not in event


def limit(event: Event) -> int:
    """ "The maximum size of the response JSON that the Lambda function can send is 6 MB"."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    return lattice.request_of(event, "raw_path", "query_string_parameters", "is_base64_encoded")


def event_from_request(request: Request, front: Front) -> Event:
    body, encoded = body_in_event(request)
    return {
        "raw_path": request.public_raw_path,
        "method": request.method,
        "headers": single_map(lattice.headers_of(request), ", "),
        "query_string_parameters": dict(encoded_pairs(request.query)),
        "body": body,
        "is_base64_encoded": encoded,
    }


def response_from_reply(reply: Reply, event: Event) -> Response:
    return lattice.response_of(reply)


def reply_from_response(response: Any, request: Request, front: Front) -> Reply:
    return lattice.reply_from(response)


def refusal() -> Reply:
    return lattice.refusal()
