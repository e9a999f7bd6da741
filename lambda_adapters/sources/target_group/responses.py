"""Lambda functions as targets of a target group: what load balancers and VPC Lattice share.

Sources: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
and docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html, which is similar.
"""

from typing import Any

from lambda_adapters.http.body import encode_event_body, is_sent_as_text
from lambda_adapters.http.headers import remove_hop_by_hop
from lambda_adapters.http.messages import Headers, Reply, Request


def event_body(request: Request) -> tuple[str, bool]:
    """Return the event's body, and whether it is base64; an empty text if there is no body."""
    text = is_sent_as_text(request.header("content-type"), request.header("content-encoding"))
    return encode_event_body(request.body, text or not request.body)


def join_repeats(headers: Headers) -> dict[str, str]:
    """Return one value for each name: repeats are joined. Set-Cookie must not be joined, so each
    gets another spelling of the name, which load balancers pass on unchanged."""
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
    # One join per name: adding values one by one takes quadratic time.
    return {name: ", ".join(values) for name, values in lists.items()}


def reply_from_response(response: Any, *, multi_value: bool = False) -> Reply | None:
    """Return the reply, without a reason phrase; None if the response would be refused.

    It is refused if a value is null, a header or the body not a string, or the status not a number.
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
