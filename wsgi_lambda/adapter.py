"""Adapter: a WSGI app as a Lambda handler."""

from collections.abc import Collection, Sequence
from contextvars import copy_context

from lambda_events.adapter import AppHandler, refuse, takes
from lambda_events.call import Call
from lambda_events.exchange import Exchange
from lambda_events.headers import latin
from lambda_events.messages import Request
from lambda_events.options import Options
from lambda_events.sink import Sink
from lambda_events.sources import Source
from wsgi_lambda.http import App, environ_of, serve


class Adapter(AppHandler):
    """A WSGI app as a Lambda handler: `handler = Adapter(app)`.

    Options are explained on the documentation's options page. Raises ConfigurationError for an
    option or an app that cannot be, UnknownEvent for an event that is not HTTP.
    """

    def __init__(
        self,
        app: App,
        *,
        root_path: str = "auto",
        text_types: Collection[str] = (),
        exclude_headers: Collection[str] = (),
        trusted_hops: int = 1,
        deadline_margin: float | None = 0.5,
        raise_on_statuses: Collection[int] = (),
        events_path: str | None = None,
        sources: Sequence[Source] = (),
        remote_user: bool = False,
    ) -> None:
        if not takes(app, 2):
            raise refuse(app, "a WSGI app: app(environ, start_response)", 3, "asgi_lambda")
        options = Options(
            root_path=root_path,
            text_types=text_types,
            exclude_headers=exclude_headers,
            trusted_hops=trusted_hops,
            deadline_margin=deadline_margin,
            raise_on_statuses=raise_on_statuses,
            events_path=events_path,
            sources=sources,
        )
        super().__init__(app, options)
        self._remote_user = bool(remote_user)

    def respond(self, request: Request, call: Call, sink: Sink) -> None:
        with Exchange(request, call, sink, self.options) as exchange:
            if not exchange.hides():
                environ = environ_of(exchange.request)
                environ["aws.event"] = call.event
                environ["aws.context"] = call.context
                environ["aws.path_parameters"] = call.path_parameters
                environ["aws.caller"] = caller = call.caller
                if self._remote_user and caller is not None and caller.principal is not None:
                    environ["REMOTE_USER"] = latin(caller.principal)
                # The call, the iteration and close() share one context, which is not the caller's.
                copy_context().run(serve, self.app, environ, exchange)
