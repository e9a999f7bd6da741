"""Raw web actions of Apache OpenWhisk, and of platforms that are built on it.

Source: github.com/apache/openwhisk, docs/webactions.md and WebActions.scala; the web server in
front of actions is Pekko HTTP, which decodes what it reads and encodes it again.

Decoded and encoded again: path (the part after the action's name) and query; both still decode to
the same. Only the media type says whether a body is text or base64. Lost: the part of the path that
leads to the action, all values except the last of a repeated header, the order of headers,
Content-Length if there is no body, the HTTP version; bytes that are not UTF-8 in a body of a text
type. A body without Content-Type gets application/octet-stream.

A reply loses: the order of different headers, the reason phrase, Date and Server, the Content-Type
of an empty body, the charset of a text type (text is sent as UTF-8) and of any other type, the
Content-Encoding of a text type. A status that is not registered becomes that of its class; a
Content-Type that is missing or malformed becomes application/octet-stream.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.body import body_from_event
from lambda_adapters.http.forwarded import endpoint_of, forward_headers
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
# RFC 3986's pchar; for a query without the characters that separate its parts.
_SEGMENT_SAFE = "-._~!$&'()*+,;=:@"
_QUERY_SAFE = "-._~!$'()*,;:@/?"


def matches(event: Any) -> bool:
    """Whether the event has `__ow_method`. Clients of an action that is not raw can add any other
    key, so no other key identifies a source."""
    return isinstance(event, dict) and "__ow_method" in event


def limit(event: Event) -> int:
    """Return 1 MB, the largest result of an activation (docs/reference.md)."""
    return _LIMIT


def request_from_event(event: Event) -> Request:
    if "__ow_query" not in event:
        raise BadRequest(
            "This web action is not raw: OpenWhisk has merged query and body into its arguments, "
            "so the original request is lost. Update the action with --web raw."
        )
    raw_path = clean_raw_path(path_of(event.get("__ow_path")))
    query = event["__ow_query"]
    header_map = event.get("__ow_headers")
    body = _body_of(event, pairs_from_map(header_map))
    headers, endpoint_headers = headers_from_map(header_map, None, body)
    scheme, server, _ = endpoint_of(endpoint_headers, None, None, "https")
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
    """Return the body, decoded by DigitalOcean's flag, or by its media type without the flag."""
    body, flag = event.get("__ow_body"), event.get("__ow_isBase64Encoded")
    if isinstance(flag, bool) or not isinstance(body, str):
        return body_from_event(body, flag)
    values = [value for name, value in pairs if normal_name[name] == "content-type"]
    content_type = _content_type_of(values[0] if values and isinstance(values[0], str) else "")
    if _is_text_in_event(content_type):
        return body.encode("utf-8", "replace")
    try:
        return decode_base64(body)
    except ValueError:
        # Some platforms were seen to send these types unencoded; base64 was decoded above.
        if content_type.is_json or content_type.media_type.startswith("text/"):
            return body.encode("utf-8", "replace")
        raise BadRequest(
            "Expected base64 as the event's body, because its Content-Type is not text, got text "
            "that is not base64. The request was refused. Next: check what wrote the event, and "
            "its Content-Type."
        ) from None


def _content_type_of(header: str) -> ContentType:
    return parse_content_type(header) or OCTETS


def _is_text_in_event(content_type: ContentType) -> bool:
    # "for legacy": JSON is always base64
    return content_type.is_text and content_type.media_type != "application/json"


def event_from_request(request: Request, front: "Front") -> Event:
    # OpenWhisk's gateways add X-Forwarded-*; only AWS adds a trace id.
    headers = [pair for pair in forward_headers(request) if pair[0] != "x-amzn-trace-id"]
    headers += [pair for pair in request.headers if pair[0] == "x-amzn-trace-id"]
    header_map = {name: value for name, value in headers if name != "content-length"}
    if request.body:
        header_map.setdefault("content-type", OCTETS.media_type)
    text = _is_text_in_event(_content_type_of(header_map.get("content-type", "")))
    return {
        "__ow_method": request.method.lower(),
        "__ow_query": _encode_query(request.query),
        "__ow_body": request.body.decode("utf-8", "replace")
        if text
        else encode_base64(request.body),
        "__ow_headers": header_map,
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
