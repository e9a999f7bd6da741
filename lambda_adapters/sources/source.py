"""Front and Source: what a source's settings are, and what a module must have to be a source."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from lambda_adapters.http.messages import Reply, Request

Event = dict[str, Any]
Response = dict[str, Any]

LAMBDA_LIMIT = 6 * 1024 * 1024 + 100
"""Bytes of a response as JSON: gettingstarted-limits.html says 6 MB, the runtime interface takes
100 more."""


def is_other_event(event: Event) -> bool:
    """Whether an event has a key of no HTTP source: an authorizer's, records', OpenWhisk's (whose
    clients can add any key of their own to an event that is not raw)."""
    return (
        "methodArn" in event
        or "routeArn" in event
        or "Records" in event
        or "__ow_method" in event
    )  # fmt: skip


def is_foreign(event: Event, context: dict[str, Any]) -> bool:
    """Whether an event or its `requestContext` has a key that no API and no Function URL has."""
    return (
        "methodArn" in event  # those of is_other_event, without the call
        or "routeArn" in event
        or "Records" in event
        or "__ow_method" in event
        or "elb" in context
        or "connectionId" in context
        or "serviceNetworkArn" in context
        or "serviceArn" in context
    )


FOREIGN = frozenset({"elb", "connectionId", "serviceNetworkArn", "serviceArn"})
FOREIGN_EVENTS = frozenset({"methodArn", "routeArn", "Records", "__ow_method"})
"""Keys of events of other kinds."""


@dataclass(slots=True, frozen=True)
class Front:
    """A source as seen from a laptop: the settings that its owner gave it on AWS.

    `stage`: the stage's name, `""` for none in the URL (REST behind a custom domain, the
    `$default` stage of an HTTP API). `route`: the pattern that matched, `parameters` its
    values. `binary_media_types`: REST only. `multi_value`: the load balancer's
    `lambda.multi_value_headers.enabled`. `event_type`: CloudFront only, which of its two request
    triggers the function is attached to.
    """

    stage: str = ""
    route: str = "/{proxy+}"
    parameters: tuple[tuple[str, str], ...] = ()
    binary_media_types: tuple[str, ...] = ("*/*",)
    multi_value: bool = False
    event_type: Literal["origin-request", "viewer-request"] = "origin-request"


class Source(Protocol):
    """One HTTP event source: how to know its events, and two inverse pairs.

    The pairs are `request_from_event` with `event_from_request`, and `response_from_reply`
    with `reply_from_response`; the inverses do what AWS does, its losses and refusals
    included. Modules satisfy this protocol as well as objects do.
    """

    @property
    def name(self) -> str:
        """The source's name, as `source_of(event).name` tells it."""

    def matches(self, event: Any, /) -> bool:
        """Whether this source sent the event, whatever its type. Never raises."""

    def limit(self, event: Event, /) -> int:
        """The largest response to this event in bytes, counted as JSON."""

    def request_from_event(self, event: Event, /) -> Request:
        """The request; BadRequest where its body cannot be read."""

    def event_from_request(self, request: Request, front: Front, /) -> Event:
        """The event that AWS would send."""

    def response_from_reply(self, reply: Reply, event: Event, /) -> Any:
        """What the handler returns; `event` is the one being answered."""

    def reply_from_response(self, response: Any, request: Request, front: Front, /) -> Reply:
        """What AWS would send to the client; `refusal()` where it would refuse the response."""

    def refusal(self) -> Reply:
        """What AWS sends to the client when the invocation failed or its response is malformed."""
