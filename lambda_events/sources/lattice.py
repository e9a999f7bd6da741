"""What both event versions of VPC Lattice share.

Sources: docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html and http-targets.html.
Version 1 has the keys of Envoy's AWS Lambda filter, whose raw_path holds the query as sent.
"""

from typing import Any

from lambda_events.body import bytes_from_event, placed
from lambda_events.forwarded import server_of
from lambda_events.headers import HOP_BY_HOP, pairs_of_lists, request_headers, text_of, without_hops
from lambda_events.messages import Headers, Reply, Request, plain_reply
from lambda_events.sources.front import FOREIGN_EVENTS, Event, Response
from lambda_events.sources.payload_v1 import method_of, path_of
from lambda_events.sources.target_group import one_each, reply_of
from lambda_events.url import path_from_raw, query_as_sent, query_from_encoded, raw_path_as_sent

# "VPC Lattice strips these headers from any incoming requests": they would name the caller.
_IDENTITY = frozenset(
    {
        "x-amzn-lattice-identity",
        "x-amzn-lattice-identity-tags",
        "x-amzn-lattice-network",
        "x-amzn-lattice-target",
    }
)


def has_request(event: Any) -> bool:
    """Whether the event has a `method`, and no mark of another service.

    "Present only if the protocol is HTTP, HTTPS, or gRPC."
    """
    return isinstance(event, dict) and "method" in event and event.keys().isdisjoint(FOREIGN_EVENTS)


def request_of(event: Event, path_key: str, query_key: str, encoded_key: str) -> Request:
    """The request. Where the path holds a query, that is the one that the client sent.

    Lattice writes X-Forwarded-For alone, so X-Forwarded-Proto and X-Forwarded-Port could be
    anyone's and are not believed.
    """
    path, mark, query = path_of(event, path_key).partition("?")
    raw_path = raw_path_as_sent(path)
    body = bytes_from_event(event.get("body"), event.get(encoded_key))
    headers = request_headers(pairs_of_lists(event.get("headers")), None, body)
    return Request(
        method=method_of(event.get("method")),
        scheme="https",
        path=path_from_raw(raw_path),
        raw_path=raw_path,
        query=query_as_sent(query) if mark else _query_of(event.get(query_key)),
        headers=headers,
        body=body,
        server=server_of(dict(headers).get("host"), None, "https", None),
    )


def _query_of(values: object) -> str:
    pairs = pairs_of_lists(values)
    return query_from_encoded([(n, "" if v is None else text_of(v)) for n, v in pairs])


def headers_of(request: Request) -> Headers:
    """The headers as Lattice passes them on: X-Forwarded-For added, and nothing else."""
    hops = [value for name, value in request.headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    gone = HOP_BY_HOP | _IDENTITY | {"x-forwarded-for"}
    kept = [pair for pair in request.headers if pair[0] not in gone]
    joined = ", ".join(hops)
    return [*kept, ("x-forwarded-for", joined)] if joined else kept


def response_of(reply: Reply) -> Response:
    """What both versions take: no statusDescription, because their documentation has none.

    Nobody tells how to write several Set-Cookie. So they stand in `headers` as a load balancer
    takes them and once more in `cookies`, as Envoy does; a client that gets one twice keeps one.
    """
    body, encoded = placed(reply)
    headers = without_hops(reply.headers)
    response: Response = {
        "statusCode": reply.status,
        "headers": one_each(headers),
        "body": body,
        "isBase64Encoded": encoded,
    }
    cookies = [value for name, value in headers if name == "set-cookie"]
    if len(cookies) > 1:
        response["cookies"] = cookies
    return response


def reply_from(response: Any) -> Reply:
    """The reply as documented: `headers` and no other map; keys beside the known ones ignored."""
    return reply_of(response) or refusal()


def refusal() -> Reply:
    return plain_reply(502, "Bad Gateway")
