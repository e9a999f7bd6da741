"""Adapter: a WSGI app as a Lambda handler."""

from collections.abc import Collection, Sequence
from typing import Any

from lambda_events.adapter import AppHandler, refuse, takes
from lambda_events.errors import AppError
from lambda_events.invocation import Invocation
from lambda_events.messages import Request
from lambda_events.options import Options
from lambda_events.sink import Sink
from lambda_events.sources import Source
from wsgi_lambda.cycle import WsgiCycle
from wsgi_lambda.http import App


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

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        cycle = WsgiCycle(self.app, request, invocation, sink, self.options)
        try:
            if cycle.begin():
                cycle.run(self._remote_user)
        except AppError as error:
            raise cycle.failed(error) from error.__cause__
        finally:
            cycle.unwatch()
        return cycle.outcome()
