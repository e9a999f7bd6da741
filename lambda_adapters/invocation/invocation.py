"""One event being handled: what Lambda passed, and what recognition found."""

from collections.abc import Collection
from typing import Any

from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.sources.source import Source
from lambda_adapters.triggers.callers import Caller, caller_of


class Invocation:
    """The event and context as Lambda passed them, their source, and the response's limit.

    `failing` are the statuses with which the invocation fails, by the options of whoever answers.
    `path_parameters` are those of the routes that led here, decoded.
    """

    __slots__ = ("context", "event", "failing", "limit", "path_parameters", "source")

    def __init__(self, event: Any, context: Any, source: Source) -> None:
        self.event = event
        self.context = context
        self.source = source
        self.limit = source.limit(event)
        self.path_parameters: dict[str, str] = {}
        self.failing: Collection[int] = ()

    @property
    def deadline(self) -> float | None:
        """When Lambda kills the invocation, in seconds on the monotonic clock; None where the
        context does not say (tests, emulators)."""
        return deadline_of(self.context)

    @property
    def caller(self) -> Caller | None:
        """Whom an authorizer let through; nobody where the event is no request."""
        return None if self.source.name == "events" else caller_of(self.event)

    @property
    def request_id(self) -> str:
        """Lambda's id of the invocation, for log lines; `-` where there is none."""
        request_id = getattr(self.context, "aws_request_id", None)
        return request_id if isinstance(request_id, str) else "-"
