"""Fields that the events of several sources have, read with their documented defaults."""

from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.headers import normal_name, text_from_value
from lambda_adapters.http.urls import Pairs

OTHER_EVENT_KEYS = frozenset({"methodArn", "routeArn", "Records", "__ow_method"})
"""Keys that no event of AWS's gateways and load balancers has: an authorizer's, records',
OpenWhisk's (whose clients can add any key to an event that is not raw)."""

OTHER_CONTEXT_KEYS = frozenset({"elb", "connectionId", "serviceNetworkArn", "serviceArn"})
"""Keys of `requestContext` that no API and no Function URL has: a load balancer's, a WebSocket
API's, VPC Lattice's."""


def method_of(method: object) -> str:
    """The method; GET where an event has none. BadRequest where it is not a token (RFC 9110 §9.1):
    it stands in log lines as it is."""
    if not isinstance(method, str) or not method:
        return "GET"
    if not normal_name[method]:
        raise BadRequest("The event's method is not an HTTP method: the request was refused.")
    return method


def path_of(path: object) -> str:
    """A path with its leading slash, which a test event may lack; `/` where there is none."""
    if not isinstance(path, str):
        return "/"
    return path if path.startswith("/") else "/" + path


def text_pairs(pairs: list[tuple[str, Any]]) -> Pairs:
    """A query's pairs with values as texts; null is an empty one."""
    for _, value in pairs:
        if type(value) is not str:
            return [(name, "" if text is None else text_from_value(text)) for name, text in pairs]
    return pairs
