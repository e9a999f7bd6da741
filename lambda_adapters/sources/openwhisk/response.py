"""Convert a reply to the result of an OpenWhisk web action, and a result to a reply.

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

# Pekko HTTP sets these itself, or takes them from the entity.
_NOT_RETURNED = frozenset(
    {"connection", "content-length", "content-type", "date", "server", "transfer-encoding"}
)
# Matches more than WebActions.scala's pattern: text that could be base64 is always encoded.
_could_be_base64 = re.compile(r"[\x00- ]*[A-Za-z0-9+/]+={0,2}[\x00- ]*").fullmatch
logger = logging.getLogger("lambda_adapters")


def response_from_reply(reply: Reply, limit: int) -> Response:
    """Return the result. Its body is text or base64, as OpenWhisk expects for the media type."""
    result = _encode_reply(reply, limit)
    if result is not None:
        return result
    logger.error(
        "OpenWhisk cannot send this reply: its text is compressed, and either cannot be "
        f"decompressed here or is then over {limit} bytes. Next: send text uncompressed, and leave "
        "compression to the gateway."
    )
    return _build_result(text_reply(500, ""), "text/plain; charset=utf-8", "Internal Server Error")


def _encode_reply(reply: Reply, limit: int) -> Response | None:
    """Return the result; None if OpenWhisk cannot send it, see `response_from_reply`."""
    header = next((value for name, value in reply.headers if name == "content-type"), "")
    if not reply.body or reply.status == 205:  # RFC 9110 §15.3.6: no content; Pekko HTTP fails
        return _build_result(reply, header, "")
    parsed = parse_content_type(header)
    if parsed is None:
        header, parsed = OCTETS.media_type, OCTETS
    codings = _content_codings(reply.headers)
    if parsed.is_json:
        return _build_result(reply, header, _encode_json_body(reply.body, bool(codings), parsed))
    if not parsed.is_registered_text:
        if parsed.charset:  # with a charset, OpenWhisk would read an unregistered type as text
            header = parsed.media_type + parsed.others
        return _build_result(reply, header, encode_base64(reply.body))
    data = _decompress(reply.body, codings, limit)
    if data is None:
        return None
    if parsed.charset not in ("", "utf-8"):
        header = f"{parsed.media_type}{parsed.others}; charset=utf-8"
    headers = [pair for pair in reply.headers if not codings or pair[0] != "content-encoding"]
    text = _decode_text(data, parsed.charset)
    result = _build_result(Reply(reply.status, headers), header, text)
    return None if codings and len(json.dumps(result)) > limit else result


def _build_result(reply: Reply, content_type: str, body: str) -> Response:
    """Return the result, with several headers of one name as a list."""
    status = reply.status
    if status not in STATUSES:  # RFC 9110 §15: x00 of its class; 500 outside all classes
        status = min(status // 100, 5) * 100
    pairs = [pair for pair in remove_hop_by_hop(reply.headers) if pair[0] != "content-type"]
    headers: dict[str, str | list[str]] = {
        name: values if len(values) > 1 else values[0] for name, values in list_map(pairs).items()
    }
    if content_type:
        headers["content-type"] = content_type
    return {"statusCode": status, "headers": headers, "body": body}


def _encode_json_body(data: bytes, is_compressed: bool, content_type: ContentType) -> str:
    """Return JSON as text if OpenWhisk cannot misread it as base64; else as base64, which works."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return encode_base64(data)
    if content_type.is_registered_text and not is_compressed and not _could_be_base64(text):
        return text
    return encode_base64(data)


def _decode_text(data: bytes, charset: str) -> str:
    """Return the text. Bytes that do not fit the charset are read as latin-1, which loses none."""
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def _content_codings(headers: Headers) -> list[str]:
    values = ",".join(value for name, value in headers if name == "content-encoding")
    codings = [coding.strip().lower() for coding in values.split(",")]
    return [coding for coding in codings if coding not in ("", "identity")]


def _decompress(data: bytes, codings: list[str], limit: int) -> bytes | None:
    """Return the decompressed data; None if this fails, or if it is more than `limit` bytes."""
    for coding in reversed(codings):
        if coding not in ("gzip", "x-gzip", "deflate"):
            return None
        decompressor = zlib.decompressobj(wbits=47)  # accepts zlib's and gzip's header
        try:
            data = decompressor.decompress(data, limit + 1)
        except zlib.error:
            return None
        if not decompressor.eof or decompressor.unused_data or len(data) > limit:
            return None
    return data


def reply_from_response(result: Any) -> Reply | None:
    """Return what the client gets, by the rules of the default extension `.http`; None if OpenWhisk
    would refuse the result."""
    if isinstance(result, dict) and "error" in result:
        result = result["error"]  # an application's error replaces the result
    if not isinstance(result, dict):
        return None
    status = parse_status(result.get("statusCode", 200))
    headers = _parse_headers(result.get("headers", {}))
    if status not in STATUSES or status is None or headers is None:
        return None
    kept = [pair for pair in headers if pair[0] not in _NOT_RETURNED]
    body = result.get("body")
    if body is None or body == "":
        return Reply(status if "statusCode" in result else 204, kept, b"", True)
    default = "text/html" if isinstance(body, str) else "application/json"
    header = next((value for name, value in headers if name == "content-type"), default)
    parsed = parse_content_type(header)
    data = _parse_body(body, parsed) if parsed else None
    if parsed is None or data is None:
        return None
    return Reply(status, [*kept, ("content-type", parsed.header_value)], data, parsed.is_text)


def _parse_headers(value: object) -> Headers | None:
    """Return the pairs of a map of name to value or list; None if it is not a map, or if a value is
    null, an object or not valid."""
    if not isinstance(value, dict):
        return None
    headers: Headers = []
    for name, value_or_list in value.items():
        pending = [value_or_list]
        while pending:
            item = pending.pop()
            if isinstance(item, list):
                pending.extend(reversed(item))
            elif item is None or isinstance(item, dict):
                return None
            else:
                headers.append((name.lower(), to_latin_1(text_from_value(item))))
    return headers if are_valid(headers) else None


def _parse_body(body: object, content_type: ContentType) -> bytes | None:
    if not isinstance(body, str):
        return _encode_json(body) if content_type.is_json else None
    if content_type.is_text and not (content_type.is_json and _could_be_base64(body)):
        return body.encode("utf-8", "replace")
    try:
        return decode_base64(body.strip())
    except ValueError:
        return body.encode("utf-8", "replace") if content_type.is_text else None


def _encode_json(value: object) -> bytes | None:
    """Return JSON; None if it cannot be written: the action's runtime could not do it either."""
    try:
        return json.dumps(value).encode()
    except (RecursionError, TypeError, ValueError):
        return None
