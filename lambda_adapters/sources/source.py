"""Source: the protocol that a module or an object must satisfy to be an HTTP event source."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lambda_adapters.http.messages import Reply, Request
    from lambda_adapters.sources.front import Front

Event = dict[str, Any]
Response = dict[str, Any]

LAMBDA_LIMIT = 6 * 1024 * 1024 + 100
"""The largest response, in bytes of JSON: gettingstarted-limits.html says 6 MB, the runtime
interface accepts 100 bytes more."""


class Source(Protocol):
    """One HTTP event source: how to recognize its events, and two inverse pairs of conversions.

    The pairs are `request_from_event` with `event_from_request`, and `response_from_reply` with
    `reply_from_response`; the inverses do what AWS does, its losses and refusals included. Both
    modules and objects can satisfy this protocol.
    """

    @property
    def name(self) -> str:
        """The source's name, as in `source_of(event).name`."""

    def matches(self, event: Any, /) -> bool:
        """Whether this source sent the event, which may be of any type. Never raises."""

    def limit(self, event: Event, /) -> int:
        """Return the size of the largest response to this event, in bytes of JSON."""

    def request_from_event(self, event: Event, /) -> "Request":
        """Return the request. Raises BadRequest if it cannot be read."""

    def event_from_request(self, request: "Request", front: "Front", /) -> Event:
        """Return the event that AWS would send."""

    def response_from_reply(self, reply: "Reply", event: Event, /) -> Any:
        """Return what the handler returns for `event`."""

    def reply_from_response(self, response: Any, request: "Request", front: "Front", /) -> "Reply":
        """Return what AWS would send to the client; `refusal()` if it would refuse the response."""

    def refusal(self) -> "Reply":
        """Return what AWS sends to the client after a failed invocation or an invalid response."""
