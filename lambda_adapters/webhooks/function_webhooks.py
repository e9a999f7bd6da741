"""Webhooks: a plain function of (event, context) that gets verified deliveries only."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambda_adapters.errors import BadRequest, ConfigurationError
from lambda_adapters.http.body import is_text
from lambda_adapters.http.headers import single_map
from lambda_adapters.http.messages import Reply, Request, plain_reply
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.sources.registry import find_source
from lambda_adapters.sources.source import Event, Front, Source
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_not_handler
from lambda_adapters.webhooks.once import Lease, Once
from lambda_adapters.webhooks.senders.sender import Sender
from lambda_adapters.webhooks.verifier import LIMIT, Incoming, Verifier

Function = Callable[[Any, Any], Any]


class Webhooks:
    """A function of (event, context) behind the senders of its paths, itself such a function.

    The function gets a copy of the event that holds the verified delivery (`delivery_of(event)`).
    Events for other paths and events that are not HTTP reach it as they came. `limit`: bytes of a
    body; `once`: what `once(store)` gives; `sources`: sources of your own. Raises
    ConfigurationError for what cannot be.
    """

    def __init__(
        self,
        function: Function,
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
            raise check_not_handler("a function of (event, context)", function)
        functools.update_wrapper(self, function)
        self._function = function
        self._gate = Verifier(senders, limit, once)
        self._sources = tuple(sources)

    def __call__(self, event: Any, context: Any = None) -> Any:
        source = find_source(event, self._sources)
        if source is None:
            return self._function(event, context)
        try:
            request = source.request_from_event(event)
        except BadRequest as error:
            reply = plain_reply(error.status, "Bad Request")
            return source.response_from_reply(reply, event)
        sender = self._gate.sender(request.path)
        if sender is None:
            return self._function(event, context)
        delivery = self._judged(sender, request, context)
        if isinstance(delivery, Reply):
            return source.response_from_reply(delivery, event)
        return self._once(delivery, source, request, event, context)

    def _judged(self, sender: Sender, request: Request, context: Any) -> Delivery | Reply:
        method, path, body = request.method, request.path, request.body
        if len(body) > self._gate.limit:
            return self._gate.too_large(sender, method, path)
        headers = single_map(request.headers, ",")
        root = request.root_path
        sent = Incoming(method, root, path, body, headers, url_of(request), context)
        return self._gate.verify(sender, sent)

    def _once(
        self, delivery: Delivery, source: Source, request: Request, event: Event, context: Any
    ) -> Any:
        verified = {**event, KEY: delivery}
        once = self._gate.once
        if once is None:
            return self._function(verified, context)
        lease = once.begin(delivery)
        if not isinstance(lease, Lease):
            return source.response_from_reply(lease, event)
        try:
            response = self._function(verified, context)
            # A load balancer reads the headers of a response in the form that its event has.
            front = Front(multi_value="multiValueHeaders" in event)
            reply = source.reply_from_response(response, request, front)
        except BaseException:
            once.give_back(lease)
            raise
        reply.text = is_text(reply.headers)
        once.end(lease, reply)  # the platform's refusal of what is no response is not remembered
        return response


def url_of(request: Request) -> str:
    """The public URL that was asked for."""
    host = request.header("host") or request.server[0]
    query = f"?{request.query}" if request.query else ""
    return f"{request.scheme}://{host}{request.public_raw_path}{query}"
