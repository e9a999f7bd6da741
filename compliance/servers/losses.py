"""What the allowances make of a server's value. They say again, in their own words, what the
sources' docstrings list as decoded and lost; none uses the code that it judges."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from compliance.servers.comparison import Case
from compliance.servers.recording_apps import summary
from compliance.servers.rows import Row
from lambda_adapters.http.messages import Headers

WRITABLE = ("POST", "PUT", "PATCH", "DELETE")
_TEXT = ("application/json", "application/javascript", "application/xml")
_TEXT_BY_OPENWHISK = (
    "application/javascript",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "application/xml",
)
# Printable ASCII stays as it is in a path that was decoded, but for what would end it.
_PLAIN = "".join(chr(code) for code in range(33, 127) if chr(code) not in "?#%")


def everywhere(row: Row) -> bool:
    return True


def at(*sources: str) -> Callable[[Row], bool]:
    return lambda row: row.source in sources


def last_of_each(pairs: Headers, case: Case) -> Headers:
    return list(dict(pairs).items())


def grouped(pairs: Headers, case: Case) -> Headers:
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, value) for name in names for n, value in pairs if n == name]


def with_a_slash(path: str, case: Case) -> str:
    raw = case.request.raw_path
    if raw.startswith("/"):
        return path
    return "/" + unquote(raw)


def with_a_slash_in_front(raw_path: str, case: Case) -> str:
    return raw_path if raw_path.startswith("/") else "/" + raw_path


def decoded_path(path: str, case: Case) -> str:
    """What of a decoded path is left: bytes that are not UTF-8 are U+FFFD by then."""
    if case.kind == "asgi":
        return path
    return path.encode("latin-1").decode("utf-8", "replace").encode().decode("latin-1")


def decoded_raw_path(raw_path: str, case: Case) -> str:
    return quote(unquote(raw_path), safe=_PLAIN)


def with_what_follows_a_hash(path: str, case: Case) -> str:
    """gunicorn ends path and query there, uvicorn does not."""
    _, sign, rest = unquote(case.request.raw_path).partition("#")
    literal = "#" in case.request.raw_path and case.kind == "wsgi"
    return path + sign + rest if literal else path


def without_hash(raw_path: str, case: Case) -> str:
    return raw_path.replace("#", "%23")


def query_without_hash(query: str, case: Case) -> str:
    literal = "#" in case.request.query
    return case.request.query.replace("#", "%23") if literal else query


def same_pairs(query: str, case: Case) -> str:
    """Ours, where both decode to the same pairs, those of one key beside each other."""
    ours = parse_qsl(case.ours, keep_blank_values=True, errors="replace")
    theirs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return str(case.ours) if ours == grouped(theirs, case) else query


def equals_signs(query: str, case: Case) -> str:
    """Pairs as a load balancer splits them: nothing decoded, nothing empty, each with a sign."""
    parts = [part.partition("=") for part in query.split("&") if part]
    return "&".join(f"{name}={value}" for name, _, value in parts)


def grouped_pairs(query: str, case: Case) -> str:
    return _joined(grouped(_split(query), case))


def last_pairs(query: str, case: Case) -> str:
    return _joined(last_of_each(_split(query), case))


def _split(query: str) -> Headers:
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in parts]


def _joined(pairs: Headers) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def spoiled(case: Case) -> bytes:
    """The body as the source delivers it, which may send some media types as text."""
    if case.row.source == "cloudfront" and case.raw.method not in WRITABLE:
        return b""
    if sent_as_text(case.row, case.sent):
        return case.raw.body.decode("utf-8", "replace").encode()
    return case.raw.body


def sent_as_text(row: Row, headers: Headers) -> bool:
    """Whether the event holds the body as it is; else as base64."""
    sent = dict(headers)
    kind = sent.get("content-type", "").partition(";")[0].strip().lower()
    if row.source == "rest_api":
        return not row.front.binary_media_types
    if row.source == "cloudfront":
        return False
    if row.source == "openwhisk":
        return kind.startswith("text/") or kind in _TEXT_BY_OPENWHISK
    return (kind.startswith("text/") or kind in _TEXT) and not sent.get("content-encoding")


def spoiled_body(body: list[Any], case: Case) -> list[Any]:
    return summary(spoiled(case))


def version_1_1(version: str, case: Case) -> str:
    return "1.1"


def known_version(version: str, case: Case) -> str:
    return {"1.0": "1.0", "3.0": "3"}.get(version, "1.1")


def without_port(client: list[Any], case: Case) -> list[Any]:
    return [client[0], 0]


def https(scheme: str, case: Case) -> str:
    return "https"


def from_host(server: list[Any], case: Case) -> list[Any]:
    """Name and port of the Host header: nothing listens on Lambda. ASGI has addresses bare."""
    host = dict(case.sent).get("host", "")
    name, colon, digits = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, digits = host, ""
    port = int(digits) if digits and int(digits) < 65536 else 443 if untold(case.row) else 80
    without = {
        "function_url": "local.lambda-url.us-east-1.on.aws",
        "load_balancer": "localhost",
        "openwhisk": "localhost",
        "vpc_lattice": "localhost",
        "vpc_lattice_v1": "localhost",
    }
    name = name.strip("[]") if case.kind == "asgi" else name
    return [name or without.get(case.row.source, "127.0.0.1"), port]


def untold(row: Row) -> bool:
    """Whether the event does not tell the scheme."""
    in_viewer = row.source == "cloudfront" and row.front.event_type == "viewer-request"
    return in_viewer or row.source in ("vpc_lattice", "vpc_lattice_v1")


_OURS = ["aws.event", "aws.context", "aws.path_parameters", "aws.caller"]


def our_keys(keys: list[str], case: Case) -> list[str]:
    if case.kind == "asgi":
        return sorted({*keys, *_OURS})
    theirs = {"SERVER_SOFTWARE", "REMOTE_PORT", "gunicorn.socket", "wsgi.early_hints"}
    return sorted({*keys, "REQUEST_URI", *_OURS} - theirs)
