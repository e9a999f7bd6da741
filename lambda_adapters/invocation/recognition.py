"""Which source or trigger sent an event, and what to say where none did.

No event is claimed by two; what only looks like HTTP (authorizers, WebSocket APIs, agents) is
claimed by no source.
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import UnknownEvent
from lambda_adapters.sources.registry import find_source
from lambda_adapters.triggers.detection import RESPONSE_TRIGGERS, trigger_name

if TYPE_CHECKING:
    from lambda_adapters.sources.source import Source


def source_of(event: Any) -> "Source":
    """The HTTP source that sent the event; its `name` is such as `http_api` or `load_balancer`.

    Raises UnknownEvent for whatever is no HTTP request.
    """
    source = find_source(event)
    if source is None:
        raise UnknownEvent(describe_event(event))
    return source


def trigger_of(event: Any) -> str:
    """The name of what sent an event that is not HTTP, such as `sqs`, `schedule` or `direct`.

    Raises UnknownEvent for an HTTP event and for what nothing claims.
    """
    if find_source(event) is not None:
        raise UnknownEvent("This event is an HTTP request: ask source_of(event) instead.")
    name = trigger_name(event)
    if name is None or name in RESPONSE_TRIGGERS:
        raise UnknownEvent(describe_event(event))
    return name


def describe_event(event: Any) -> str:
    """Expected, got and next step, for an event that no source and no trigger claims."""
    if not isinstance(event, dict):
        return (
            f'Expected an HTTP event, got {type(event).__name__}. Pass events_path="/path" to have '
            "events that are not HTTP POSTed to the app."
        )
    keys = ", ".join(_safe_key(key) for key in sorted(map(str, event))[:_MOST_KEYS]) or "none"
    if len(event) > _MOST_KEYS:
        keys += f" and {len(event) - _MOST_KEYS} more"
    name = trigger_name(event)
    guess = _ADVICE.get(name, _advice(name)) if name else _nearest(event)
    return f"Expected an HTTP event; {guess} Its keys: {keys}."


_MOST_KEYS, _LONGEST_KEY = 20, 64


def _safe_key(key: str) -> str:
    """A key as a log line can hold it: whoever writes an event writes its keys."""
    key = key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"
    return key if key.isprintable() else ascii(key)


_ADVICE = {
    "authorizer": "this is a Lambda authorizer's. It asks whether a request may pass, and is no "
    "request itself: attach a function of its own as the authorizer.",
    "websocket_api": "this is a WebSocket API's, which an Adapter does not serve.",
    "cloudfront": "this is CloudFront's (Lambda@Edge), but no request: attach the function to the "
    "viewer-request or the origin-request trigger, not to a response.",
    "command": "this is a command for the function, which takes none. Next: "
    'router.on("command", ...) from lambda_adapters.triggers.commands.',
    "direct": "this is a value of somebody's own, as Invoke passes it on. Pass "
    'events_path="/path" to have such events POSTed to the app.',
}


def _advice(name: str) -> str:
    return (
        f'this one is from {name}. Pass events_path="/path" to have such events POSTed to the app, '
        "or give them a function of their own with router.on(...)."
    )


def _nearest(event: dict[Any, Any]) -> str:
    """What an event that nothing claims lacks to be the one that it resembles."""
    near = ""
    if "httpMethod" in event and "requestContext" not in event:
        near = '; the nearest is rest_api, but requestContext is missing: add "requestContext": {}'
    elif "httpMethod" in event:
        near = "; the nearest is rest_api, whose requestContext is an object or null"
    elif "rawPath" in event:
        near = "; the nearest is http_api, whose requestContext.http is an object"
    elif "raw_path" in event:
        near = "; the nearest is vpc_lattice_v1, which has a method and no requestContext"
    return (
        f"no source and no trigger looks like it{near}. If an emulator or a test wrote it, compare "
        "it with the source's page in the documentation; for a source of your own, see sources=."
    )
