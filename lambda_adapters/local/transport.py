"""httpx transports that call a handler with an event instead of using the network."""

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
    """The common part of both transports: conversions before and after the handler."""

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
        self._raise_exceptions = raise_exceptions

    def _context(self) -> LocalContext:
        return LocalContext(self._timeout)

    def _accept(self, sent: httpx.Request) -> LocalInvocation | Reply:
        """Return the invocation, or the front's own reply if the handler must not be called."""
        request = request_from_httpx(sent)
        found = accept_request(self._front, request, self._routes)
        if found is None:
            return wire_reply(self._front.rules.no_route_reply(), request.method)
        _, invocation = found
        if invocation.refusal is not None:
            logger.error("%s", invocation.problem)
            return invocation.refusal
        return invocation

    def _reply(self, invocation: LocalInvocation, response: Any) -> Reply:
        reply = invocation.reply(response)
        if invocation.problem:
            logger.error("%s", invocation.problem)
        return reply

    def _failure_reply(self, invocation: LocalInvocation, error: Exception) -> Reply:
        if self._raise_exceptions:
            raise error
        logger.error("The handler raised an exception.", exc_info=error)
        return invocation.failure_reply()


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
            return httpx_response(self._failure_reply(invocation, error))

    def close(self) -> None:
        """Call the handler's `stop`, if it has one."""
        stop = getattr(self._handler, "stop", None)
        if callable(stop):
            stop()


class AsyncTransport(_Transport, httpx.AsyncBaseTransport):
    """Awaits the handler's `handle` on the event loop, or calls the handler in a thread."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        invocation = self._accept(request)
        if isinstance(invocation, Reply):
            return httpx_response(invocation)
        try:
            response = await self._call_handler(invocation.event())
            return httpx_response(self._reply(invocation, response))
        except Exception as error:
            return httpx_response(self._failure_reply(invocation, error))

    async def _call_handler(self, event: Any) -> Any:
        handle = getattr(self._handler, "handle", None)
        if inspect.iscoroutinefunction(handle):
            return await handle(event, self._context())
        return await asyncio.to_thread(self._handler, event, self._context())

    async def aclose(self) -> None:
        """Await the handler's `shutdown` on the event loop, or call its `stop` in a thread."""
        shutdown = getattr(self._handler, "shutdown", None)
        stop = getattr(self._handler, "stop", None)
        if inspect.iscoroutinefunction(shutdown):
            await shutdown()
        elif callable(stop):
            await asyncio.to_thread(stop)


def request_from_httpx(sent: httpx.Request) -> Request:
    """Return the request as httpx would send it; raw_path is the whole public path. The body of
    `sent` must have been read."""
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
    """Return the reply as httpx would read it. Header values keep their bytes."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    extensions: dict[str, Any] = {"http_version": b"HTTP/1.1"}
    if reply.reason:
        extensions["reason_phrase"] = reply.reason.encode("latin-1", "replace")
    stream = httpx.ByteStream(reply.body)
    return httpx.Response(reply.status, headers=headers, stream=stream, extensions=extensions)
