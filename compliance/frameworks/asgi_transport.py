"""AsgiTransport: an ASGI app that hands its HTTP requests to another by way of a Lambda event."""

from asgi_lambda import Adapter
from compliance.frameworks.lambda_transport import LambdaTransport, public, root_option
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.protocols.asgi import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    messages_from_reply,
    request_from_scope,
)

DEBUG = "http.response.debug"
"""The extension by which apps show their templates to the test client: no HTTP."""


class AsgiTransport:
    """What is not HTTP (lifespan, WebSocket) reaches the app directly.

    What the test client gives beside the request stays beside it: the lifespan's state and the
    debug extension. An exception of the app is raised again once its reply is through, as a test
    client has it.
    """

    def __init__(self, app: App, transport: LambdaTransport) -> None:
        self.app = app
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        beside = _Beside(self.app, scope, send)
        invocation = self._transport.accept(client_request(scope, await _body(receive)))
        if isinstance(invocation, Reply):
            reply = invocation
        else:
            adapter = Adapter(
                beside, lifespan="off", root_path=root_option(scope.get("root_path", ""))
            )
            response = await adapter.handle(invocation.event(), self._transport.context())
            reply = invocation.reply(response)
        for message in messages_from_reply(reply):
            await send(message)
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


def client_request(scope: Scope, body: bytes) -> Request:
    """The request that a client would have sent for a server to make this scope of."""
    query = scope.get("query_string", b"")
    if isinstance(query, str):  # a test's own scope
        query = query.encode("latin-1")
    server = scope.get("server") or ("testserver", 80)
    return public(request_from_scope({**scope, "query_string": query, "server": server}, body))


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
