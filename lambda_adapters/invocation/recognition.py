"""Find the source or trigger that sent an event, and describe an event that none matches.

At most one of them matches an event. No source matches an event that only resembles HTTP
(authorizers, WebSocket APIs, agents).
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import UnknownEvent
from lambda_adapters.sources.registry import find_source
from lambda_adapters.triggers.detection import RESPONSE_TRIGGERS, trigger_name

if TYPE_CHECKING:
    from lambda_adapters.sources.source import Source


def source_of(event: Any) -> "Source":
    """Return the HTTP source that sent the event; its `name` is `http_api`, for example.

    Raises UnknownEvent for an event that is not an HTTP request.
    """
    source = find_source(event)
    if source is None:
        raise UnknownEvent(describe_event(event))
    return source


def trigger_of(event: Any) -> str:
    """Return the trigger of an event that is not HTTP, such as `sqs`, `schedule` or `direct`.

    Raises UnknownEvent for an HTTP event and for an event that no trigger matches.
    """
    if find_source(event) is not None:
        raise UnknownEvent("This event is an HTTP request: use source_of(event) instead.")
    name = trigger_name(event)
    if name is None or name in RESPONSE_TRIGGERS:
        raise UnknownEvent(describe_event(event))
    return name


def describe_event(event: Any) -> str:
    """Return an error message (expected, got, next step) for an event that cannot be answered."""
    if not isinstance(event, dict):
        return (
            f'Expected an HTTP event, got {type(event).__name__}. Pass events_path="/path" to have '
            "events that are not HTTP POSTed to the app."
        )
    keys = ", ".join(_escape_key(key) for key in sorted(map(str, event))[:_MOST_KEYS]) or "none"
    if len(event) > _MOST_KEYS:
        keys += f" and {len(event) - _MOST_KEYS} more"
    name = trigger_name(event)
    advice = _ADVICE.get(name, _default_advice(name)) if name else _advice_without_match(event)
    return f"Expected an HTTP event; {advice} Its keys: {keys}."


_MOST_KEYS, _LONGEST_KEY = 20, 64


def _escape_key(key: str) -> str:
    """Return a key cut and escaped for a log line: the sender of an event chooses its keys."""
    key = key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"
    return key if key.isprintable() else ascii(key)


_ADVICE = {
    "authorizer": "this one asks a Lambda authorizer whether a request may pass, and is not a "
    "request: attach a separate function as the authorizer.",
    "websocket_api": "this one is from a WebSocket API, which an Adapter does not serve.",
    "cloudfront": "this one is from CloudFront (Lambda@Edge), but is not a request: attach the "
    "function to the viewer-request or the origin-request trigger, not to a response trigger.",
    "command": "this one is a command, and this function takes no commands. Next: "
    'router.on("command", ...) from lambda_adapters.triggers.commands.',
    "direct": "this one is a custom value that Invoke passed on unchanged. Pass "
    'events_path="/path" to have such events POSTed to the app.',
}


def _default_advice(name: str) -> str:
    return (
        f'this one is from {name}. Pass events_path="/path" to have such events POSTed to the app, '
        "or route them to a function with router.on(...)."
    )


def _advice_without_match(event: dict[Any, Any]) -> str:
    """Return the advice for an event without source or trigger, with the source it resembles."""
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
        f"no source and no trigger matches it{near}. If an emulator or a test wrote it, compare it "
        "with the source's page in the documentation; for a custom source, see sources=."
    )
