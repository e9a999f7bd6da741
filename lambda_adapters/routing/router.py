"""Router: many apps, webhooks and triggers behind one handler.

A Router is a Handler, so Routers nest: what an inner one does not match is the inner one's 404.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.urls import path_below, path_from_raw, raw_path_from_decoded
from lambda_adapters.invocation.handler import Handler, Taker
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.routing.path_tree import ANY, PathTree, segments_of
from lambda_adapters.routing.pattern import DEFAULT
from lambda_adapters.routing.targets import LazyTarget, Target
from lambda_adapters.routing.trigger_table import TriggerTable
from lambda_adapters.sources.source import Source


@dataclass(slots=True, frozen=True)
class _Route:
    place: LazyTarget
    prefix: str = ""  # of a mount


class Router(Handler):
    """`(event, context) -> response` for several targets.

    A target is an Adapter of either kind, another Router, a function of (event, context), whose
    event and answer are passed on untouched, or the "package.module:handler" of one of these,
    which is imported when it is first needed. `default` takes what no route matches. `sources`
    are sources of your own, as an Adapter takes them.

    Requests are matched by host, then by path below the stage, decoded; the path itself is left
    as it is. What nothing matches gets 404, and 405 where only the method is wrong.
    """

    def __init__(self, default: Target | None = None, *, sources: Sequence[Source] = ()) -> None:
        self._sources = tuple(Options(sources=sources).sources)
        self._hosts: dict[str, LazyTarget] = {}
        self._tree: PathTree[_Route] = PathTree()
        self._triggers = TriggerTable()
        self._places: list[LazyTarget] = []
        if default is not None:
            self.route(DEFAULT, default)

    def route(self, pattern: str, target: Target, methods: Collection[str] | None = None) -> None:
        """Give the paths of an API Gateway pattern to a target: `/users`, `/users/{id}`,
        `/users/{proxy+}`, `$default`. `methods`: such as ("GET", "POST"), None for any.

        A static part comes before a parameter, both before a greedy one; the parameters reach
        the app as `aws.path_parameters`. Raises ConfigurationError for a wrong pattern, and for
        one that clashes with another.
        """
        place = LazyTarget(target, f"the target of {pattern}")
        self._tree.add(pattern, _Route(place), _checked_methods(methods))
        self._places.append(place)

    def mount(self, prefix: str, target: Target) -> None:
        """Give a path and all below it to a target, as part of its root path (`root_path`,
        SCRIPT_NAME), behind the stage's. Raises ConfigurationError as `route` does."""
        if not prefix.startswith("/") or prefix.endswith("/") or "{" in prefix or "//" in prefix:
            raise ConfigurationError(
                "Expected a prefix such as /hooks/stripe, without a slash at its end and without "
                f"parameters, got {prefix!r}."
            )
        place = LazyTarget(target, f"the target at {prefix}")
        route = _Route(place, prefix)
        self._tree.mount(prefix, route)
        self._places.append(place)

    def host(self, name: str, target: Target) -> None:
        """Give all requests for a host name, whatever their port, to a target."""
        name = name.lower()
        if not name or not set(name).isdisjoint("/:"):
            raise ConfigurationError(
                f"Expected a host's name such as hooks.example.com, without a port, got {name!r}."
            )
        if name in self._hosts:
            raise ConfigurationError(f"Expected hosts that differ, got {name!r} twice.")
        self._hosts[name] = place = LazyTarget(target, f"the target of {name}")
        self._places.append(place)

    def on(self, trigger: str, target: Target, **filters: str) -> None:
        """Give the events of a trigger, named as `trigger_of` names them, to a target, which is
        called with (event, context). `source` and `detail_type` choose among EventBridge's.

        Raises ConfigurationError for a name that no trigger has, and for one that is taken.
        """
        self._triggers.add(trigger, LazyTarget(target, f"the target on {trigger}"), filters)

    def start(self) -> None:
        for target in self._loaded():
            if isinstance(target, Handler):
                target.start()

    def stop(self) -> None:
        """Stop what its targets have started, for tests and tools."""
        for target in self._loaded():
            stop = getattr(target, "stop", None)
            if callable(stop):
                stop()

    def _loaded(self) -> Iterator[Handler | Callable[[Any, Any], Any]]:
        for place in dict.fromkeys([*self._places, *self._triggers.places()]):
            target = place.loaded
            if target is not None:
                yield target

    def taker_of(self, event: Any, name: str) -> Taker | None:
        """Its own target for the trigger; else that of the first target that has one, in the
        order of their adding, whatever was imported before. A target that cannot be imported is
        passed over; its AppError is raised where no other takes the event."""
        place = self._triggers.find(event, name)
        if place is not None:
            return _called(place)
        broken: AppError | None = None
        for place in self._places:
            try:
                target = place.loaded if name == "warmup" else place.get()  # a ping imports nothing
            except AppError as error:
                broken = broken or error
                continue
            taker = target.taker_of(event, name) if isinstance(target, Handler) else None
            if taker is not None:
                return taker
        if broken is not None:
            raise broken
        return None

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        place = self._hosts.get(request.server[0].lower().removesuffix("."))
        if place is None:
            segments = segments_of(request.path)
            found = self._tree.find(segments, request.method)
            if found is None:
                return _sent(_refusal(self._tree.methods(segments)), request, sink)
            place = found.target.place
            if found.target.prefix:
                request = _below(request, found.target.prefix)
            elif found.parameters:
                invocation.path_parameters |= found.parameters
        target = place.get()
        if isinstance(target, Handler):
            return target.respond(request, invocation, sink)
        return target(invocation.event, invocation.context)


def _called(place: LazyTarget) -> Taker:
    def take(event: Any, context: Any) -> Any:
        return place.get()(event, context)

    return take


def _checked_methods(methods: Collection[str] | None) -> Collection[str]:
    if methods is None:
        return (ANY,)
    if not isinstance(methods, str):
        methods = tuple(methods)
    if isinstance(methods, str) or not methods or not all(m.isupper() for m in methods):
        raise ConfigurationError(
            f'Expected methods such as ("GET", "POST"), or None for any, got {methods!r}.'
        )
    return methods


def _below(request: Request, prefix: str) -> Request:
    """The request as an app at a prefix sees it. Where the raw path spells the prefix's slashes
    in another way, what is behind it is encoded anew."""
    raw_path = path_below(request.raw_path, prefix)
    if raw_path is None:
        raw_path = raw_path_from_decoded(request.path[len(prefix) :] or "/")
    request.root_path += prefix
    request.raw_path, request.path = raw_path, path_from_raw(raw_path)
    return request


def _refusal(methods: set[str]) -> Reply:
    if not methods:
        return json_reply(404, '{"message":"Not Found"}')
    reply = json_reply(405, '{"message":"Method Not Allowed"}')
    reply.headers.append(("allow", ", ".join(sorted(methods))))
    return reply


def _sent(reply: Reply, request: Request, sink: Sink | None) -> Reply | None:
    if request.method == "HEAD":
        reply.body = b""
    if sink is None:
        return reply
    sink.start(reply.status, reply.headers, "", True)
    sink.write(reply.body)
    sink.end()
    return None
