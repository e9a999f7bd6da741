"""Adapter: a WSGI app as a Lambda handler."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Request
from lambda_adapters.invocation.app_handler import AppHandler
from lambda_adapters.invocation.introspection import accepts_arguments, wrong_app_error
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from wsgi_lambda.cycle import WsgiCycle

if TYPE_CHECKING:
    from lambda_adapters.protocols.wsgi import App
    from lambda_adapters.sources.source import Source


class Adapter(AppHandler):
    """A WSGI app as a Lambda handler: `handler = Adapter(app)`.

    docs/adapters.md explains the options. Raises ConfigurationError for a wrong option or app. The
    handler raises UnknownEvent for an event that is not HTTP.
    """

    def __init__(
        self,
        app: "App",
        *,
        root_path: str = "auto",
        text_types: Collection[str] = (),
        exclude_headers: Collection[str] = (),
        trusted_hops: int = 1,
        deadline_margin: float | None = 0.5,
        raise_on_statuses: Collection[int] = (),
        events_path: str | None = None,
        sources: Sequence["Source"] = (),
        remote_user: bool = False,
    ) -> None:
        if not accepts_arguments(app, 2):
            raise wrong_app_error(app, "a WSGI app: app(environ, start_response)", 3, "asgi_lambda")
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
        cycle = WsgiCycle(self, request, invocation, sink)
        try:
            if cycle.begin():
                cycle.run(self._remote_user)
        except AppError as error:
            raise cycle.error_to_raise(error) from error.__cause__
        finally:
            cycle.close()
        return cycle.result()
