"""The differences that are allowed in replies. allowed_differences.py is the same for requests."""

import base64
from typing import Any

from compliance.servers import openwhisk_losses
from compliance.servers.comparison import Allowance, Case
from compliance.servers.losses import for_every_source, for_sources
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.recording_apps import summarize
from compliance.servers.rows import Row
from lambda_adapters.http.messages import Headers

_RENAMED = ["authorization", "content-md5", "date", "max-forwards", "server", "user-agent"]
_RENAMED += ["www-authenticate"]
_TEXT_TYPES = ("application/json", "application/problem+json", "image/svg+xml")


def takes_no_bytes(row: Row) -> bool:
    return row.source == "rest_api" and not row.front.binary_media_types


def joins_repeats(row: Row) -> bool:
    return row.source in ("http_api", "function_url", "vpc_lattice", "vpc_lattice_v1") or (
        row.source == "load_balancer" and not row.front.multi_value
    )


def replace_reason(reason: str, case: Case) -> str:
    return phrase_of(REPLIES[case.name].status)


def encode_body(body: list[Any], case: Case) -> list[Any]:
    reply = REPLIES[case.name]
    sent = b"".join(reply.chunks)
    if (
        case.request.method == "HEAD"
        or reply.status in (204, 304)
        or not _is_bytes(sent, reply.headers)
    ):
        return body
    return summarize(base64.b64encode(sent))


def _is_bytes(body: bytes, headers: Headers) -> bool:
    named = dict(headers)
    kind = named.get("content-type", "text/").partition(";")[0].strip().lower()
    text = kind.startswith("text/") or kind in _TEXT_TYPES
    return (
        not text or "content-encoding" in named or body.decode("utf-8", "ignore").encode() != body
    )


def set_content_length(pairs: Headers, case: Case) -> Headers:
    reply = REPLIES[case.name]
    rest = [pair for pair in pairs if pair[0] != "content-length"]
    if case.request.method == "HEAD" or reply.status in (204, 304):
        return rest
    length = (
        encode_body([len(b"".join(reply.chunks))], case)[0] if takes_no_bytes(case.row) else None
    )
    return [*rest, ("content-length", str(length or len(b"".join(reply.chunks))))]


def join_repeats(pairs: Headers, case: Case) -> Headers:
    joined: dict[str, str] = {}
    cookies: Headers = []
    for name, value in REPLIES[case.name].headers:
        if name == "set-cookie":
            cookies.append((name, value))
        else:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
    rest = [pair for pair in pairs if pair[0] not in joined and pair[0] != "set-cookie"]
    joined = {name: value for name, value in joined.items() if name in dict(pairs)}
    joined.pop("content-length", None)
    rest += [pair for pair in pairs if pair[0] == "content-length" and pair not in rest]
    return rest + list(joined.items()) + cookies


def add_date_and_server(pairs: Headers, case: Case) -> Headers:
    own = [pair for pair in REPLIES[case.name].headers if pair[0] in ("date", "server")]
    return [*pairs, *own] if case.kind == "wsgi" else pairs


def add_json_type(pairs: Headers, case: Case) -> Headers:
    if any(name == "content-type" for name, _ in pairs):
        return pairs
    return [*pairs, ("content-type", "application/json")]


def rename_headers(pairs: Headers, case: Case) -> Headers:
    return [(f"x-amzn-remapped-{n}" if n in _RENAMED else n, value) for n, value in pairs]


def drop_rest_headers(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("expect", "host", "via")]


def drop_cloudfront_headers(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("via", "x-amzn-requestid")]


ALLOWED_OF_REPLIES = [
    Allowance(
        "reason", "reason",
        for_sources(
            "rest_api", "http_api", "http_api_v1", "function_url", "vpc_lattice", "vpc_lattice_v1"
        ),
        replace_reason,
        "A response has no reason phrase: the client gets the standard one of the status.",
    ),
    Allowance(
        "status", "status", for_sources("openwhisk"), openwhisk_losses.normalize_status,
        "OpenWhisk refuses statuses that are not registered. The adapter sends x00 of the same "
        "class.",
    ),
    Allowance(
        "reason", "reason", for_sources("openwhisk"), openwhisk_losses.normalize_reason,
        "A result has no reason phrase: the client gets the standard one of the status that is "
        "sent.",
    ),
    Allowance(
        "headers", "", for_every_source, set_content_length,
        "The platform sets Content-Length itself, and sends none if there is no body.",
    ),
    Allowance(
        "headers", "", for_every_source, add_date_and_server,
        "gunicorn replaces an app's Date and Server with its own. uvicorn and the adapters pass "
        "them on.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), openwhisk_losses.drop_date_and_server,
        "OpenWhisk's web server sets Date and Server itself.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), openwhisk_losses.drop_content_encoding,
        "OpenWhisk cannot send compressed text, so the adapter decompresses it.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), openwhisk_losses.update_content_length,
        "Text that was decompressed or converted has a new length.",
    ),
    Allowance(
        "headers", "headers", for_sources("openwhisk"), openwhisk_losses.set_content_type,
        "OpenWhisk sets Content-Type itself: with charset=UTF-8 for text, none for an empty body, "
        "and application/octet-stream if the app sent none.",
    ),
    Allowance(
        "headers", "headers", joins_repeats, join_repeats,
        "A response has one value for each name: repeated headers are joined with a comma, except "
        "Set-Cookie.",
    ),
    Allowance(
        "headers", "headers", for_sources("rest_api"), rename_headers,
        "REST APIs rename Date, Server and WWW-Authenticate to x-amzn-remapped-*.",
    ),
    Allowance(
        "headers", "headers", for_sources("rest_api"), drop_rest_headers,
        "REST APIs remove Via.",
    ),
    Allowance(
        "headers", "headers", for_sources("cloudfront"), drop_cloudfront_headers,
        "CloudFront refuses replies with Via, X-Amzn-RequestId and some other headers, so the "
        "adapter removes them.",
    ),
    Allowance(
        "headers", "headers",
        for_sources("rest_api", "http_api", "http_api_v1", "function_url"), add_json_type,
        "A reply without a Content-Type gets application/json.",
    ),
    Allowance(
        "body", "body", takes_no_bytes, encode_body,
        "A REST API without binary media types sends binary bodies as base64 text.",
    ),
    Allowance(
        "body", "body", for_sources("openwhisk"), openwhisk_losses.replace_body,
        "OpenWhisk sends text as UTF-8, so the adapter decompresses and converts it.",
    ),
]  # fmt: skip
COLUMNS_OF_REPLIES = ["status", "reason", "headers", "body"]
UNSENDABLE = (
    "Some replies cannot be sent, and the client gets a 500: replies over 40 KB to CloudFront's "
    "viewer requests, and through OpenWhisk text that is compressed with brotli, which Python "
    "cannot decompress."
)


def is_unsendable(row: Row, reply: OddReply) -> bool:
    """Whether the reply cannot be sent, so that the client gets a 500."""
    if row.source == "openwhisk":
        return openwhisk_losses.cannot_decompress(reply)
    is_viewer_request = row.source == "cloudfront" and row.front.event_type == "viewer-request"
    return is_viewer_request and sum(map(len, reply.chunks)) > 40 * 1024
