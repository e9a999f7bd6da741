"""Adapter: an ASGI app as a Lambda handler."""

import asyncio
import os
from collections.abc import Collection, Sequence
from typing import Any, Literal
from weakref import WeakKeyDictionary

from asgi_lambda.cycle import App, AsgiCycle
from asgi_lambda.lifespan import Lifespan
from lambda_adapters.errors import AppError, BadRequest, ConfigurationError
from lambda_adapters.http.messages import Request
from lambda_adapters.invocation.app_handler import AppHandler, accepts_arguments, refuse
from lambda_adapters.invocation.environment import environment, run_here
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.snapstart import after_restore
from lambda_adapters.sources.source import Source

_NONE: Any = (None, None)


class Adapter(AppHandler):
    """An ASGI app as a Lambda handler: `handler = Adapter(app)`.

    Called as `handler(event, context)`; with `await adapter.handle(event, context)` where a loop
    of your own runs. Options are explained on the documentation's options page. Raises
    ConfigurationError for an option or an app that cannot be, StartupFailed where the app's
    startup fails, UnknownEvent for an event that is not HTTP.
    """

    def __init__(
        self,
        app: App,
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
        sources: Sequence[Source] = (),
    ) -> None:
        if lifespan not in ("auto", "on", "off"):
            raise ConfigurationError(f"lifespan must be one of auto, on, off, not {lifespan!r}.")
        if startup not in ("init", "first_event"):
            raise ConfigurationError(f"startup must be init or first_event, not {startup!r}.")
        if not accepts_arguments(app, 3):
            raise refuse(app, "an ASGI 3 app: app(scope, receive, send)", 2, "wsgi_lambda")
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
        self._last: tuple[asyncio.AbstractEventLoop | None, Lifespan] = _NONE
        if startup == "init" and lifespan != "off":
            self._start_at_init()

    def _start_at_init(self) -> None:
        """On Lambda, start now, where init time is; under SnapStart in the restored environment."""
        if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
            return
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            after_restore(self.start)
        elif asyncio.events._get_running_loop() is None:
            self.start()

    def start(self) -> None:
        """Start the app's lifespan on the environment's loop, unless it has been."""
        lifespan = self._lifespan_on(environment.loop)
        if not lifespan.ready:
            self._start(lifespan)

    def _start(self, lifespan: Lifespan) -> None:
        environment.call(lifespan.startup)
        if lifespan.supported:
            environment.at_shutdown(lifespan.shutdown)

    def stop(self) -> None:
        """Shut the app's lifespan down, for tests and tools; the next event starts it anew."""
        lifespan = self._lifespans.pop(environment.loop, None)
        self._last = _NONE
        if lifespan is not None:
            environment.forget_shutdown(lifespan.shutdown)
            environment.call(lifespan.shutdown)

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        loop = environment.loop
        cycle = AsgiCycle(request, invocation, sink, self, loop)
        try:
            if cycle.begin():
                last_loop, lifespan = self._last
                if last_loop is not loop:
                    lifespan = self._lifespan_on(loop)
                    self._last = loop, lifespan
                if not lifespan.ready:
                    self._start(lifespan)
                cycle.state = lifespan.state
                environment.run(cycle)
                if cycle.error is not None or cycle.disconnected or not cycle.complete:
                    cycle.check()
        finally:
            cycle.unwatch()
        return cycle.outcome()

    async def handle(self, event: Any, context: Any = None) -> Any:
        """What the handler does, on the loop of the caller, where the app's lifespan is started
        as well; end it with `shutdown`."""
        invocation = self._invocation_of(event, context)
        if invocation is None:
            await self._lifespan_on(asyncio.get_running_loop()).startup()
            return {}
        try:
            request = invocation.source.request_from_event(event)
            reply = await self._respond_here(request, invocation)
        except (AppError, BadRequest) as error:
            return self._response_of_error(error, invocation)
        return self._response_of(reply, invocation)

    async def _respond_here(self, request: Request, invocation: Invocation) -> Any:
        loop = asyncio.get_running_loop()
        cycle = AsgiCycle(request, invocation, None, self, loop)
        try:
            if cycle.begin():
                lifespan = self._lifespan_on(loop)
                if not lifespan.ready:
                    await lifespan.startup()
                cycle.state = lifespan.state
                await run_here(cycle)
                cycle.check()
        finally:
            cycle.unwatch()
        return cycle.outcome()

    async def shutdown(self) -> None:
        """Shut down the lifespan that `handle` started on this loop."""
        lifespan = self._lifespans.pop(asyncio.get_running_loop(), None)
        if lifespan is not None:
            await lifespan.shutdown()

    def _lifespan_on(self, loop: asyncio.AbstractEventLoop) -> Lifespan:
        lifespan = self._lifespans.get(loop)
        if lifespan is None:
            for old in [old for old in list(self._lifespans) if old.is_closed()]:
                self._lifespans.pop(old, None)  # its tasks hold the loop, so it would stay
            lifespan = Lifespan(self.app, self._lifespan_mode)
            lifespan = self._lifespans.setdefault(loop, lifespan)
        return lifespan
