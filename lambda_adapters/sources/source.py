"""Source: what a module or an object must have to be an HTTP event source."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lambda_adapters.http.messages import Reply, Request
    from lambda_adapters.sources.front import Front

Event = dict[str, Any]
Response = dict[str, Any]

LAMBDA_LIMIT = 6 * 1024 * 1024 + 100
"""Bytes of a response as JSON: gettingstarted-limits.html says 6 MB, the runtime interface takes
100 more."""


class Source(Protocol):
    """One HTTP event source: how to know its events, and two inverse pairs.

    The pairs are `request_from_event` with `event_from_request`, and `response_from_reply` with
    `reply_from_response`; the inverses do what AWS does, its losses and refusals included. Modules
    satisfy this protocol as well as objects do.
    """

    @property
    def name(self) -> str:
        """The source's name, as `source_of(event).name` gives it."""

    def matches(self, event: Any, /) -> bool:
        """Whether this source sent the event, whatever its type. Never raises."""

    def limit(self, event: Event, /) -> int:
        """The largest response to this event in bytes, counted as JSON."""

    def request_from_event(self, event: Event, /) -> "Request":
        """The request; BadRequest where its body cannot be read."""

    def event_from_request(self, request: "Request", front: "Front", /) -> Event:
        """The event that AWS would send."""

    def response_from_reply(self, reply: "Reply", event: Event, /) -> Any:
        """What the handler returns; `event` is the one being answered."""

    def reply_from_response(self, response: Any, request: "Request", front: "Front", /) -> "Reply":
        """What AWS would send to the client; `refusal()` where it would refuse the response."""

    def refusal(self) -> "Reply":
        """What AWS sends to the client when the invocation failed or its response is malformed."""
