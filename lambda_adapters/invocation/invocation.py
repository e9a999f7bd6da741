"""Invocation: one event and what is known about it."""

from collections.abc import Collection
from typing import Any

from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.sources.source import LAMBDA_LIMIT, Source


class Invocation:
    """The event and the context as Lambda passed them, and the event's source or trigger.

    `source` is the HTTP source that sent the event. For an event that is not HTTP, `trigger` is the
    trigger's name and `source` is None, unless the event is POSTed to an app (`events_path`).
    `limit` is the largest response in bytes, counted as JSON. `path_parameters` are the decoded
    parameters of the matched routes. `raise_on_statuses` is the option of the adapter that answers.
    """

    __slots__ = (
        "context",
        "event",
        "limit",
        "path_parameters",
        "raise_on_statuses",
        "source",
        "trigger",
    )

    def __init__(
        self, event: Any, context: Any, source: Source | None, trigger: str | None = None
    ) -> None:
        self.event = event
        self.context = context
        self.source = source
        self.trigger = trigger
        self.limit = LAMBDA_LIMIT if source is None else source.limit(event)
        self.path_parameters: dict[str, str] = {}
        self.raise_on_statuses: Collection[int] = ()

    @property
    def deadline(self) -> float | None:
        """When Lambda kills the invocation, in seconds of the monotonic clock; None if the context
        does not say (tests, emulators)."""
        return deadline_of(self.context)

    @property
    def request_id(self) -> str:
        """Lambda's id of the invocation, for log lines; `-` if there is none."""
        request_id = getattr(self.context, "aws_request_id", None)
        return request_id if isinstance(request_id, str) else "-"
