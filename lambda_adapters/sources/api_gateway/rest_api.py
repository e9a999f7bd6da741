"""REST APIs of API Gateway: Lambda proxy integration, payload format 1.0.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
and api-gateway-known-issues.html.

Decoded by AWS: the query. Kept as sent: the path. Lost: the order of different query keys and of
different headers, whether a key had a `=`, bytes of the query that are not UTF-8, the HTTP version,
Content-Length if there is no body, Content-MD5, Expect, Max-Forwards, Server, WWW-Authenticate;
bytes that are not UTF-8 in a body whose media type is not one of the API's binary media types.

A reply loses: the order of different headers if one is repeated, the reason phrase, Expect, Host,
Via. Renamed to x-amzn-remapped-*: Date, Server, WWW-Authenticate and others. The client gets a body
of bytes as base64 text unless the request's Accept begins with a binary media type.
"""

from typing import TYPE_CHECKING, Any

from lambda_adapters.http.body import encode_event_body
from lambda_adapters.http.forwarded import forward_headers
from lambda_adapters.http.headers import media_type
from lambda_adapters.http.messages import Headers, Reply, Request, json_reply
from lambda_adapters.http.urls import (
    clean_raw_path,
    path_from_raw,
    raw_path_below,
    raw_path_from_decoded,
)
from lambda_adapters.sources.api_gateway import payload_v1
from lambda_adapters.sources.event_fields import path_of
from lambda_adapters.sources.source import LAMBDA_LIMIT, Event

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "rest_api"

_RESPONSE_KEYS = frozenset(
    {"isBase64Encoded", "statusCode", "headers", "multiValueHeaders", "body", "base64Encoded"}
)
_REMAPPED = frozenset(
    {
        "authorization",
        "connection",
        "content-md5",
        "date",
        "max-forwards",
        "server",
        "user-agent",
        "www-authenticate",
    }
)
_DROPPED = frozenset(
    {
        "content-length",
        "expect",
        "host",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "via",
    }
)
# Request headers that never reach the function.
_NOT_FORWARDED = frozenset(
    {"content-length", "content-md5", "expect", "max-forwards", "server", "www-authenticate"}
)
# Names as API Gateway spells them; it passes on all others as the client sent them.
_CANONICAL = {
    "host": "Host",
    "user-agent": "User-Agent",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
    "x-forwarded-for": "X-Forwarded-For",
    "x-forwarded-port": "X-Forwarded-Port",
    "x-forwarded-proto": "X-Forwarded-Proto",
}


def matches(event: Any) -> bool:
    """Whether the event has payload format 1.0 without `version`: REST events have none."""
    return payload_v1.matches(event) and event.get("version") != "1.0"


def limit(event: Event) -> int:
    """Return Lambda's own limit; API Gateway's 10 MB is never reached."""
    return LAMBDA_LIMIT


def request_from_event(event: Event) -> Request:
    root_path, raw_path = _split_root(event)
    return payload_v1.request_from_payload(event, root_path, raw_path)


def _split_root(event: Event) -> tuple[str, str]:
    """Return the platform's part of the path, and the raw path below it.

    On an execute-api host only `requestContext.path` holds the stage. On a custom domain both
    paths hold the base path, and `resource` shows where the API's own part begins.
    """
    path = clean_raw_path(path_of(event.get("path")))
    context = event.get("requestContext")
    public = context.get("path") if isinstance(context, dict) else None
    if not isinstance(public, str):
        return "", path
    stage = payload_v1.stage_of(event)
    if stage and public == f"/{stage}{path}":
        return "/" + stage, path
    public = clean_raw_path(public)
    if public == path:
        return _split_mapping(path, event)
    below = raw_path_below(public, "/" + stage) if stage else None
    if below is None:
        return "", path
    # API Gateway collapses leading slashes only in `path`, and emulators decode it.
    if _is_same_path(below, path) or path_from_raw(below) == path_from_raw(path):
        return "/" + stage, below
    if _is_same_path(below.rstrip("/"), path.rstrip("/")):
        return "/" + stage, path
    return "", path


def _is_same_path(below: str, path: str) -> bool:
    return "/" + below.lstrip("/") == (path or "/")


def _split_mapping(path: str, event: Event) -> tuple[str, str]:
    """Return the base path of a custom domain, and the path below it. The base path is the part
    before `resource` with its parameters filled in."""
    tail = _fill_resource(event)
    stripped = path.rstrip("/")
    if tail is None or not stripped.endswith(tail):
        return "", path
    base = stripped.removesuffix(tail).rstrip("/")
    return path_from_raw(base), path[len(base) :] or "/"


def _fill_resource(event: Event) -> str | None:
    """Return `resource` with its parameters filled in; None if it or a parameter is missing."""
    resource, parameters = event.get("resource"), event.get("pathParameters")
    if not isinstance(resource, str):
        return None
    if "{" not in resource:
        return ("/" + resource.strip("/")).rstrip("/")
    values = dict(parameters) if isinstance(parameters, dict) else {}
    segments: list[str] = []
    for segment in resource.strip("/").split("/"):
        if segment.startswith("{") and segment.endswith("}"):
            # pop: API Gateway allows each name once, and repeats would multiply a long value.
            value = values.pop(segment.strip("{+}"), None)
            if not isinstance(value, str):
                return None
            segments.append(clean_raw_path(value).strip("/"))
        else:
            segments.append(segment)
    return ("/" + "/".join(segments)).rstrip("/")


def event_from_request(request: Request, front: "Front") -> Event:
    root = raw_path_from_decoded(request.root_path)
    public = root + request.raw_path
    on_execute_api = bool(front.stage) and request.root_path == "/" + front.stage
    path = "/" + request.raw_path.lstrip("/") if on_execute_api else public
    if front.route == "/{proxy+}" and not front.parameters:
        front = _fill_default_route(front, request.raw_path)
    headers: Headers = [
        (_CANONICAL.get(name, name), value)
        for name, value in forward_headers(request)
        if name not in _NOT_FORWARDED
    ]
    event = payload_v1.event_from_parts(request, front, path, headers)
    event["requestContext"]["path"] = public
    event["body"], event["isBase64Encoded"] = _event_body(request, front)
    return event


def _fill_default_route(front: "Front", raw_path: str) -> "Front":
    """Return the settings with the default route's parameter, which is the whole path."""
    from dataclasses import replace

    value = raw_path.strip("/")
    if not value:
        return replace(front, route="/")
    return replace(front, parameters=(("proxy", value),))


def _event_body(request: Request, front: "Front") -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    kind = media_type(request.header("content-type") or "application/json")
    return encode_event_body(request.body, not _is_binary(kind, front))


def _is_binary(kind: str, front: "Front") -> bool:
    """Whether a media type is one of the API's binary ones; `image/*` works, `*/png` does not."""
    types = front.binary_media_types
    return "*/*" in types or kind in types or kind.partition("/")[0] + "/*" in types


response_from_reply = payload_v1.response_from_reply


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    from lambda_adapters.sources import response_parsing as parsing

    if not isinstance(response, dict) or not response.keys() <= _RESPONSE_KEYS:
        return refusal()
    status = parsing.parse_status(response.get("statusCode", 200))
    multi = parsing.parse_header_lists(response.get("multiValueHeaders"))
    single = parsing.parse_headers(response.get("headers"))
    if status is None or multi is None or single is None:
        return refusal()
    text = response.get("isBase64Encoded") is not True
    # "The first media type of Accept decides": without a match the client gets the base64 text.
    accept = media_type((request.header("accept") or "").partition(",")[0])
    body = parsing.parse_body(response, encoded=not text and _is_binary(accept, front))
    if body is None:
        return refusal() if text else json_reply(500, '{"message": "Internal server error"}')
    headers = [
        (f"x-amzn-remapped-{name}" if name in _REMAPPED else name, value)
        for name, value in multi + single
        if name not in _DROPPED
    ]
    return parsing.add_content_type(Reply(status, headers, body, text))


def refusal() -> Reply:
    return json_reply(502, '{"message": "Internal server error"}')
