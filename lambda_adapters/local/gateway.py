"""Gateway: an ASGI app that simulates a front for functions on this machine. [I/O]

HTTP request -> the function whose pattern matches -> event -> handler -> response -> HTTP reply.
Without a matching function, after a timeout, or over a size limit, it sends the platform's reply.
"""

import asyncio
from collections.abc import Iterable, Sequence
from time import perf_counter

from lambda_adapters.http.forwarded import server_of
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.local.console import Console
from lambda_adapters.local.context import DEFAULT_TIMEOUT
from lambda_adapters.local.fronts import EventType, check_timeout, local_front
from lambda_adapters.local.function import Function
from lambda_adapters.local.invocation import LocalInvocation, accept_request
from lambda_adapters.local.routes import DEFAULT, Routes
from lambda_adapters.protocols.asgi import (
    Receive,
    Scope,
    Send,
    messages_from_reply,
    request_from_scope,
)
from lambda_adapters.sources.source import Source

_MAX_KEPT_BYTES = 10 * 1024 * 1024  # of a body; no front accepts more (limits.html)
_STOP_SECONDS = 3.0  # per function; Lambda allows 2 s (lambda-runtime-environment.html)
_MAX_STATUS = 599  # uvicorn cannot send a higher one


class Gateway:
    """An ASGI app. Its lifespan starts and stops the functions.

    The options are Client's. Raises ConfigurationError for a wrong option or pattern, and for two
    patterns that match the same paths.
    """

    def __init__(
        self,
        functions: Sequence[Function],
        front: str | Source = "http-api",
        *,
        stage: str = "",
        multi_value: bool = False,
        binary_media_types: Iterable[str] = ("*/*",),
        event_type: EventType = "origin-request",
        timeout: float = DEFAULT_TIMEOUT,
        console: Console | None = None,
    ) -> None:
        self.front = local_front(
            front,
            stage=stage,
            multi_value=multi_value,
            binary_media_types=binary_media_types,
            event_type=event_type,
        )
        self.functions = tuple(functions)
        self.stuck = False  # whether a function was still busy at shutdown
        self._timeout = check_timeout(timeout)
        self._console = console or Console()
        self._routes: Routes[Function] = Routes()
        for function in self.functions:
            for pattern in function.patterns:
                self._routes.add(pattern, function)
        if self.front.rules.has_single_function and len(self.functions) == 1:
            self._routes = Routes()  # the function gets all paths of its address
            self._routes.add(DEFAULT, self.functions[0])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            raise ValueError(f"Expected the scope of an HTTP request, got {scope['type']!r}.")

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        if not await self._start():
            await send({"type": "lifespan.startup.failed", "message": ""})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for function in self.functions:
            await self._stop(function)
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> bool:
        """Start all functions. If one fails, stop the started ones and return False."""
        for number, function in enumerate(self.functions):
            error = await function.start()
            if error is not None:
                self._console.print_failure(function.name, "its start", error)
                for started in self.functions[:number]:
                    await self._stop(started)
                return False
        return True

    async def _stop(self, function: Function) -> None:
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                error = await function.stop()
        except TimeoutError:
            self.stuck = True
            self._console.print_problem(f"{function.name}: still busy, so it was not shut down.")
            return
        if error is not None:
            self._console.print_failure(function.name, "its stop", error)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        body, size = await _read_body(receive)
        if body is None:
            return  # the client disconnected before the end of the body
        request = public_request(scope, body)
        found = accept_request(self.front, request, self._routes)
        if found is None:
            name, reply = "-", wire_reply(self.front.rules.no_route_reply(), request.method)
        else:
            name, reply = found[0].name, await self._reply_unless_cancelled(*found, request)
        for message in messages_from_reply(reply):
            await send(message)
        self._console.print_request(
            request.method,
            request.raw_path,
            self.front.name,
            name,
            reply.status,
            perf_counter() - began,
            size,
            len(reply.body),
        )

    async def _reply_unless_cancelled(
        self, function: Function, invocation: LocalInvocation, request: Request
    ) -> Reply:
        """Return the reply, or the reply to a failed invocation if the gateway stops before."""
        try:
            return await self._reply(function, invocation, request.method)
        except asyncio.CancelledError:
            self._console.print_problem(
                f"{request.method} {request.raw_path} was still running at shutdown, so its client "
                "got the reply of a failed invocation."
            )
            return invocation.failure_reply()

    async def _reply(self, function: Function, invocation: LocalInvocation, method: str) -> Reply:
        reply = invocation.refusal
        if reply is None:
            try:
                async with asyncio.timeout(self._timeout):
                    reply, error = await function.call(invocation, self._timeout)
            except TimeoutError:
                self._console.print_problem(self._timeout_message(function))
                reply_to_timeout = self.front.rules.timeout_reply
                if reply_to_timeout is None:
                    return invocation.failure_reply()
                return wire_reply(reply_to_timeout(), method)
            if error is not None:
                self._console.print_failure(function.name, "the handler", error)
        if invocation.problem:
            self._console.print_problem(f"{function.name}: {invocation.problem}")
        if reply.status > _MAX_STATUS:
            self._console.print_problem(
                f"{function.name}: status {reply.status} cannot be sent by the local server; "
                f"expected at most {_MAX_STATUS}."
            )
            return invocation.failure_reply()
        return reply

    def _timeout_message(self, function: Function) -> str:
        return (
            f"{function.name}: no response after {self._timeout:g} s, so the client got a timeout "
            f"error. The thread of the function is {'still busy' if function.busy else 'idle'}; it "
            "handles one event at a time, so later events wait. If the handler never returns, "
            "press Ctrl-C and start again."
        )


async def _read_body(receive: Receive) -> tuple[bytes | None, int]:
    """Return the body and its size, or None and the size if the client disconnects. Keeps only the
    first part of a very large body."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, size
        chunk = message.get("body", b"")
        if size <= _MAX_KEPT_BYTES:
            chunks.append(chunk)
        size += len(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks), size


def public_request(scope: Scope, body: bytes) -> Request:
    """Return the request as the browser sent it, with the whole public path."""
    request = request_from_scope(scope, body)
    host, server = request.header("host"), scope.get("server")
    request.server = server_of(host, None, request.scheme, server[0] if server else None)
    return request
