"""VPC Lattice with a Lambda target, event structure V2.

Source: docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html

Kept as sent: path and query, never decoded, and every header value; a root path becomes part of the
path. Lost: the order of different headers, scheme and port (X-Forwarded-Proto and X-Forwarded-Port
are passed on as the client wrote them), the HTTP version, headers that identify a caller
(x-amzn-lattice-*); the client, except in X-Forwarded-For, which the adapter reads only with
`trusted_hops`; bytes that are not UTF-8 in a body that is sent as text (`text/*`, JSON, XML,
JavaScript). No X-Amzn-Trace-Id is added. The caller's identity is only in the raw event, in
`requestContext.identity`.

A reply loses: the reason phrase, where one header ended and the next of the same name began
(Set-Cookie headers stay separate).
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.headers import list_map
from lambda_adapters.http.messages import Request
from lambda_adapters.http.urls import encoded_pairs
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event
from lambda_adapters.sources.target_group import lattice
from lambda_adapters.sources.target_group.responses import event_body

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "vpc_lattice"

_ARN_KEYS = frozenset({"serviceArn", "serviceNetworkArn"})
_ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:"


def matches(event: Any) -> bool:
    """Whether `requestContext` has an ARN of VPC Lattice; HTTP APIs have `version` 2.0 too."""
    if not lattice.has_request(event):
        return False
    context = event.get("requestContext")
    if not isinstance(context, dict) or context.keys().isdisjoint(_ARN_KEYS):
        return False
    return "elb" not in context and "connectionId" not in context


def limit(event: Event) -> int:
    """ "The maximum size of the response JSON that the Lambda function can send is 6 MB"."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    return lattice.request_from_keys(event, "path", "queryStringParameters", "isBase64Encoded")


def event_from_request(request: Request, front: "Front") -> Event:
    from time import time_ns

    event: Event = {
        "version": "2.0",
        "path": request.public_raw_path,
        "method": request.method,
        "headers": list_map(lattice.forward_headers(request)),
        "requestContext": {
            "serviceNetworkArn": _ARN + "servicenetwork/sn-0123456789abcdef0",
            "serviceArn": _ARN + "service/svc-0123456789abcdef0",
            "targetGroupArn": _ARN + "targetgroup/tg-0123456789abcdef0",
            "identity": {
                "sourceVpcArn": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0123456789abcdef0"
            },
            "region": "us-east-1",
            "timeEpoch": str(time_ns() // 1000),
        },
    }
    if request.query:
        event["path"] += "?" + request.query
        event["queryStringParameters"] = list_map(encoded_pairs(request.query))
    if request.body:
        event["body"], encoded = event_body(request)
        if encoded:  # "Present only if … the request body is not already a string"
            event["isBase64Encoded"] = True
    return event


response_from_reply = lattice.response_from_reply
reply_from_response = lattice.reply_from_response
refusal = lattice.refusal
