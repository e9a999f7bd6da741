"""Changes that OpenWhisk makes to requests and replies.

Its web server decodes paths and queries and encodes them again. It tells text from bytes only by
the media type.
"""

import gzip
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, unquote_plus

from compliance.servers.comparison import Case
from compliance.servers.header_losses import TRACE_ID, move_cookie_and_length_last
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.recording_apps import summarize
from lambda_adapters.http.messages import Headers

_GATEWAY_HEADERS = ("x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id")


def add_gateway_headers(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    own = [
        ("x-forwarded-for", ", ".join([*hops, "127.0.0.1"])),
        ("x-forwarded-port", str(case.request.server[1])),
        ("x-forwarded-proto", "http"),
    ]
    traces = [pair for pair in pairs if pair[0] == "x-amzn-trace-id" and pair[1] != TRACE_ID]
    return [*(pair for pair in pairs if pair[0] not in _GATEWAY_HEADERS), *own, *traces]


def add_content_type(pairs: Headers, case: Case) -> Headers:
    if not case.raw.body or any(name == "content-type" for name, _ in pairs):
        return pairs
    return move_cookie_and_length_last([*pairs, ("content-type", "application/octet-stream")], case)


def upper_case_method(method: str, case: Case) -> str:
    return method.upper()


def accept_same_segments(raw_path: str, case: Case) -> str:
    """Accept our path if its segments decode to the same."""
    ours, theirs = (list(map(unquote, path.split("/"))) for path in (case.ours, raw_path))
    return str(case.ours) if ours == theirs else raw_path


def accept_same_parts(query: str, case: Case) -> str:
    """Accept our query if its parts decode to the same."""
    return str(case.ours) if _split_query(case.ours) == _split_query(query) else query


def _split_query(query: str) -> list[list[str]]:
    return [[unquote_plus(text) for text in part.partition("=")] for part in query.split("&")]


# Replies


def normalize_status(status: int, case: Case) -> int:
    known = status in set(HTTPStatus) | {599}
    return status if known else status // 100 * 100


def normalize_reason(reason: str, case: Case) -> str:
    return phrase_of(normalize_status(REPLIES[case.name].status, case))


def set_content_type(pairs: Headers, case: Case) -> Headers:
    """Content-Type as OpenWhisk's web server sets it. A reply without a body has none."""
    rest = [pair for pair in pairs if pair[0] != "content-type"]
    if not body_from_openwhisk(case):
        return rest
    sent = dict(pairs).get("content-type", "application/octet-stream")
    kind = sent.partition(";")[0].strip().lower()
    text = kind.startswith("text/") and kind != "text/event-stream"
    return [*rest, ("content-type", f"{kind}; charset=UTF-8" if text else sent)]


def drop_date_and_server(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("date", "server")]


def drop_content_encoding(pairs: Headers, case: Case) -> Headers:
    text = _is_text(REPLIES[case.name])
    return [pair for pair in pairs if not text or pair[0] != "content-encoding"]


def update_content_length(pairs: Headers, case: Case) -> Headers:
    length = str(len(body_from_openwhisk(case)))
    return [(name, length if name == "content-length" else value) for name, value in pairs]


def replace_body(body: list[Any], case: Case) -> list[Any]:
    return summarize(body_from_openwhisk(case))


def body_from_openwhisk(case: Case) -> bytes:
    """The body as the client gets it: text is decompressed and sent as UTF-8."""
    reply = REPLIES[case.name]
    body = b"".join(reply.chunks)
    if case.request.method == "HEAD" or reply.status in (204, 304):
        return b""
    if not _is_text(reply):
        return body
    named = dict(reply.headers)
    if named.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    charset = named["content-type"].partition("charset=")[2] or "utf-8"
    try:
        return body.decode(charset).encode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()


def cannot_decompress(reply: OddReply) -> bool:
    """Whether the body is text with a compression that Python does not support."""
    return _is_text(reply) and dict(reply.headers).get("content-encoding") == "br"


def _is_text(reply: OddReply) -> bool:
    return dict(reply.headers).get("content-type", "").lower().startswith("text/")
