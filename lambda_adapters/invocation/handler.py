"""Handler: event in, response out. What all adapters and routers share."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any

from lambda_adapters.errors import (
    AppError,
    BadRequest,
    FailedStatus,
    IncompleteReply,
    UnknownEvent,
)
from lambda_adapters.http.messages import Reply, Request, phrase_of, text_reply
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.sinks import Sink, deliver
from lambda_adapters.invocation.size_limits import may_exceed, size_over_limit, too_large_error
from lambda_adapters.sources.registry import find_source
from lambda_adapters.sources.source import Source

LambdaHandler = Callable[[Any, Any], Any]
"""`(event, context) -> response`, as Lambda calls it."""

logger = logging.getLogger("lambda_adapters")


class Handler(ABC):
    """`(event, context) -> response`. Subclasses implement `respond`, for HTTP, and
    `trigger_target`, for other events.

    `answer` and `answer_async` answer an event that `recognize` has looked at; with a sink, the
    reply goes there as the app produces it.
    """

    _sources: tuple[Source, ...] = ()
    _raise_on_statuses: Collection[int] = ()

    def __call__(self, event: Any, context: Any = None) -> Any:
        return self.answer(self.recognize(event, context))

    async def handle(self, event: Any, context: Any = None) -> Any:
        """What the handler does, on the caller's event loop."""
        return await self.answer_async(self.recognize(event, context))

    def recognize(self, event: Any, context: Any = None) -> Invocation:
        """What sent an event: an HTTP source or a trigger. UnknownEvent where nothing claims it."""
        source = find_source(event, self._sources)
        if source is not None:
            return Invocation(event, context, source)
        from lambda_adapters.triggers.detection import trigger_name

        name = trigger_name(event)
        if name is None:
            raise self._unknown(event)
        return Invocation(event, context, None, name)

    def answer(self, invocation: Invocation, sink: Sink | None = None) -> Any:
        """The response to an event; with a sink None, since the sink gets the reply.

        Raises UnknownEvent for a trigger that nothing here answers, FailedStatus where the options
        let the invocation fail, and IncompleteReply where the app fails after the sink got the
        beginning of its reply.
        """
        if invocation.source is None:
            target = self._target_for(invocation)
            if isinstance(target, Handler):
                return target.answer(invocation, sink)
            if target is not None:
                return deliver(target(invocation.event, invocation.context), sink)
        source = invocation.source
        assert source is not None
        try:
            request = source.request_from_event(invocation.event)
            result = self.respond(request, invocation, sink)
        except (AppError, BadRequest) as error:
            return self._answer_error(error, invocation, sink)
        return self._response(result, invocation) if isinstance(result, Reply) else result

    async def answer_async(self, invocation: Invocation, sink: Sink | None = None) -> Any:
        """`answer` on the caller's event loop. A function, or a WSGI app, runs in a thread."""
        if invocation.source is None:
            target = self._target_for(invocation)
            if isinstance(target, Handler):
                return await target.answer_async(invocation, sink)
            if target is not None:
                return deliver(await in_thread(target, invocation.event, invocation.context), sink)
        source = invocation.source
        assert source is not None
        try:
            request = source.request_from_event(invocation.event)
            result = await self.respond_async(request, invocation, sink)
        except (AppError, BadRequest) as error:
            return self._answer_error(error, invocation, sink)
        return self._response(result, invocation) if isinstance(result, Reply) else result

    @abstractmethod
    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        """Answer one request: the Reply, or a function's own response; None where a sink got it.
        The request may be changed. Raises AppError where there is no reply to send."""

    async def respond_async(
        self, request: Request, invocation: Invocation, sink: Sink | None
    ) -> Any:
        """`respond` on the caller's event loop."""
        if sink is not None:
            from lambda_adapters.invocation.thread_sink import ThreadSink

            sink = ThreadSink(sink)
        return await in_thread(self.respond, request, invocation, sink)

    def takes_trigger(self, event: Any, name: str) -> bool:
        """Whether an event that is not HTTP, by its trigger's name, is answered here."""
        return False

    def trigger_target(self, invocation: Invocation) -> "Handler | LambdaHandler | None":
        """What answers a trigger that is taken; None where this handler does it itself and has
        given the invocation a source."""
        raise self._unknown(invocation.event)

    def start(self) -> None:  # noqa: B027 - most have nothing to do
        """Do what can be done before the first request."""

    def stop(self) -> None:  # noqa: B027 - most have nothing to do
        """Undo what `start` did, for tests and tools."""

    async def startup(self) -> None:
        """`start` on the caller's event loop."""
        await in_thread(self.start)

    async def shutdown(self) -> None:
        """`stop` on the caller's event loop, for what `startup` and `handle` started there."""
        await in_thread(self.stop)

    def _target_for(self, invocation: Invocation) -> "Handler | LambdaHandler | None":
        if invocation.trigger is not None and self.takes_trigger(
            invocation.event, invocation.trigger
        ):
            return self.trigger_target(invocation)
        if invocation.trigger != "warmup":
            raise self._unknown(invocation.event)
        return self._warm_up

    def _warm_up(self, event: Any, context: Any) -> dict[str, Any]:
        """The response to a ping of a plugin that keeps functions warm."""
        self.start()
        return {}

    def _response(self, reply: Reply, invocation: Invocation) -> Any:
        """The response for a reply, or for an error in its place where it is too large."""
        source, limit = invocation.source, invocation.limit
        assert source is not None
        response = source.response_from_reply(reply, invocation.event)
        if may_exceed(reply, limit):
            size = size_over_limit(response, limit)
            if size is not None:
                error = too_large_error(source.name, size, limit)
                return self._answer_error(error, invocation, None)
        return response

    def _answer_error(
        self, error: AppError | BadRequest, invocation: Invocation, sink: Sink | None
    ) -> Any:
        """The answer where there is no reply of the app's. Raises FailedStatus where the
        invocation is to fail."""
        if isinstance(error, IncompleteReply):
            raise error
        level = logging.WARNING if isinstance(error, BadRequest) else logging.ERROR
        logger.log(level, "Request %s: %s", invocation.request_id, error, exc_info=error.__cause__)
        failing = invocation.raise_on_statuses or self._raise_on_statuses
        # An event that is not HTTP has no client to be told.
        if error.status in failing or invocation.trigger is not None:
            raise FailedStatus(
                f"{error} That is status {error.status}, with which the invocation fails.",
                error.status,
            ) from error
        reply = text_reply(error.status, phrase_of(error.status) or "Error")
        if sink is not None:
            return deliver(reply, sink)
        assert invocation.source is not None
        return invocation.source.response_from_reply(reply, invocation.event)

    def _unknown(self, event: Any) -> UnknownEvent:
        from lambda_adapters.invocation.recognition import describe_event

        return UnknownEvent(describe_event(event))


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns that may block, called in a thread with the caller's context."""
    import asyncio

    return await asyncio.to_thread(function, *arguments)
