"""A Lambda function as the target of a target group: what load balancers and VPC Lattice share.

Sources: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
and docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html, which says much the same.
"""

from itertools import product
from typing import Any

from lambda_events.body import placed_in_event, sent_as_text
from lambda_events.headers import without_hops
from lambda_events.messages import Headers, Reply, Request
from lambda_events.sources.reading import (
    body_from,
    headers_from,
    headers_from_lists,
    status_from,
)


def body_in_event(request: Request) -> tuple[str, bool]:
    """The event's body, and whether it is base64; no body is an empty text."""
    text = sent_as_text(request.header("content-type"), request.header("content-encoding"))
    return placed_in_event(request.body, text or not request.body)


def one_each(headers: Headers) -> dict[str, str]:
    """One value a name: repeats are joined, and only Set-Cookie, which must not be, is kept apart
    by spellings of its name. Load balancers pass those on as they are."""
    single = dict(headers)
    if len(single) == len(headers):
        return single
    spellings = map("".join, product(*((c, c.upper()) if c != "-" else c for c in "set-cookie")))
    lists: dict[str, list[str]] = {}
    for header, value in headers:
        if header == "set-cookie":
            lists[next(spellings, header)] = [value]
        else:
            lists.setdefault(header, []).append(value)
    # Joined at once: adding one to the other takes the square of the time.
    return {name: ", ".join(values) for name, values in lists.items()}


def reply_of(response: Any, *, multi_value: bool = False) -> Reply | None:
    """The reply, without a reason phrase; None where the response would be refused.

    That is where a value is null, a header or the body is no string, or the status no number.
    """
    if not isinstance(response, dict) or isinstance(response.get("statusCode"), str):
        return None
    status = status_from(response.get("statusCode"))
    if multi_value:
        headers = headers_from_lists(response.get("multiValueHeaders", {}), strings_only=True)
    else:
        headers = headers_from(response.get("headers", {}), strings_only=True)
    encoded = response.get("isBase64Encoded") is True
    body = body_from(response, encoded=encoded)
    nulls = [key for key, value in response.items() if value is None]
    if status is None or headers is None or body is None or nulls:
        return None
    return Reply(status, without_hops(headers), body, not encoded)
