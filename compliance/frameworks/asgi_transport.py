"""AsgiThrough: an ASGI app that hands its HTTP requests to another by way of a Lambda event."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgi_lambda import Adapter
from compliance.frameworks.lambda_transport import Carrier, raw_path_of, root_option
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.local.fronts import header_pairs

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DEBUG = "http.response.debug"
"""The extension by which apps show their templates to the test client: no HTTP."""


class AsgiThrough:
    """What is not HTTP (lifespan, WebSocket) reaches the app directly.

    What the test client gives beside the request stays beside it: the lifespan's state and the
    debug extension. An exception of the app is raised again once its reply is through, as a test
    client has it.
    """

    def __init__(self, app: App, carrier: Carrier) -> None:
        self.app = app
        self._carrier = carrier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        beside = _Beside(self.app, scope, send)
        request = request_of(scope, await _body(receive))
        invocation = self._carrier.accept(request)
        if isinstance(invocation, Reply):
            reply = invocation
        else:
            adapter = Adapter(
                beside, lifespan="off", root_path=root_option(scope.get("root_path", ""))
            )
            response = await adapter.handle(invocation.event(), self._carrier.context())
            reply = invocation.reply(response)
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": _raw(reply.headers)}
        )
        await send({"type": "http.response.body", "body": reply.body})
        if beside.error is not None:
            raise beside.error


class _Beside:
    """The app, with what the test client gives it beside the request."""

    def __init__(self, app: App, outer: Scope, send: Send) -> None:
        self._app = app
        self._outer = outer
        self._send = send
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "state" in self._outer:
            scope["state"] = self._outer["state"]
        if DEBUG in self._outer.get("extensions", {}):
            scope["extensions"] = {DEBUG: {}}

        async def split(message: Message) -> None:
            await (self._send if message.get("type") == DEBUG else send)(message)

        try:
            await self._app(scope, receive, split)
        except Exception as error:
            self.error = error
            raise


def request_of(scope: Scope, body: bytes) -> Request:
    """The request that a server would have made this scope of."""
    raw_path = scope.get("raw_path")
    query = scope.get("query_string", b"")
    client = scope.get("client")
    host, port = scope.get("server") or ("testserver", 80)
    return Request(
        method=scope["method"],
        scheme=scope.get("scheme", "http"),
        raw_path=raw_path.decode("latin-1") if raw_path else raw_path_of(scope["path"].encode()),
        query=query if isinstance(query, str) else query.decode("latin-1"),
        headers=header_pairs(scope["headers"]),
        body=body,
        client=(client[0], int(client[1])) if client else None,
        server=(host, int(port or 0)),
        http_version=scope.get("http_version", "1.1"),
    )


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
