"""httpx transports that carry a request to a handler, as an event, instead of over a network."""

import asyncio
import inspect
import logging
from typing import Any

import httpx

from lambda_adapters.http.messages import DEFAULT_PORTS, Reply, Request
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.context import LocalContext
from lambda_adapters.local.fronts import LocalFront
from lambda_adapters.local.invocation import LocalInvocation, accept_request
from lambda_adapters.local.routes import Routes
from lambda_adapters.protocols.asgi import headers_from_bytes

logger = logging.getLogger("lambda_adapters.local")


class _Transport:
    """What both transports do before and after the handler is called."""

    def __init__(
        self,
        handler: LambdaHandler,
        front: LocalFront,
        routes: Routes[None],
        timeout: float,
        raise_exceptions: bool,
    ) -> None:
        self._handler = handler
        self._front = front
        self._routes = routes
        self._timeout = timeout
        self._raises = raise_exceptions

    def _context(self) -> LocalContext:
        return LocalContext(self._timeout)

    def _accept(self, sent: httpx.Request) -> LocalInvocation | Reply:
        """The invocation, or the front's own reply where the handler is not to be called."""
        request = request_from_httpx(sent)
        found = accept_request(self._front, request, self._routes)
        if found is None:
            return wire_reply(self._front.rules.no_route(), request.method)
        _, invocation = found
        if invocation.refused is not None:
            logger.error("%s", invocation.problem)
            return invocation.refused
        return invocation

    def _reply(self, invocation: LocalInvocation, response: Any) -> Reply:
        reply = invocation.reply(response)
        if invocation.problem:
            logger.error("%s", invocation.problem)
        return reply

    def _failed(self, invocation: LocalInvocation, error: Exception) -> Reply:
        if self._raises:
            raise error
        logger.error("The handler raised an exception.", exc_info=error)
        return invocation.failed()


class Transport(_Transport, httpx.BaseTransport):
    """Calls the handler in the caller's thread."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        invocation = self._accept(request)
        if isinstance(invocation, Reply):
            return httpx_response(invocation)
        try:
            response = self._handler(invocation.event(), self._context())
            return httpx_response(self._reply(invocation, response))
        except Exception as error:
            return httpx_response(self._failed(invocation, error))

    def close(self) -> None:
        """Stop what the handler has started, where it can be stopped."""
        stop = getattr(self._handler, "stop", None)
        if callable(stop):
            stop()


class AsyncTransport(_Transport, httpx.AsyncBaseTransport):
    """Awaits the handler's own `handle` on the caller's loop; without one calls it in a thread."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        invocation = self._accept(request)
        if isinstance(invocation, Reply):
            return httpx_response(invocation)
        try:
            response = await self._response(invocation.event())
            return httpx_response(self._reply(invocation, response))
        except Exception as error:
            return httpx_response(self._failed(invocation, error))

    async def _response(self, event: Any) -> Any:
        handle = getattr(self._handler, "handle", None)
        if inspect.iscoroutinefunction(handle):
            return await handle(event, self._context())
        return await asyncio.to_thread(self._handler, event, self._context())

    async def aclose(self) -> None:
        """Stop what the handler has started, on the loop or in the thread where it was."""
        shutdown = getattr(self._handler, "shutdown", None)
        stop = getattr(self._handler, "stop", None)
        if inspect.iscoroutinefunction(shutdown):
            await shutdown()
        elif callable(stop):
            await asyncio.to_thread(stop)


def request_from_httpx(sent: httpx.Request) -> Request:
    """The request as httpx would write it, its body read; raw_path is the whole public path."""
    url = sent.url
    raw_path = url.raw_path.partition(b"?")[0].decode("latin-1")
    return Request(
        method=sent.method,
        scheme=url.scheme,
        raw_path=raw_path,
        query=url.query.decode("latin-1"),
        headers=headers_from_bytes(sent.headers.raw),
        body=sent.content,
        client=("127.0.0.1", 0),
        server=(url.host, url.port or DEFAULT_PORTS.get(url.scheme, 443)),
    )


def httpx_response(reply: Reply) -> httpx.Response:
    """The reply as httpx would read it; header values keep their bytes."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    extensions: dict[str, Any] = {"http_version": b"HTTP/1.1"}
    if reply.reason:
        extensions["reason_phrase"] = reply.reason.encode("latin-1", "replace")
    stream = httpx.ByteStream(reply.body)
    return httpx.Response(reply.status, headers=headers, stream=stream, extensions=extensions)
