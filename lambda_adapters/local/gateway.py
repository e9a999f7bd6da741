"""Gateway: an ASGI app that plays a front for functions on this machine. [I/O]

HTTP request -> the function whose pattern matches -> event -> handler -> response -> HTTP reply,
with the platform's own answers where there is no function, no time or no room.
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

_KEPT = 10 * 1024 * 1024  # of a body, in bytes: no front takes more (limits.html), so why keep it
_STOP_SECONDS = 3.0  # for each function; Lambda grants 2 s (lambda-runtime-environment.html)
_HIGHEST_STATUS = 599  # that uvicorn can send


class Gateway:
    """An ASGI app; its lifespan starts and stops the functions.

    Options are Client's. Raises ConfigurationError for one that cannot be, for a pattern that
    is wrong, and for two that match the same paths.
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
        self.stuck = False
        self._timeout = check_timeout(timeout)
        self._console = console or Console()
        self._routes: Routes[Function] = Routes()
        for function in self.functions:
            for pattern in function.patterns:
                self._routes.add(pattern, function)
        if self.front.rules.is_own_address and len(self.functions) == 1:
            self._routes = Routes()  # the address leads nowhere else
            self._routes.add(DEFAULT, self.functions[0])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            raise ValueError(f"Expected the scope of an HTTP request, got {scope['type']!r}.")

    async def _live(self, receive: Receive, send: Send) -> None:
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
        """Start all functions, so that what cannot start shows now; or none."""
        for number, function in enumerate(self.functions):
            error = await function.start()
            if error is not None:
                self._console.failed(function.name, "its start", error)
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
            self._console.problem(f"{function.name}: still busy, so it was not shut down.")
            return
        if error is not None:
            self._console.failed(function.name, "its stop", error)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        body, size = await _read_body(receive)
        if body is None:
            return  # the client has left before all of it was here
        request = public_request(scope, body)
        found = accept_request(self.front, request, self._routes)
        if found is None:
            name, reply = "-", wire_reply(self.front.rules.no_route(), request.method)
        else:
            name, reply = found[0].name, await self._reply_or_end(*found, request)
        for message in messages_from_reply(reply):
            await send(message)
        self._console.request(
            request.method,
            request.raw_path,
            self.front.name,
            name,
            reply.status,
            perf_counter() - began,
            size,
            len(reply.body),
        )

    async def _reply_or_end(
        self, function: Function, invocation: LocalInvocation, request: Request
    ) -> Reply:
        """The reply; that of a failed invocation where the gateway ends before it is there."""
        try:
            return await self._reply(function, invocation, request.method)
        except asyncio.CancelledError:
            self._console.problem(
                f"{request.method} {request.raw_path} was still running and was given up."
            )
            return invocation.failed()

    async def _reply(self, function: Function, invocation: LocalInvocation, method: str) -> Reply:
        reply = invocation.refused
        if reply is None:
            try:
                async with asyncio.timeout(self._timeout):
                    reply, error = await function.call(invocation, self._timeout)
            except TimeoutError:
                self._console.problem(self._late(function))
                timed_out = self.front.rules.timed_out
                return wire_reply(timed_out(), method) if timed_out else invocation.failed()
            if error is not None:
                self._console.failed(function.name, "the handler", error)
        if invocation.problem:
            self._console.problem(f"{function.name}: {invocation.problem}")
        if reply.status > _HIGHEST_STATUS:
            self._console.problem(
                f"{function.name}: status {reply.status} cannot be sent from here; expected up to "
                f"{_HIGHEST_STATUS}."
            )
            return invocation.failed()
        return reply

    def _late(self, function: Function) -> str:
        return (
            f"{function.name}: no response after {self._timeout:g} s, so the client was told that "
            f"it timed out. Its thread is {'still busy' if function.busy else 'free again'}; it "
            "takes one event at a time, so the next ones wait until it is done. If it never will "
            "be, press Ctrl-C and start again."
        )


async def _read_body(receive: Receive) -> tuple[bytes | None, int]:
    """The body and its size; None where the client left. Of a huge one only the beginning."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, size
        chunk = message.get("body", b"")
        if size <= _KEPT:
            chunks.append(chunk)
        size += len(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks), size


def public_request(scope: Scope, body: bytes) -> Request:
    """The request as the browser sent it; its paths are the whole public ones."""
    request = request_from_scope(scope, body)
    host, server = request.header("host"), scope.get("server")
    request.server = server_of(host, None, request.scheme, server[0] if server else None)
    return request
