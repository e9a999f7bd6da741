"""Router: one handler for many apps, webhooks and triggers.

A Router is a Handler, so a Router can be a target of another. A request that the inner Router does
not match gets the inner Router's 404.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.urls import path_from_raw, raw_path_below, raw_path_from_decoded
from lambda_adapters.invocation.handler import Handler, LambdaHandler, run_in_thread
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink, deliver
from lambda_adapters.routing.path_tree import ANY, PathTree, segments_of
from lambda_adapters.routing.pattern import DEFAULT
from lambda_adapters.routing.targets import LazyTarget, Target
from lambda_adapters.routing.trigger_table import TriggerTable
from lambda_adapters.sources.source import Source


class _Route(NamedTuple):
    target: LazyTarget
    prefix: str = ""  # set by `mount`


class Router(Handler):
    """`(event, context) -> response` for several targets.

    A target is an Adapter for ASGI or WSGI, another Router, a function of (event, context) whose
    event and response are passed on unchanged, or the name of one of these as
    "package.module:handler", which is imported at the first use. `default` is the target for
    requests that no route matches. `sources` are custom sources, as in an Adapter.

    Requests are matched by host, then by decoded path below the stage; the target gets the path
    unchanged. A request that no route matches gets 404, or 405 if only the method does not match.
    """

    def __init__(self, default: Target | None = None, *, sources: Sequence[Source] = ()) -> None:
        self._sources = Options(sources=sources).sources
        self._hosts: dict[str, LazyTarget] = {}
        self._routes: PathTree[_Route] = PathTree()
        self._triggers = TriggerTable()
        self._targets: list[LazyTarget] = []
        if default is not None:
            self.route(DEFAULT, default)

    def route(self, pattern: str, target: Target, methods: Collection[str] | None = None) -> None:
        """Add a target for the paths of an API Gateway pattern: `/users`, `/users/{id}`,
        `/users/{proxy+}`, `$default`. `methods`: such as ("GET", "POST"), None for any.

        A static segment beats a parameter, and both beat a greedy parameter. The app gets the
        parameters as `aws.path_parameters`. Raises ConfigurationError for a wrong pattern, and
        for one that matches the same paths as another.
        """
        lazy = LazyTarget(target, f"the target of {pattern}")
        self._routes.add(pattern, _Route(lazy), _check_methods(methods))
        self._targets.append(lazy)

    def mount(self, prefix: str, target: Target) -> None:
        """Add a target for a path and all paths below it. The prefix is appended to the root path
        (`root_path`, SCRIPT_NAME). Raises ConfigurationError as `route` does."""
        if not prefix.startswith("/") or prefix.endswith("/") or "{" in prefix or "//" in prefix:
            raise ConfigurationError(
                "Expected a prefix such as /hooks/stripe, without a trailing slash and without "
                f"parameters, got {prefix!r}."
            )
        lazy = LazyTarget(target, f"the target at {prefix}")
        self._routes.mount(prefix, _Route(lazy, prefix))
        self._targets.append(lazy)

    def host(self, name: str, target: Target) -> None:
        """Add a target for all requests to a host name, on any port. Raises ConfigurationError for
        a wrong name, and for one that has a target already."""
        name = name.lower()
        if not name or not set(name).isdisjoint("/:"):
            raise ConfigurationError(
                f"Expected a host name such as hooks.example.com, without a port, got {name!r}."
            )
        if name in self._hosts:
            raise ConfigurationError(f"Expected one target for each host, got {name!r} twice.")
        self._hosts[name] = lazy = LazyTarget(target, f"the target of {name}")
        self._targets.append(lazy)

    def on(self, trigger: str, target: Target, **filters: str) -> None:
        """Add a target for the events of a trigger, named as by `trigger_of`. The target is called
        with (event, context). The filters `source` and `detail_type` select EventBridge events.

        Raises ConfigurationError for an unknown trigger, and for one that has a target already.
        """
        self._triggers.add(trigger, LazyTarget(target, f"the target on {trigger}"), filters)

    def start(self) -> None:
        """Start the targets that are already imported."""
        for handler in self._loaded_handlers():
            handler.start()

    def stop(self) -> None:
        """Stop the targets that are already imported, for tests and tools."""
        for handler in self._loaded_handlers():
            handler.stop()

    async def startup(self) -> None:
        """Start the targets that are already imported, on the running event loop."""
        for handler in self._loaded_handlers():
            await handler.startup()

    async def shutdown(self) -> None:
        """Stop the targets that are already imported, on the running event loop."""
        for handler in self._loaded_handlers():
            await handler.shutdown()

    def _loaded_handlers(self) -> Iterator[Handler]:
        for lazy in dict.fromkeys([*self._targets, *self._triggers.targets()]):
            if isinstance(lazy.loaded, Handler):
                yield lazy.loaded

    def takes_trigger(self, event: Any, name: str) -> bool:
        """Whether a target takes the trigger. Raises AppError if none does and a target could not
        be imported."""
        return self._find_trigger(event, name) is not None

    def trigger_target(self, invocation: Invocation) -> Handler | LambdaHandler | None:
        """Return the target for the invocation's trigger."""
        assert invocation.trigger is not None
        return self._find_trigger(invocation.event, invocation.trigger)

    def _find_trigger(self, event: Any, name: str) -> Handler | LambdaHandler | None:
        """Return the target added with `on` for the trigger, else the first target that takes the
        trigger, in the order of addition. A target that cannot be imported is skipped; its AppError
        is raised if no other target takes the trigger."""
        direct = self._triggers.find(event, name)
        if direct is not None:
            return direct.get()
        broken: AppError | None = None
        for lazy in self._targets:
            try:
                target = lazy.loaded if name == "warmup" else lazy.get()  # a ping imports nothing
                if isinstance(target, Handler) and target.takes_trigger(event, name):
                    return target
            except AppError as error:
                broken = broken or error
        if broken is not None:
            raise broken
        return None

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        target = self._find(request, invocation)
        if isinstance(target, Handler):
            return target.respond(request, invocation, sink)
        if isinstance(target, Reply):
            return deliver(target, sink)
        return deliver(target(invocation.event, invocation.context), sink)

    async def respond_async(
        self, request: Request, invocation: Invocation, sink: Sink | None
    ) -> Any:
        target = self._find(request, invocation)
        if isinstance(target, Handler):
            return await target.respond_async(request, invocation, sink)
        if isinstance(target, Reply):
            return deliver(target, sink)
        return deliver(await run_in_thread(target, invocation.event, invocation.context), sink)

    def _find(self, request: Request, invocation: Invocation) -> Handler | LambdaHandler | Reply:
        """Return the target for a request, or the 404 or 405 reply if there is none. For a mount,
        move the prefix to the request's root path."""
        lazy = self._hosts.get(request.server[0].lower().removesuffix("."))
        if lazy is not None:
            return lazy.get()
        segments = segments_of(request.path)
        found = self._routes.find(segments, request.method)
        if found is None:
            return _refusal(self._routes.methods(segments), request.method)
        route = found.target
        if route.prefix:
            _move_to_root(request, route.prefix)
        elif found.parameters:
            invocation.path_parameters |= found.parameters
        return route.target.get()


def _check_methods(methods: Collection[str] | None) -> Collection[str]:
    if methods is None:
        return (ANY,)
    if not isinstance(methods, str):
        methods = tuple(methods)
    if isinstance(methods, str) or not methods or not all(m.isupper() for m in methods):
        raise ConfigurationError(
            f'Expected methods such as ("GET", "POST"), or None for any, got {methods!r}.'
        )
    return methods


def _move_to_root(request: Request, prefix: str) -> None:
    """Move a mount's prefix from the path to the root path. If the raw path encodes the prefix's
    slashes, the rest of the raw path is encoded again from the decoded path."""
    raw_path = raw_path_below(request.raw_path, prefix)
    if raw_path is None:
        raw_path = raw_path_from_decoded(request.path[len(prefix) :] or "/")
    request.root_path += prefix
    request.raw_path, request.path = raw_path, path_from_raw(raw_path)


def _refusal(methods: set[str], method: str) -> Reply:
    if methods:
        reply = json_reply(405, '{"message":"Method Not Allowed"}')
        reply.headers.append(("allow", ", ".join(sorted(methods))))
    else:
        reply = json_reply(404, '{"message":"Not Found"}')
    if method == "HEAD":
        reply.body = b""
    return reply
