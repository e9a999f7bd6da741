"""What each source cannot carry of a reply, and what it adds: as allowed.py has it for requests."""

import base64
from typing import Any

from compliance.servers import openwhisk_losses as losing_openwhisk
from compliance.servers.comparison import Allowance, Case
from compliance.servers.losses import at, everywhere
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.recording_apps import summary
from compliance.servers.rows import Row
from lambda_adapters.http.messages import Headers

_REMAPPED = ["authorization", "content-md5", "date", "max-forwards", "server", "user-agent"]
_REMAPPED += ["www-authenticate"]
_TEXTS = ("application/json", "application/problem+json", "image/svg+xml")


def takes_no_bytes(row: Row) -> bool:
    return row.source == "rest_api" and not row.front.binary_media_types


def joins(row: Row) -> bool:
    return row.source in ("http_api", "function_url", "vpc_lattice", "vpc_lattice_v1") or (
        row.source == "load_balancer" and not row.front.multi_value
    )


def standard_reason(reason: str, case: Case) -> str:
    return phrase_of(REPLIES[case.name].status)


def as_base64(body: list[Any], case: Case) -> list[Any]:
    reply = REPLIES[case.name]
    sent = b"".join(reply.chunks)
    if (
        case.request.method == "HEAD"
        or reply.status in (204, 304)
        or not _is_bytes(sent, reply.headers)
    ):
        return body
    return summary(base64.b64encode(sent))


def _is_bytes(body: bytes, headers: Headers) -> bool:
    named = dict(headers)
    kind = named.get("content-type", "text/").partition(";")[0].strip().lower()
    text = kind.startswith("text/") or kind in _TEXTS
    return (
        not text or "content-encoding" in named or body.decode("utf-8", "ignore").encode() != body
    )


def counted(pairs: Headers, case: Case) -> Headers:
    reply = REPLIES[case.name]
    rest = [pair for pair in pairs if pair[0] != "content-length"]
    if case.request.method == "HEAD" or reply.status in (204, 304):
        return rest
    length = as_base64([len(b"".join(reply.chunks))], case)[0] if takes_no_bytes(case.row) else None
    return [*rest, ("content-length", str(length or len(b"".join(reply.chunks))))]


def joined(pairs: Headers, case: Case) -> Headers:
    made: dict[str, str] = {}
    cookies: Headers = []
    for name, value in REPLIES[case.name].headers:
        if name == "set-cookie":
            cookies.append((name, value))
        else:
            made[name] = f"{made[name]}, {value}" if name in made else value
    rest = [pair for pair in pairs if pair[0] not in made and pair[0] != "set-cookie"]
    made = {name: value for name, value in made.items() if name in dict(pairs)}
    made.pop("content-length", None)
    rest += [pair for pair in pairs if pair[0] == "content-length" and pair not in rest]
    return rest + list(made.items()) + cookies


def with_its_own(pairs: Headers, case: Case) -> Headers:
    own = [pair for pair in REPLIES[case.name].headers if pair[0] in ("date", "server")]
    return [*pairs, *own] if case.kind == "wsgi" else pairs


def with_json(pairs: Headers, case: Case) -> Headers:
    if any(name == "content-type" for name, _ in pairs):
        return pairs
    return [*pairs, ("content-type", "application/json")]


def remapped(pairs: Headers, case: Case) -> Headers:
    return [(f"x-amzn-remapped-{n}" if n in _REMAPPED else n, value) for n, value in pairs]


def without_via(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("expect", "host", "via")]


def without_what_cloudfront_keeps(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("via", "x-amzn-requestid")]


ALLOWED_OF_REPLIES = [
    Allowance(
        "reason", "reason",
        at("rest_api", "http_api", "http_api_v1", "function_url", "vpc_lattice", "vpc_lattice_v1"),
        standard_reason,
        "A response has no reason phrase: the client gets the status's own.",
    ),
    Allowance(
        "status", "status", at("openwhisk"), losing_openwhisk.known_status,
        "OpenWhisk refuses statuses that are not registered, so the adapter sends that of their "
        "class, x00.",
    ),
    Allowance(
        "reason", "reason", at("openwhisk"), losing_openwhisk.reason_of_known_status,
        "A result has no reason phrase: the client gets that of the status which is sent.",
    ),
    Allowance(
        "headers", "", everywhere, counted,
        "The platform counts Content-Length itself, and sends none where there is no body.",
    ),
    Allowance(
        "headers", "", everywhere, with_its_own,
        "gunicorn drops an app's Date and Server and writes its own; uvicorn and the adapters pass "
        "them on.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing_openwhisk.without_its_own,
        "OpenWhisk's web server writes Date and Server itself.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing_openwhisk.unpacked,
        "OpenWhisk takes text only as it is: the adapter undoes its Content-Encoding.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing_openwhisk.recounted,
        "Text that was unpacked or converted gets the length that it now has.",
    ),
    Allowance(
        "headers", "headers", at("openwhisk"), losing_openwhisk.with_its_type,
        "OpenWhisk writes Content-Type itself: with charset=UTF-8 for text, none for an empty "
        "body, and application/octet-stream where the app gave none.",
    ),
    Allowance(
        "headers", "headers", joins, joined,
        "A response has one value a name: repeated headers are joined with a comma. Set-Cookie "
        "stays apart.",
    ),
    Allowance(
        "headers", "headers", at("rest_api"), remapped,
        "REST APIs rename Date, Server and WWW-Authenticate to x-amzn-remapped-*.",
    ),
    Allowance(
        "headers", "headers", at("rest_api"), without_via,
        "REST APIs do not pass on Via.",
    ),
    Allowance(
        "headers", "headers", at("cloudfront"), without_what_cloudfront_keeps,
        "CloudFront refuses replies with Via, X-Amzn-RequestId and others of its own, so the "
        "adapter drops those headers.",
    ),
    Allowance(
        "headers", "headers", at("rest_api", "http_api", "http_api_v1", "function_url"), with_json,
        "A reply without a Content-Type gets application/json.",
    ),
    Allowance(
        "body", "body", takes_no_bytes, as_base64,
        "A REST API without binary media types sends bytes as their base64.",
    ),
    Allowance(
        "body", "body", at("openwhisk"), losing_openwhisk.converted_body,
        "OpenWhisk sends text as UTF-8: the adapter unpacks and converts it.",
    ),
]  # fmt: skip
COLUMNS_OF_REPLIES = ["status", "reason", "headers", "body"]
UNSENDABLE = (
    "Some replies cannot be sent, and the client gets a 500: over 40 KB to a viewer request of "
    "CloudFront, and through OpenWhisk text that is packed with brotli, which Python cannot undo."
)


def unsendable(row: Row, reply: OddReply) -> bool:
    """Whether the client gets a 500 instead."""
    if row.source == "openwhisk":
        return losing_openwhisk.cannot_be_text(reply)
    in_viewer = row.source == "cloudfront" and row.front.event_type == "viewer-request"
    return in_viewer and sum(map(len, reply.chunks)) > 40 * 1024
