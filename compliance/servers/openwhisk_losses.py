"""What OpenWhisk makes of requests and replies: its web server decodes what it reads and encodes it
again, and only a media type tells text from bytes."""

import gzip
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, unquote_plus

from compliance.servers.comparison import Case
from compliance.servers.header_losses import MADE, cookies_and_length_last
from compliance.servers.odd_replies import REPLIES, OddReply, phrase_of
from compliance.servers.recording_apps import summary
from lambda_adapters.http.messages import Headers

_OWN = ("x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id")


def with_the_gateways_own(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    own = [
        ("x-forwarded-for", ", ".join([*hops, "127.0.0.1"])),
        ("x-forwarded-port", str(case.request.server[1])),
        ("x-forwarded-proto", "http"),
    ]
    traces = [pair for pair in pairs if pair[0] == "x-amzn-trace-id" and pair[1] != MADE]
    return [*(pair for pair in pairs if pair[0] not in _OWN), *own, *traces]


def with_a_type(pairs: Headers, case: Case) -> Headers:
    if not case.raw.body or any(name == "content-type" for name, _ in pairs):
        return pairs
    return cookies_and_length_last([*pairs, ("content-type", "application/octet-stream")], case)


def in_capitals(method: str, case: Case) -> str:
    return method.upper()


def same_segments(raw_path: str, case: Case) -> str:
    """Ours, where each segment decodes to the same."""
    ours, theirs = (list(map(unquote, path.split("/"))) for path in (case.ours, raw_path))
    return str(case.ours) if ours == theirs else raw_path


def same_parts(query: str, case: Case) -> str:
    """Ours, where each part between the ampersands decodes to the same."""
    return str(case.ours) if _parts(case.ours) == _parts(query) else query


def _parts(query: str) -> list[list[str]]:
    return [[unquote_plus(text) for text in part.partition("=")] for part in query.split("&")]


# Replies


def known_status(status: int, case: Case) -> int:
    known = status in set(HTTPStatus) | {599}
    return status if known else status // 100 * 100


def reason_of_known_status(reason: str, case: Case) -> str:
    return phrase_of(known_status(REPLIES[case.name].status, case))


def with_its_type(pairs: Headers, case: Case) -> Headers:
    """Content-Type as its web server writes it, which writes none where there is no body."""
    rest = [pair for pair in pairs if pair[0] != "content-type"]
    if not converted(case):
        return rest
    sent = dict(pairs).get("content-type", "application/octet-stream")
    kind = sent.partition(";")[0].strip().lower()
    text = kind.startswith("text/") and kind != "text/event-stream"
    return [*rest, ("content-type", f"{kind}; charset=UTF-8" if text else sent)]


def without_its_own(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in ("date", "server")]


def unpacked(pairs: Headers, case: Case) -> Headers:
    text = _is_text(REPLIES[case.name])
    return [pair for pair in pairs if not text or pair[0] != "content-encoding"]


def recounted(pairs: Headers, case: Case) -> Headers:
    length = str(len(converted(case)))
    return [(name, length if name == "content-length" else value) for name, value in pairs]


def converted_body(body: list[Any], case: Case) -> list[Any]:
    return summary(converted(case))


def converted(case: Case) -> bytes:
    """The body as the client gets it: text is unpacked and sent as UTF-8."""
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


def cannot_be_text(reply: OddReply) -> bool:
    """Whether it is text that is packed in a way that Python cannot undo."""
    return _is_text(reply) and dict(reply.headers).get("content-encoding") == "br"


def _is_text(reply: OddReply) -> bool:
    return dict(reply.headers).get("content-type", "").lower().startswith("text/")
