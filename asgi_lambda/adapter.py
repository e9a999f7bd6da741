"""Adapter: an ASGI app as a Lambda handler."""

import asyncio
import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from asgi_lambda.cycle import AsgiCycle
from asgi_lambda.lifespan import Lifespan
from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.messages import Request
from lambda_adapters.invocation.app_handler import AppHandler
from lambda_adapters.invocation.environment import environment
from lambda_adapters.invocation.introspection import accepts_arguments, wrong_app_error
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.loop_work import run_here
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink

if TYPE_CHECKING:
    from lambda_adapters.protocols.asgi import App
    from lambda_adapters.sources.source import Source


class Adapter(AppHandler):
    """An ASGI app as a Lambda handler: `handler = Adapter(app)`.

    Lambda calls `handler(event, context)`. In async code, use
    `await handler.handle(event, context)`. docs/adapters.md explains the options. Raises
    ConfigurationError for a wrong option or app, StartupFailed if the app's startup fails. The
    handler raises UnknownEvent for an event that is not HTTP.
    """

    def __init__(
        self,
        app: "App",
        *,
        lifespan: Literal["auto", "on", "off"] = "auto",
        startup: Literal["init", "first_event"] = "init",
        root_path: str = "auto",
        root_in_path: bool = True,
        text_types: Collection[str] = (),
        exclude_headers: Collection[str] = (),
        trusted_hops: int = 1,
        deadline_margin: float | None = 0.5,
        raise_on_statuses: Collection[int] = (),
        events_path: str | None = None,
        sources: Sequence["Source"] = (),
    ) -> None:
        if lifespan not in ("auto", "on", "off"):
            raise ConfigurationError(f"lifespan must be one of auto, on, off, not {lifespan!r}.")
        if startup not in ("init", "first_event"):
            raise ConfigurationError(f"startup must be init or first_event, not {startup!r}.")
        if not accepts_arguments(app, 3):
            raise wrong_app_error(app, "an ASGI 3 app: app(scope, receive, send)", 2, "wsgi_lambda")
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
        self.root_in_path = bool(root_in_path)
        self._lifespan_mode = lifespan
        self._lifespans: WeakKeyDictionary[asyncio.AbstractEventLoop, Lifespan]
        self._lifespans = WeakKeyDictionary()
        if startup == "init" and lifespan != "off":
            self._start_at_init()

    def _start_at_init(self) -> None:
        """On Lambda, start the lifespan in the init phase; with SnapStart, after the restore."""
        if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
            return
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from lambda_adapters.invocation.snapstart import register_after_restore

            register_after_restore(self.start)
        elif asyncio.events._get_running_loop() is None:
            self.start()

    def start(self) -> None:
        """Start the app's lifespan on the environment's event loop, if it is not started."""
        self._start(self._lifespan_on(environment.loop))

    def _start(self, lifespan: Lifespan) -> None:
        if not lifespan.ready:
            environment.call(lifespan.startup)
            if lifespan.supported:
                environment.at_shutdown(lifespan.shutdown)

    def stop(self) -> None:
        """Shut down the app's lifespan, for tests and tools. The next event starts it again."""
        lifespan = self._lifespans.pop(environment.loop, None)
        if lifespan is not None:
            environment.forget_shutdown(lifespan.shutdown)
            environment.call(lifespan.shutdown)

    async def startup(self) -> None:
        """Start the app's lifespan on the running event loop, if it is not started."""
        await self._lifespan_on(asyncio.get_running_loop()).startup()

    async def shutdown(self) -> None:
        """Shut down the lifespan that `handle` or `startup` started on the running event loop."""
        lifespan = self._lifespans.pop(asyncio.get_running_loop(), None)
        if lifespan is not None:
            await lifespan.shutdown()

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        cycle = AsgiCycle(self, request, invocation, sink)
        try:
            if cycle.begin():
                cycle.loop = loop = environment.loop
                lifespan = self._lifespans.get(loop) or self._lifespan_on(loop)
                if not lifespan.ready:
                    self._start(lifespan)
                cycle.state = lifespan.state
                environment.run(cycle, loop)
                if not cycle.succeeded:
                    cycle.check()
        finally:
            cycle.close()
        return cycle.result()

    async def respond_async(
        self, request: Request, invocation: Invocation, sink: Sink | None
    ) -> Any:
        cycle = AsgiCycle(self, request, invocation, sink)
        try:
            if cycle.begin():
                cycle.loop = asyncio.get_running_loop()
                lifespan = self._lifespan_on(cycle.loop)
                await lifespan.startup()
                cycle.state = lifespan.state
                await run_here(cycle)
                if not cycle.succeeded:
                    cycle.check()
        finally:
            cycle.close()
        return cycle.result()

    def _lifespan_on(self, loop: asyncio.AbstractEventLoop) -> Lifespan:
        lifespan = self._lifespans.get(loop)
        if lifespan is None:
            for old in [old for old in list(self._lifespans) if old.is_closed()]:
                self._lifespans.pop(old, None)  # its tasks reference the loop, so it would leak
            lifespan = Lifespan(self.app, self._lifespan_mode)
            lifespan = self._lifespans.setdefault(loop, lifespan)
        return lifespan
