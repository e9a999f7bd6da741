"""What an invocation brings besides the request."""

from copy import copy
from typing import Any

from lambda_events.deadline import deadline_of
from lambda_events.sources import Source


class Call:
    """The event and context as Lambda passed them, their source, and the deadline.

    `path_parameters` are those of the routes that led here, decoded. `deadline` is when Lambda
    kills the invocation, in seconds on the monotonic clock; None where the context does not say
    (tests, emulators).
    """

    __slots__ = ("context", "deadline", "event", "path_parameters", "source")

    def __init__(self, event: Any, context: Any, source: Source) -> None:
        self.event = event
        self.context = context
        self.source = source
        self.deadline = deadline_of(context)
        self.path_parameters: dict[str, str] = {}

    def with_parameters(self, parameters: dict[str, str]) -> "Call":
        """The call as it is behind a route with parameters."""
        call = copy(self)
        call.path_parameters = self.path_parameters | parameters
        return call

    @property
    def request_id(self) -> str:
        """Lambda's id of the invocation, for log lines; `-` where there is none."""
        request_id = getattr(self.context, "aws_request_id", None)
        return request_id if isinstance(request_id, str) else "-"
