"""Handler: event in, response out. The few lines that every adapter and router share."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection
from http import HTTPStatus
from typing import Any, Self

from lambda_events.call import Call
from lambda_events.errors import AppError, BadRequest, FailedStatus, UnknownEvent
from lambda_events.messages import Reply, Request, plain_reply
from lambda_events.posted import PostedEvents
from lambda_events.recognition import described
from lambda_events.sink import BufferedSink, Sink
from lambda_events.size import exceeds, may_exceed
from lambda_events.sources import Source, find_source
from lambda_events.triggers import UNTRANSLATED, named

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

logger = logging.getLogger("lambda_events")


class Handler(ABC):
    """`(event, context) -> response`. Subclasses say how a request is answered: `respond`."""

    _sources: tuple[Source, ...] = ()
    _events: PostedEvents | None = None
    _failing: Collection[int] = ()

    @abstractmethod
    def respond(self, request: Request, call: Call, sink: Sink) -> None:
        """Answer one request into the sink. Raises AppError where there is no reply to send."""

    def start(self) -> None:  # noqa: B027 - most have nothing to do
        """Whatever can be done before the first request."""

    def __call__(self, event: Any, context: Any = None) -> Any:
        with Invocation(self, event, context) as invocation:
            if invocation.call is None:
                self.start()  # a ping wants the function warm
            else:
                self.respond(invocation.request(), invocation.call, invocation.sink)
        return invocation.response()

    def _source_of(self, event: Any) -> Source | None:
        """The source that sent the event; None for a ping, which needs no answer from the app."""
        source = find_source(event, self._sources)
        if source is not None:
            return source
        name = named(event)
        if name == "warmup":
            return None
        if self._events is None or name is None or name in _NEVER_POSTED:
            raise UnknownEvent(described(event))
        return self._events


# They look like HTTP: an app that took one for a request might let anybody in.
_NEVER_POSTED = UNTRANSLATED | {"authorizer", "websocket_api"}


class Invocation:
    """A context manager around answering one event: whatever goes wrong inside gets its reply."""

    __slots__ = ("_error", "_failing", "call", "sink")

    def __init__(self, handler: Handler, event: Any, context: Any) -> None:
        source = handler._source_of(event)
        self._error: Reply | None = None
        # An event that is not HTTP has no client who could be told.
        self._failing = handler._failing if source is not handler._events else range(100, 1000)
        self.call: Call | None = None
        if source is not None:
            self.call = Call(event, context, source)
            self.sink = BufferedSink(source.limit(event))

    def __enter__(self) -> Self:
        return self

    def request(self) -> Request:
        """The event as a request; BadRequest where its body cannot be read."""
        assert self.call is not None
        return self.call.source.request_from_event(self.call.event)

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, BadRequest):
            logger.warning("Request %s: %s", self._id, error)
            self._error = self._instead(error)
        elif isinstance(error, AppError):
            logger.error("Request %s: %s", self._id, error, exc_info=error.__cause__)
            self._error = self._instead(error)
        return self._error is not None

    def response(self) -> Any:
        """What the handler returns: the reply, or the error that came instead."""
        if self.call is None:
            return {}  # a ping
        source = self.call.source
        if self._error is not None:
            return source.response_from_reply(self._error, self.call.event)
        reply = self.sink.reply
        assert reply is not None
        limit = self.sink.limit
        size: int | None = self.sink.size
        if self.sink.size <= limit:
            response = source.response_from_reply(reply, self.call.event)
            if not may_exceed(reply, limit):
                return response
            size = exceeds(response, limit)
            if size is None:
                return response
        too_large = AppError(
            f"The reply is too large for {source.name}: {size} bytes, and {limit} are "
            "allowed, counted as JSON. Send less, compress it, or give the client a link (to S3, "
            "say)."
        )
        logger.error("Request %s: %s", self._id, too_large)
        return source.response_from_reply(self._instead(too_large), self.call.event)

    def _instead(self, error: BadRequest | AppError) -> Reply:
        """The reply that the client gets for an error; FailedStatus where none is to be sent."""
        if error.status in self._failing:
            raise FailedStatus(
                f"{error} That is status {error.status}, with which the invocation fails.",
                error.status,
            ) from error
        return plain_reply(error.status, _PHRASES.get(error.status, "Error"))

    @property
    def _id(self) -> str:
        return self.call.request_id if self.call is not None else "-"
