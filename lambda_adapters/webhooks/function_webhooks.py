"""Webhooks: verifies deliveries for a plain function of (event, context)."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from lambda_adapters.errors import BadRequest, ConfigurationError
from lambda_adapters.http.body import is_text
from lambda_adapters.http.messages import Reply, Request, text_reply
from lambda_adapters.invocation.handler import Handler, LambdaHandler
from lambda_adapters.sources.registry import find_source
from lambda_adapters.sources.source import Event, Source
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import handler_error
from lambda_adapters.webhooks.idempotency import Lease, Once
from lambda_adapters.webhooks.verifier import LIMIT, Verifier


class Webhooks:
    """Verifies the requests for the senders' paths, then calls a function of (event, context).

    `senders`: API Gateway path patterns, each with a sender. The function gets a copy of the event
    that contains the delivery (`delivery_of(event)`). Events for other paths and events that are
    not HTTP are passed on unchanged. `limit`: the maximum size of a body in bytes; `once`: the
    result of `once(store)`; `sources`: your own sources. Raises ConfigurationError for a wrong
    function, sender or option.
    """

    def __init__(
        self,
        function: LambdaHandler,
        senders: Mapping[str, object],
        *,
        limit: int = LIMIT,
        once: Once | None = None,
        sources: Sequence[Source] = (),
    ) -> None:
        if not callable(function):
            raise ConfigurationError(
                f"Expected a function of (event, context), got {type(function).__name__}."
            )
        if isinstance(function, Handler):
            raise handler_error("a function of (event, context)", function)
        functools.update_wrapper(self, function)
        self._function = function
        self._verifier = Verifier(senders, limit, once)
        self._sources = tuple(sources)

    def __call__(self, event: Any, context: Any = None) -> Any:
        source = find_source(event, self._sources)
        if source is None:
            return self._function(event, context)
        try:
            request = source.request_from_event(event)
        except BadRequest as error:
            return source.response_from_reply(text_reply(error.status, "Bad Request"), event)
        sender = self._verifier.find_sender(request.path)
        if sender is None:
            return self._function(event, context)
        delivery = self._verifier.verify(sender, request, context)
        if isinstance(delivery, Reply):
            return source.response_from_reply(delivery, event)
        verified = {**event, KEY: delivery}
        once = self._verifier.once
        if once is None:
            return self._function(verified, context)
        return self._run_once(once, delivery, source, request, verified, context)

    def _run_once(
        self,
        once: Once,
        delivery: Delivery,
        source: Source,
        request: Request,
        event: Event,
        context: Any,
    ) -> Any:
        from lambda_adapters.sources.front import Front

        lease = once.acquire(delivery)
        if not isinstance(lease, Lease):
            return source.response_from_reply(lease, event)
        try:
            response = self._function(event, context)
            # A load balancer expects headers in the same form as in its event.
            front = Front(multi_value="multiValueHeaders" in event)
            reply = source.reply_from_response(response, request, front)
        except BaseException:
            once.release(lease)
            raise
        reply.text = is_text(reply.headers)
        once.finish(lease, reply)  # not stored if the platform would refuse it
        return response
