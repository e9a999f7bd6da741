"""Read fields that events of several sources have, with their documented defaults."""

from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.headers import normal_name, text_from_value
from lambda_adapters.http.urls import Pairs

OTHER_EVENT_KEYS = frozenset({"methodArn", "routeArn", "Records", "__ow_method"})
"""Keys that no event of AWS's gateways and load balancers has. They belong to authorizers, record
events and OpenWhisk (whose clients can add any key to an event that is not raw)."""

OTHER_CONTEXT_KEYS = frozenset({"elb", "connectionId", "serviceNetworkArn", "serviceArn"})
"""Keys of `requestContext` that no API and no Function URL has. They belong to load balancers,
WebSocket APIs and VPC Lattice."""


def method_of(method: object) -> str:
    """Return the method; GET if the event has none. Raises BadRequest if it is not a token
    (RFC 9110 §9.1), because it is written to logs unchanged."""
    if not isinstance(method, str) or not method:
        return "GET"
    if not normal_name[method]:
        raise BadRequest(
            "Expected an HTTP method in the event, got text that is not a token. The request was "
            "refused."
        )
    return method


def path_of(path: object) -> str:
    """Return the path with a leading slash, which test events may lack; `/` if there is none."""
    if not isinstance(path, str):
        return "/"
    return path if path.startswith("/") else "/" + path


def text_pairs(pairs: list[tuple[str, Any]]) -> Pairs:
    """Return the pairs of a query with their values as text; null becomes an empty text."""
    for _, value in pairs:
        if type(value) is not str:
            return [(name, "" if text is None else text_from_value(text)) for name, text in pairs]
    return pairs
