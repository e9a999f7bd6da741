"""Fields that the events of several sources have, read with their documented defaults."""

from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.headers import normal_name, text_from_value
from lambda_adapters.http.urls import Pairs


def is_other_event(event: dict[str, Any]) -> bool:
    """Whether an event has a key that none of AWS's HTTP sources but its own sends: an
    authorizer's, records', OpenWhisk's (whose clients can add any key to an event that is not
    raw)."""
    return (
        "methodArn" in event
        or "routeArn" in event
        or "Records" in event
        or "__ow_method" in event
    )  # fmt: skip


def is_other_context(context: dict[str, Any]) -> bool:
    """Whether a `requestContext` has a key that no API and no Function URL has: a load
    balancer's, a WebSocket API's, VPC Lattice's."""
    return (
        "elb" in context
        or "connectionId" in context
        or "serviceNetworkArn" in context
        or "serviceArn" in context
    )


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
