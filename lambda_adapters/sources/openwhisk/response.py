"""The result of an OpenWhisk web action: what a reply becomes, and what OpenWhisk sends for it.

Source: github.com/apache/openwhisk, docs/webactions.md and WebActions.scala.
"""

import json
import logging
import re
import zlib
from typing import Any

from lambda_adapters.http.base64_codec import decode_base64, encode_base64
from lambda_adapters.http.headers import (
    are_valid,
    list_map,
    remove_hop_by_hop,
    text_from_value,
    to_latin_1,
)
from lambda_adapters.http.messages import Headers, Reply, text_reply
from lambda_adapters.sources.openwhisk.media_types import (
    OCTETS,
    STATUSES,
    ContentType,
    parse_content_type,
)
from lambda_adapters.sources.response_parsing import parse_status
from lambda_adapters.sources.source import Response

# What Pekko HTTP writes itself, or leaves to the entity.
_NOT_RETURNED = frozenset(
    {"connection", "content-length", "content-type", "date", "server", "transfer-encoding"}
)
# More than WebActions.scala's pattern matches: what could be base64 shall never be sent bare.
_could_be_base64 = re.compile(r"[\x00- ]*[A-Za-z0-9+/]+={0,2}[\x00- ]*").fullmatch
logger = logging.getLogger("lambda_adapters")


def response_from_reply(reply: Reply, limit: int) -> Response:
    """The result, its body text or base64 by the media type, as OpenWhisk will read it."""
    response = _response(reply, limit)
    if response is not None:
        return response
    logger.error(
        "OpenWhisk cannot send this reply: text that is compressed, in a way that cannot be undone "
        f"here or to more than {limit} bytes. Send text as it is, and leave compression to the "
        "gateway."
    )
    return _with_headers(text_reply(500, ""), "text/plain; charset=utf-8", "Internal Server Error")


def _response(reply: Reply, limit: int) -> Response | None:
    sent = next((value for name, value in reply.headers if name == "content-type"), "")
    if not reply.body or reply.status == 205:  # RFC 9110 §15.3.6: no content; Pekko HTTP fails
        return _with_headers(reply, sent, "")
    kind = parse_content_type(sent)
    if kind is None:
        sent, kind = OCTETS.kind, OCTETS
    codings = _content_codings(reply.headers)
    if kind.is_json:
        return _with_headers(reply, sent, _json_body(reply.body, bool(codings), kind))
    if not kind.is_registered_text:
        # With a charset, it would be text where it is not registered.
        return _with_headers(
            reply, kind.kind + kind.others if kind.charset else sent, encode_base64(reply.body)
        )
    data = _decompress(reply.body, codings, limit)
    if data is None:
        return None
    if kind.charset not in ("", "utf-8"):
        sent = f"{kind.kind}{kind.others}; charset=utf-8"
    headers = [pair for pair in reply.headers if not codings or pair[0] != "content-encoding"]
    result = _with_headers(Reply(reply.status, headers), sent, _text(data, kind.charset))
    return None if codings and len(json.dumps(result)) > limit else result


def _with_headers(reply: Reply, content_type: str, body: str) -> Response:
    """The result: several headers of one name as a list."""
    status = reply.status
    if status not in STATUSES:  # RFC 9110 §15: as x00 of its class, outside of them as 500
        status = min(status // 100, 5) * 100
    pairs = [pair for pair in remove_hop_by_hop(reply.headers) if pair[0] != "content-type"]
    headers: dict[str, str | list[str]] = {
        name: values if len(values) > 1 else values[0] for name, values in list_map(pairs).items()
    }
    if content_type:
        headers["content-type"] = content_type
    return {"statusCode": status, "headers": headers, "body": body}


def _json_body(data: bytes, packed: bool, kind: ContentType) -> str:
    """JSON as text, where it will not be taken for base64; else as base64, which works as well."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return encode_base64(data)
    bare = kind.is_registered_text and not packed and not _could_be_base64(text)
    return text if bare else encode_base64(data)


def _text(data: bytes, charset: str) -> str:
    """The text; bytes that are not of their charset are taken for latin-1, which loses none."""
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def _content_codings(headers: Headers) -> list[str]:
    values = ",".join(value for name, value in headers if name == "content-encoding")
    codings = [coding.strip().lower() for coding in values.split(",")]
    return [coding for coding in codings if coding not in ("", "identity")]


def _decompress(data: bytes, codings: list[str], limit: int) -> bytes | None:
    """The data before it was compressed; None where that cannot be told, or is more than can be
    sent."""
    for coding in reversed(codings):
        if coding not in ("gzip", "x-gzip", "deflate"):
            return None
        unpacker = zlib.decompressobj(wbits=47)  # zlib's or gzip's header, whichever there is
        try:
            data = unpacker.decompress(data, limit + 1)
        except zlib.error:
            return None
        if not unpacker.eof or unpacker.unused_data or len(data) > limit:
            return None
    return data


def reply_from_response(result: Any) -> Reply | None:
    """What the client gets, by the rules of the extension `.http`, which is the default; None
    where OpenWhisk would refuse the result."""
    if isinstance(result, dict) and "error" in result:
        result = result["error"]  # an application's error: it stands for the result
    if not isinstance(result, dict):
        return None
    status = parse_status(result.get("statusCode", 200))
    headers = _headers_from(result.get("headers", {}))
    if status not in STATUSES or status is None or headers is None:
        return None
    kept = [pair for pair in headers if pair[0] not in _NOT_RETURNED]
    body = result.get("body")
    if body is None or body == "":
        return Reply(status if "statusCode" in result else 204, kept, b"", True)
    default = "text/html" if isinstance(body, str) else "application/json"
    sent = next((value for name, value in headers if name == "content-type"), default)
    kind = parse_content_type(sent)
    data = _body_from(body, kind) if kind else None
    if kind is None or data is None:
        return None
    return Reply(status, [*kept, ("content-type", kind.rendered)], data, kind.is_text)


def _headers_from(value: object) -> Headers | None:
    """Pairs of a map of name to value or list; None where the map is none, or a value is null or
    an object."""
    if not isinstance(value, dict):
        return None
    headers: Headers = []
    for name, given in value.items():
        waiting = [given]
        while waiting:
            item = waiting.pop()
            if isinstance(item, list):
                waiting.extend(reversed(item))
            elif item is None or isinstance(item, dict):
                return None
            else:
                headers.append((name.lower(), to_latin_1(text_from_value(item))))
    return headers if are_valid(headers) else None


def _body_from(body: object, kind: ContentType) -> bytes | None:
    if not isinstance(body, str):
        return _json_of(body) if kind.is_json else None
    if kind.is_text and not (kind.is_json and _could_be_base64(body)):
        return body.encode("utf-8", "replace")
    try:
        return decode_base64(body.strip())
    except ValueError:
        return body.encode("utf-8", "replace") if kind.is_text else None


def _json_of(value: object) -> bytes | None:
    """JSON; None where it cannot be written, which the action's runtime could not either."""
    try:
        return json.dumps(value).encode()
    except (RecursionError, TypeError, ValueError):
        return None
