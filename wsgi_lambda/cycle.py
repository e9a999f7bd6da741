"""One HTTP request through a WSGI app: its environ, its start_response, its iterable."""

from contextvars import copy_context

from lambda_adapters.http.headers import latin
from lambda_adapters.http.messages import Headers, Request
from lambda_adapters.invocation.cycle import Cycle
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.protocols.wsgi import App, Conversation, environ_from_request


class WsgiCycle(Cycle, Conversation):
    """The app's side of one request."""

    __slots__ = ("_app", "_head")

    def __init__(
        self,
        app: App,
        request: Request,
        invocation: Invocation,
        sink: Sink | None,
        options: Options,
    ) -> None:
        Cycle.__init__(self, request, invocation, sink, options)
        self._app = app
        self._head: tuple[int, Headers, str] | None = None

    def run(self, remote_user: bool) -> None:
        """Call the app. Raises AppError for what it does wrong."""
        invocation = self.invocation
        environ = environ_from_request(self.request)
        environ["aws.event"] = invocation.event
        environ["aws.context"] = invocation.context
        environ["aws.path_parameters"] = invocation.path_parameters
        environ["aws.caller"] = caller = invocation.caller
        if remote_user and caller is not None and caller.principal is not None:
            environ["REMOTE_USER"] = latin(caller.principal)
        # The call, the iteration and close() share one context, which is not the caller's.
        copy_context().run(self.converse, self._app, environ)
