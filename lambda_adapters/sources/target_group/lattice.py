"""Conversions that both event versions of VPC Lattice share.

Sources: docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html and http-targets.html.
Version 1 has the keys of Envoy's AWS Lambda filter, whose raw_path holds the query as sent.
"""

from typing import Any

from lambda_adapters.http.body import body_from_event, encode_body
from lambda_adapters.http.forwarded import server_of
from lambda_adapters.http.headers import HOP_BY_HOP, pairs_from_lists, remove_hop_by_hop
from lambda_adapters.http.messages import Headers, Reply, Request, text_reply
from lambda_adapters.http.request_headers import headers_from_lists
from lambda_adapters.http.urls import clean_query, clean_raw_path, path_from_raw, query_from_encoded
from lambda_adapters.sources.event_fields import OTHER_EVENT_KEYS, method_of, path_of, text_pairs
from lambda_adapters.sources.source import Event, Response
from lambda_adapters.sources.target_group import responses

# "VPC Lattice strips these headers from any incoming requests": they identify the caller.
_IDENTITY = frozenset(
    {
        "x-amzn-lattice-identity",
        "x-amzn-lattice-identity-tags",
        "x-amzn-lattice-network",
        "x-amzn-lattice-target",
    }
)


def has_request(event: Any) -> bool:
    """Whether the event has a `method`, and no key of another service.

    "Present only if the protocol is HTTP, HTTPS, or gRPC."
    """
    return (
        isinstance(event, dict) and "method" in event and event.keys().isdisjoint(OTHER_EVENT_KEYS)
    )


def request_from_keys(event: Event, path_key: str, query_key: str, encoded_key: str) -> Request:
    """Return the request. If the path holds a query, it is the query as the client sent it.

    Lattice only sets X-Forwarded-For. Clients can forge X-Forwarded-Proto and X-Forwarded-Port, so
    they are ignored.
    """
    path, mark, query = path_of(event.get(path_key)).partition("?")
    raw_path = clean_raw_path(path)
    body = body_from_event(event.get("body"), event.get(encoded_key))
    headers, endpoint_headers = headers_from_lists(event.get("headers"), body)
    return Request(
        method=method_of(event.get("method")),
        scheme="https",
        path=path_from_raw(raw_path),
        raw_path=raw_path,
        query=clean_query(query) if mark else _query_of(event.get(query_key)),
        headers=headers,
        body=body,
        server=server_of(endpoint_headers[0], None, "https", None),
    )


def _query_of(values: object) -> str:
    return query_from_encoded(text_pairs(pairs_from_lists(values)))


def forward_headers(request: Request) -> Headers:
    """Return the headers as Lattice passes them on: it only adds X-Forwarded-For."""
    hops = request.header_values("x-forwarded-for")
    hops += [request.client[0]] if request.client else []
    removed = HOP_BY_HOP | _IDENTITY | {"x-forwarded-for"}
    kept = [pair for pair in request.headers if pair[0] not in removed]
    joined = ", ".join(hops)
    return [*kept, ("x-forwarded-for", joined)] if joined else kept


def response_from_reply(reply: Reply, event: Event) -> Response:
    """Return a response for both versions: no statusDescription, which is not documented.

    It is not documented how to send several Set-Cookie headers. So they are in `headers`, as load
    balancers read them, and also in `cookies`, as Envoy reads them; a client that gets a cookie
    twice keeps one.
    """
    body, encoded = encode_body(reply)
    headers = remove_hop_by_hop(reply.headers)
    response: Response = {
        "statusCode": reply.status,
        "headers": responses.join_repeats(headers),
        "body": body,
        "isBase64Encoded": encoded,
    }
    cookies = [value for name, value in headers if name == "set-cookie"]
    if len(cookies) > 1:
        response["cookies"] = cookies
    return response


def reply_from_response(response: Any, request: Request, front: object) -> Reply:
    """Return the reply as documented: only `headers` is read, and unknown keys are ignored."""
    return responses.reply_from_response(response) or refusal()


def refusal() -> Reply:
    return text_reply(502, "Bad Gateway")
