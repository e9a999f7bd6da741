"""AsgiTransport: an ASGI app that sends its HTTP requests to another app as Lambda events."""

from asgi_lambda import Adapter
from compliance.frameworks.lambda_transport import (
    LambdaTransport,
    merge_root_path,
    option_from_root_path,
)
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
"""The extension by which apps show their templates to the test client. It is not HTTP."""


class AsgiTransport:
    """Lifespan and WebSocket connections go directly to the app, because they are not HTTP.

    So do the lifespan's state and the debug extension, which the test client adds to the scope. If
    the app raises, the exception is raised again after its reply, as test clients do.
    """

    def __init__(self, app: App, transport: LambdaTransport) -> None:
        self.app = app
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        app = _AppWithExtras(self.app, scope, send)
        request = request_from_client_scope(scope, await _read_body(receive))
        invocation = self._transport.accept(request)
        if isinstance(invocation, Reply):
            reply = invocation
        else:
            root_path = option_from_root_path(scope.get("root_path", ""))
            adapter = Adapter(app, lifespan="off", root_path=root_path)
            response = await adapter.handle(invocation.event(), self._transport.context())
            reply = invocation.reply(response)
        for message in messages_from_reply(reply):
            await send(message)
        if app.error is not None:
            raise app.error


class _AppWithExtras:
    """The app, called with the test client's additions to the scope. `error`: what it raised."""

    def __init__(self, app: App, client_scope: Scope, client_send: Send) -> None:
        self._app = app
        self._client_scope = client_scope
        self._client_send = client_send
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "state" in self._client_scope:
            scope["state"] = self._client_scope["state"]
        if DEBUG in self._client_scope.get("extensions", {}):
            scope["extensions"] = {DEBUG: {}}

        async def dispatch(message: Message) -> None:
            await (self._client_send if message.get("type") == DEBUG else send)(message)

        try:
            await self._app(scope, receive, dispatch)
        except Exception as error:
            self.error = error
            raise


def request_from_client_scope(scope: Scope, body: bytes) -> Request:
    """The request that a client must send so that a server makes this scope."""
    query = scope.get("query_string", b"")
    if isinstance(query, str):  # some tests write a scope by hand
        query = query.encode("latin-1")
    server = scope.get("server") or ("testserver", 80)
    request = request_from_scope({**scope, "query_string": query, "server": server}, body)
    return merge_root_path(request)


async def _read_body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
