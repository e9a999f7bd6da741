"""Handler: event in, response out. The few lines that every adapter and router share."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any

from lambda_adapters.errors import AppError, BadRequest, FailedStatus, UnknownEvent
from lambda_adapters.http.messages import PHRASES, Reply, Request, plain_reply
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.recognition import describe_event
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.size_limits import exceeds, may_exceed, too_large
from lambda_adapters.sources.registry import find_source
from lambda_adapters.sources.source import Source
from lambda_adapters.triggers.detection import named

Taker = Callable[[Any, Any], Any]
"""What is called with (event, context) of a trigger."""

logger = logging.getLogger("lambda_adapters")


class Handler(ABC):
    """`(event, context) -> response`. Subclasses say how a request is answered: `respond`."""

    _sources: tuple[Source, ...] = ()
    _failing: Collection[int] = ()

    @abstractmethod
    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        """Answer one request: into the sink, or without one with the Reply; what is no Reply is a
        function's own response. The request is the responder's to change. Raises AppError where
        there is no reply to send."""

    def start(self) -> None:  # noqa: B027 - most have nothing to do
        """Whatever can be done before the first request."""

    def taker_of(self, event: Any, name: str) -> Taker | None:
        """What takes an event that is no request, by its trigger's name; None: nothing here."""
        return None

    def __call__(self, event: Any, context: Any = None) -> Any:
        source = find_source(event, self._sources)
        if source is not None:
            return self.answer(Invocation(event, context, source))
        name = named(event)
        taker = self.taker_of(event, name) if name is not None else None
        if taker is not None:
            return taker(event, context)
        if name != "warmup":
            raise UnknownEvent(describe_event(event))
        self.start()  # a ping wants the function warm
        return {}

    def answer(self, invocation: Invocation, sink: Sink | None = None) -> Any:
        """What the handler returns for an event that a source claimed. With a sink the reply goes
        there as it comes, and the errors of a request without one are raised."""
        try:
            request = invocation.source.request_from_event(invocation.event)
            reply = self.respond(request, invocation, sink)
        except (AppError, BadRequest) as error:
            if sink is not None:
                raise
            return self._response_of_error(error, invocation)
        return self._response_of(reply, invocation) if isinstance(reply, Reply) else reply

    def _response_of(self, reply: Reply, invocation: Invocation) -> Any:
        """What the handler returns for a reply; an error in its place where that is too large."""
        source, limit = invocation.source, invocation.limit
        response = source.response_from_reply(reply, invocation.event)
        if may_exceed(reply, limit):
            size = exceeds(response, limit)
            if size is not None:
                error = too_large(source.name, size, limit)
                return self._response_of_error(error, invocation)
        return response

    def _response_of_error(self, error: AppError | BadRequest, invocation: Invocation) -> Any:
        """What the handler returns for a request that got no reply; FailedStatus where the
        invocation is to fail."""
        level = logging.WARNING if isinstance(error, BadRequest) else logging.ERROR
        logger.log(level, "Request %s: %s", invocation.request_id, error, exc_info=error.__cause__)
        if (
            error.status in (invocation.failing or self._failing)
            or invocation.source.name == "events"
        ):
            # An event that is not HTTP has no client who could be told.
            raise FailedStatus(
                f"{error} That is status {error.status}, with which the invocation fails.",
                error.status,
            ) from error
        reply = plain_reply(error.status, PHRASES.get(error.status, "Error"))
        return invocation.source.response_from_reply(reply, invocation.event)
