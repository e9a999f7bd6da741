"""Handler: the base of all adapters and routers. It turns an event into a response."""

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
    """`(event, context) -> response`. Subclasses implement `respond` for HTTP, and `takes_trigger`
    and `trigger_target` for other events.

    `recognize` returns the Invocation that `answer` and `answer_async` answer. With a sink, the
    reply goes there as the app produces it.
    """

    _sources: tuple[Source, ...] = ()
    _raise_on_statuses: Collection[int] = ()

    def __call__(self, event: Any, context: Any = None) -> Any:
        return self.answer(self.recognize(event, context))

    async def handle(self, event: Any, context: Any = None) -> Any:
        """Return the response to an event, on the running event loop."""
        return await self.answer_async(self.recognize(event, context))

    def recognize(self, event: Any, context: Any = None) -> Invocation:
        """Return the Invocation for an event, with its HTTP source or its trigger. Raises
        UnknownEvent if no source and no trigger matches."""
        source = find_source(event, self._sources)
        if source is not None:
            return Invocation(event, context, source)
        from lambda_adapters.triggers.detection import trigger_name

        name = trigger_name(event)
        if name is None:
            raise self._unknown_event_error(event)
        return Invocation(event, context, None, name)

    def answer(self, invocation: Invocation, sink: Sink | None = None) -> Any:
        """Return the response to an event; with a sink, send the reply there and return None.

        Raises UnknownEvent for a trigger that has no target, FailedStatus if the options say that
        the status fails the invocation, and IncompleteReply if the app fails after the sink got
        the beginning of its reply.
        """
        if invocation.source is None:
            target = self._target_for(invocation)
            if isinstance(target, Handler):
                return target.answer(invocation, sink)
            if target is not None:
                return deliver(target(invocation.event, invocation.context), sink)
            return deliver(self.answer(invocation), sink)  # POSTed to the app: the result is JSON
        source = invocation.source
        try:
            request = source.request_from_event(invocation.event)
            result = self.respond(request, invocation, sink)
            if isinstance(result, Reply):
                return self._response_from_reply(result, invocation)
        except (AppError, BadRequest) as error:
            return self._answer_error(error, invocation, sink)
        return result

    async def answer_async(self, invocation: Invocation, sink: Sink | None = None) -> Any:
        """`answer` on the running event loop. A function or a WSGI app runs in a thread."""
        if invocation.source is None:
            target = self._target_for(invocation)
            if isinstance(target, Handler):
                return await target.answer_async(invocation, sink)
            if target is not None:
                return deliver(
                    await run_in_thread(target, invocation.event, invocation.context), sink
                )
            return deliver(await self.answer_async(invocation), sink)
        source = invocation.source
        try:
            request = source.request_from_event(invocation.event)
            result = await self.respond_async(request, invocation, sink)
            if isinstance(result, Reply):
                return self._response_from_reply(result, invocation)
        except (AppError, BadRequest) as error:
            return self._answer_error(error, invocation, sink)
        return result

    @abstractmethod
    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        """Answer one request. Return a Reply, or the response of a function; None if a sink got
        it. May change the request. Raises AppError if there is no reply to send."""

    async def respond_async(
        self, request: Request, invocation: Invocation, sink: Sink | None
    ) -> Any:
        """`respond` on the running event loop."""
        if sink is not None:
            from lambda_adapters.invocation.thread_sink import ThreadSink

            sink = ThreadSink(sink)
        return await run_in_thread(self.respond, request, invocation, sink)

    def takes_trigger(self, event: Any, name: str) -> bool:
        """Whether this handler answers an event that is not HTTP. `name` is the trigger's."""
        return False

    def trigger_target(self, invocation: Invocation) -> "Handler | LambdaHandler | None":
        """Return the target for a trigger that `takes_trigger` accepts, or None if this handler
        answers it and has set the invocation's source. Raises UnknownEvent by default."""
        raise self._unknown_event_error(invocation.event)

    def start(self) -> None:  # noqa: B027 - most handlers have nothing to start
        """Start what can be started before the first request, such as an app's lifespan."""

    def stop(self) -> None:  # noqa: B027 - most handlers have nothing to stop
        """Undo what `start` did, for tests and tools."""

    async def startup(self) -> None:
        """`start` on the running event loop."""
        await run_in_thread(self.start)

    async def shutdown(self) -> None:
        """`stop` on the running event loop, for what `startup` and `handle` started there."""
        await run_in_thread(self.stop)

    def _target_for(self, invocation: Invocation) -> "Handler | LambdaHandler | None":
        if invocation.trigger is not None and self.takes_trigger(
            invocation.event, invocation.trigger
        ):
            return self.trigger_target(invocation)
        if invocation.trigger != "warmup":
            raise self._unknown_event_error(invocation.event)
        return self._warm_up

    def _warm_up(self, event: Any, context: Any) -> dict[str, Any]:
        """Return the response to the ping of a plugin that keeps functions warm."""
        self.start()
        return {}

    def _response_from_reply(self, reply: Reply, invocation: Invocation) -> Any:
        """Return the response for a reply. Raises AppError if it is too large."""
        source, limit = invocation.source, invocation.limit
        assert source is not None
        response = source.response_from_reply(reply, invocation.event)
        if may_exceed(reply, limit):
            size = size_over_limit(response, limit)
            if size is not None:
                raise too_large_error(source.name, size, limit)
        return response

    def _answer_error(
        self, error: AppError | BadRequest, invocation: Invocation, sink: Sink | None
    ) -> Any:
        """Answer with an error's status. Raises FailedStatus if the error fails the invocation, and
        an IncompleteReply again."""
        if isinstance(error, IncompleteReply):
            raise error
        level = logging.WARNING if isinstance(error, BadRequest) else logging.ERROR
        logger.log(level, "Request %s: %s", invocation.request_id, error, exc_info=error.__cause__)
        failing = invocation.raise_on_statuses or self._raise_on_statuses
        # An event that is not HTTP has no client that would get the status.
        if error.status in failing or invocation.trigger is not None:
            raise FailedStatus(
                f"{error} Its status {error.status} fails the invocation.",
                error.status,
            ) from error
        reply = text_reply(error.status, phrase_of(error.status) or "Error")
        if sink is not None:
            return deliver(reply, sink)
        assert invocation.source is not None
        return invocation.source.response_from_reply(reply, invocation.event)

    def _unknown_event_error(self, event: Any) -> UnknownEvent:
        from lambda_adapters.invocation.recognition import describe_event

        return UnknownEvent(describe_event(event))


async def run_in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a blocking function in a thread, with the caller's context, and return its result."""
    import asyncio

    return await asyncio.to_thread(function, *arguments)
