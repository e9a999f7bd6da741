"""Raw web actions of Apache OpenWhisk, and of platforms that are built on it.

Source: github.com/apache/openwhisk, docs/webactions.md and WebActions.scala; the web server in
front of actions is Pekko HTTP, which decodes what it reads and encodes it again.

Decoded and encoded again: path (the part behind the action's name) and query; both decode to the
same. Whether a body is text or base64 only its media type tells. Lost: the part of the path that
leads to the action, every value but the last of a repeated header, the order of headers,
Content-Length where there is no body, the HTTP version; bytes that are not UTF-8 in a body of a
text type. A body without Content-Type gets application/octet-stream.

Of a reply, lost: the order of different headers, the reason phrase, Date and Server, the
Content-Type of an empty body, the charset of a text type (text is sent as UTF-8) and of any other
type, the Content-Encoding of a text type. A status that is not registered becomes that of its
class, a Content-Type that is missing or malformed application/octet-stream.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.body import body_from_event
from lambda_adapters.http.forwarded import endpoint_of, forwarded_headers
from lambda_adapters.http.headers import normal_name, pairs_from_map
from lambda_adapters.http.messages import Reply, Request, json_reply
from lambda_adapters.http.request_headers import headers_from_map
from lambda_adapters.http.urls import clean_query, clean_raw_path, path_from_raw
from lambda_adapters.sources.event_fields import method_of, path_of
from lambda_adapters.sources.openwhisk import response as responses
from lambda_adapters.sources.openwhisk.media_types import OCTETS, ContentType, parse_content_type
from lambda_adapters.sources.source import Event, Response

if TYPE_CHECKING:
    from lambda_adapters.sources.front import Front

name = "openwhisk"

_LIMIT = 1024 * 1024
# RFC 3986's pchar; in a query without what would be read as its structure.
_SEGMENT_SAFE = "-._~!$&'()*+,;=:@"
_QUERY_SAFE = "-._~!$'()*,;:@/?"


def matches(event: Any) -> bool:
    """`__ow_method`. A client of an action that is not raw can add any other key, so they tell
    nothing, neither for this source nor for another."""
    return isinstance(event, dict) and "__ow_method" in event


def limit(event: Event) -> int:
    """docs/reference.md: the result of an activation is 1 MB at most."""
    return _LIMIT


def request_from_event(event: Event) -> Request:
    if "__ow_query" not in event:
        raise BadRequest(
            "This web action is not raw: OpenWhisk has merged query and body into its arguments, "
            "and what the client sent cannot be told any more. Update the action with --web raw."
        )
    raw_path = clean_raw_path(path_of(event.get("__ow_path")))
    query = event["__ow_query"]
    sent = event.get("__ow_headers")
    body = _body_of(event, pairs_from_map(sent))
    headers, called = headers_from_map(sent, None, body)
    scheme, server, _ = endpoint_of(called, None, None, "https")
    return Request(
        method=method_of(event["__ow_method"]).upper(),
        scheme=scheme,
        path=path_from_raw(raw_path),
        raw_path=raw_path,
        query=clean_query(query) if isinstance(query, str) else "",
        headers=headers,
        body=body,
        server=server,
    )


def _body_of(event: Event, pairs: list[tuple[str, object]]) -> bytes:
    """The body by DigitalOcean's flag, and where there is none by its media type."""
    body, flag = event.get("__ow_body"), event.get("__ow_isBase64Encoded")
    if isinstance(flag, bool) or not isinstance(body, str):
        return body_from_event(body, flag)
    sent = [value for name, value in pairs if normal_name[name] == "content-type"]
    kind = _kind_of(sent[0] if sent and isinstance(sent[0], str) else "")
    if _is_text_in_event(kind):
        return body.encode("utf-8", "replace")
    try:
        return decode_base64(body)
    except ValueError:
        # Platforms that send these as they are have been seen; base64 cannot be mistaken for them.
        if kind.is_json or kind.kind.startswith("text/"):
            return body.encode("utf-8", "replace")
        raise BadRequest(
            "OpenWhisk sends a body that is no text as base64, and this one is not: the request "
            "was refused. Check what wrote the event, and its Content-Type."
        ) from None


def _kind_of(content_type: str) -> ContentType:
    return parse_content_type(content_type) or OCTETS


def _is_text_in_event(kind: ContentType) -> bool:
    return kind.is_text and kind.kind != "application/json"  # "for legacy": always base64


def event_from_request(request: Request, front: "Front") -> Event:
    # Gateways add X-Forwarded-*, but no trace id: that is AWS's.
    headers = [pair for pair in forwarded_headers(request) if pair[0] != "x-amzn-trace-id"]
    headers += [pair for pair in request.headers if pair[0] == "x-amzn-trace-id"]
    known = {name: value for name, value in headers if name != "content-length"}
    if request.body:
        known.setdefault("content-type", OCTETS.kind)
    text = _is_text_in_event(_kind_of(known.get("content-type", "")))
    return {
        "__ow_method": request.method.lower(),
        "__ow_query": _encode_query(request.query),
        "__ow_body": request.body.decode("utf-8", "replace")
        if text
        else encode_base64(request.body),
        "__ow_headers": known,
        "__ow_path": _encode_path(request.raw_path),
    }


def _encode_path(raw_path: str) -> str:
    return "/".join(quote(unquote(part), _SEGMENT_SAFE) for part in raw_path.split("/"))


def _encode_query(query: str) -> str:
    parts = [part.partition("=") for part in query.split("&")]
    return "&".join(
        _encode_component(key) + equals + _encode_component(value) for key, equals, value in parts
    )


def _encode_component(text: str) -> str:
    return quote_plus(unquote_plus(text), _QUERY_SAFE)


def response_from_reply(reply: Reply, event: Event) -> Response:
    return responses.response_from_reply(reply, _LIMIT)


def reply_from_response(response: Any, request: Request, front: "Front") -> Reply:
    return responses.reply_from_response(response) or refusal()


def refusal() -> Reply:
    return json_reply(400, '{"error":"There was an error processing your request."}')
