"""Handler: event in, response out. The few lines that every adapter and router share."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any

from lambda_events.call import Call
from lambda_events.errors import AppError, BadRequest, FailedStatus, UnknownEvent
from lambda_events.messages import PHRASES, Request, plain_reply
from lambda_events.recognition import described
from lambda_events.sink import BufferedSink, Sink
from lambda_events.size import exceeds, may_exceed
from lambda_events.sources import Source, find_source
from lambda_events.triggers import named

Taker = Callable[[Any, Any], Any]
"""What is called with (event, context) of a trigger."""

logger = logging.getLogger("lambda_events")


class Handler(ABC):
    """`(event, context) -> response`. Subclasses say how a request is answered: `respond`."""

    _sources: tuple[Source, ...] = ()
    _failing: Collection[int] = ()

    @abstractmethod
    def respond(self, request: Request, call: Call, sink: Sink) -> None:
        """Answer one request into the sink. Raises AppError where there is no reply to send."""

    def start(self) -> None:  # noqa: B027 - most have nothing to do
        """Whatever can be done before the first request."""

    def taker_of(self, event: Any, name: str) -> Taker | None:
        """What takes an event that is no request, by its trigger's name; None: nothing here."""
        return None

    def __call__(self, event: Any, context: Any = None) -> Any:
        source = find_source(event, self._sources)
        if source is not None:
            return self._answered(Call(event, context, source))
        name = named(event)
        taker = self.taker_of(event, name) if name is not None else None
        if taker is not None:
            return taker(event, context)
        if name != "warmup":
            raise UnknownEvent(described(event))
        self.start()  # a ping wants the function warm
        return {}

    def _answered(self, call: Call) -> Any:
        sink = BufferedSink(call.source.limit(call.event))
        try:
            self.respond(call.source.request_from_event(call.event), call, sink)
        except (AppError, BadRequest) as error:
            return self._response_of_error(error, call)
        return self._response_of(sink, call)

    def _response_of(self, sink: BufferedSink, call: Call) -> Any:
        """What the handler returns for a reply; an error in its place where that is too large."""
        reply, source = sink.reply, call.source
        if reply is None:
            return sink.response
        size: int | None = sink.size
        if sink.size <= sink.limit:
            response = source.response_from_reply(reply, call.event)
            if not may_exceed(reply, sink.limit):
                return response
            size = exceeds(response, sink.limit)
            if size is None:
                return response
        too_large = AppError(
            f"The reply is too large for {source.name}: {size} bytes, and {sink.limit} are "
            "allowed, counted as JSON. Send less, compress it, or give the client a link (to S3, "
            "say)."
        )
        return self._response_of_error(too_large, call)

    def _response_of_error(self, error: AppError | BadRequest, call: Call) -> Any:
        """What the handler returns for a request that got no reply; FailedStatus where the
        invocation is to fail."""
        level = logging.WARNING if isinstance(error, BadRequest) else logging.ERROR
        logger.log(level, "Request %s: %s", call.request_id, error, exc_info=error.__cause__)
        if error.status in (call.failing or self._failing) or call.source.name == "events":
            # An event that is not HTTP has no client who could be told.
            raise FailedStatus(
                f"{error} That is status {error.status}, with which the invocation fails.",
                error.status,
            ) from error
        reply = plain_reply(error.status, PHRASES.get(error.status, "Error"))
        return call.source.response_from_reply(reply, call.event)
