"""A Lambda function as the target of a target group: what load balancers and VPC Lattice share.

Sources: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
and docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html, which says much the same.
"""

from typing import Any

from lambda_adapters.http.body import encode_event_body, is_sent_as_text
from lambda_adapters.http.headers import remove_hop_by_hop
from lambda_adapters.http.messages import Headers, Reply, Request


def event_body(request: Request) -> tuple[str, bool]:
    """The event's body, and whether it is base64; no body is an empty text."""
    text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
    return encode_event_body(request.body, text or not request.body)


def single_map(headers: Headers) -> dict[str, str]:
    """One value for each name: repeats are joined. Only Set-Cookie must not be joined: it is kept
    apart by different spellings of its name, which load balancers pass on as they are."""
    single = dict(headers)
    if len(single) == len(headers):
        return single
    from itertools import product

    spellings = map("".join, product(*((c, c.upper()) if c != "-" else c for c in "set-cookie")))
    lists: dict[str, list[str]] = {}
    for header, value in headers:
        if header == "set-cookie":
            lists[next(spellings, header)] = [value]
        else:
            lists.setdefault(header, []).append(value)
    # Joined at once: adding one to the other takes the square of the time.
    return {name: ", ".join(values) for name, values in lists.items()}


def reply_from_response(response: Any, *, multi_value: bool = False) -> Reply | None:
    """The reply, without a reason phrase; None where the response would be refused.

    That is where a value is null, a header or the body is not a string, or the status not a number.
    """
    from lambda_adapters.sources import response_parsing as parsing

    if not isinstance(response, dict) or isinstance(response.get("statusCode"), str):
        return None
    status = parsing.parse_status(response.get("statusCode"))
    if multi_value:
        headers = parsing.parse_header_lists(
            response.get("multiValueHeaders", {}), strings_only=True
        )
    else:
        headers = parsing.parse_headers(response.get("headers", {}), strings_only=True)
    encoded = response.get("isBase64Encoded") is True
    body = parsing.parse_body(response, encoded=encoded)
    nulls = [key for key, value in response.items() if value is None]
    if status is None or headers is None or body is None or nulls:
        return None
    return Reply(status, remove_hop_by_hop(headers), body, not encoded)
