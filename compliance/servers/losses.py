"""Changes that allowances make to paths, queries, bodies and other values of requests.

Each function takes the value of a real server and returns the value that the app may see. The rules
are written a second time here: they use none of the code that they check.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from compliance.servers.comparison import Case
from compliance.servers.recording_apps import summarize
from compliance.servers.rows import Row
from lambda_adapters.http.messages import Headers

METHODS_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
_TEXT_TYPES = ("application/json", "application/javascript", "application/xml")
_TEXT_TYPES_OF_OPENWHISK = (
    "application/javascript",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "application/xml",
)
# Printable ASCII is not encoded in a path that was decoded, except characters that would end it.
_NOT_ENCODED = "".join(chr(code) for code in range(33, 127) if chr(code) not in "?#%")


def for_every_source(row: Row) -> bool:
    return True


def for_sources(*sources: str) -> Callable[[Row], bool]:
    return lambda row: row.source in sources


def keep_last_of_each(pairs: Headers, case: Case) -> Headers:
    return list(dict(pairs).items())


def group_repeats(pairs: Headers, case: Case) -> Headers:
    names = dict.fromkeys(name for name, _ in pairs)
    return [(name, value) for name in names for n, value in pairs if n == name]


def add_leading_slash(path: str, case: Case) -> str:
    raw = case.request.raw_path
    if raw.startswith("/"):
        return path
    return "/" + unquote(raw)


def add_slash_to_raw_path(raw_path: str, case: Case) -> str:
    return raw_path if raw_path.startswith("/") else "/" + raw_path


def decode_path(path: str, case: Case) -> str:
    """Bytes that are not UTF-8 become U+FFFD, because the platform decodes the path."""
    if case.kind == "asgi":
        return path
    return path.encode("latin-1").decode("utf-8", "replace").encode().decode("latin-1")


def reencode_raw_path(raw_path: str, case: Case) -> str:
    return quote(unquote(raw_path), safe=_NOT_ENCODED)


def keep_path_after_hash(path: str, case: Case) -> str:
    """gunicorn ends the path at a #, so add the rest. uvicorn does not."""
    _, sign, rest = unquote(case.request.raw_path).partition("#")
    literal = "#" in case.request.raw_path and case.kind == "wsgi"
    return path + sign + rest if literal else path


def escape_hash(raw_path: str, case: Case) -> str:
    return raw_path.replace("#", "%23")


def escape_hash_in_query(query: str, case: Case) -> str:
    literal = "#" in case.request.query
    return case.request.query.replace("#", "%23") if literal else query


def accept_same_pairs(query: str, case: Case) -> str:
    """Accept our query if it decodes to the same pairs, grouped by key."""
    ours = parse_qsl(case.ours, keep_blank_values=True, errors="replace")
    theirs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return str(case.ours) if ours == group_repeats(theirs, case) else query


def add_equals_signs(query: str, case: Case) -> str:
    """Pairs as a load balancer splits them: not decoded, no empty ones, all with a `=`."""
    parts = [part.partition("=") for part in query.split("&") if part]
    return "&".join(f"{name}={value}" for name, _, value in parts)


def group_pairs(query: str, case: Case) -> str:
    return _join_query(group_repeats(_split_query(query), case))


def keep_last_pairs(query: str, case: Case) -> str:
    return _join_query(keep_last_of_each(_split_query(query), case))


def _split_query(query: str) -> Headers:
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in parts]


def _join_query(pairs: Headers) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def body_from_source(case: Case) -> bytes:
    """The body as the source delivers it. Some media types are sent as text."""
    if case.row.source == "cloudfront" and case.raw.method not in METHODS_WITH_BODY:
        return b""
    if is_sent_as_text(case.row, case.sent_headers):
        return case.raw.body.decode("utf-8", "replace").encode()
    return case.raw.body


def is_sent_as_text(row: Row, headers: Headers) -> bool:
    """Whether the event contains the body as text. Otherwise it contains base64."""
    sent = dict(headers)
    kind = sent.get("content-type", "").partition(";")[0].strip().lower()
    if row.source == "rest_api":
        return not row.front.binary_media_types
    if row.source == "cloudfront":
        return False
    if row.source == "openwhisk":
        return kind.startswith("text/") or kind in _TEXT_TYPES_OF_OPENWHISK
    return (kind.startswith("text/") or kind in _TEXT_TYPES) and not sent.get("content-encoding")


def replace_body(body: list[Any], case: Case) -> list[Any]:
    return summarize(body_from_source(case))


def set_version_1_1(version: str, case: Case) -> str:
    return "1.1"


def normalize_version(version: str, case: Case) -> str:
    return {"1.0": "1.0", "3.0": "3"}.get(version, "1.1")


def drop_port(client: list[Any], case: Case) -> list[Any]:
    return [client[0], 0]


def set_https(scheme: str, case: Case) -> str:
    return "https"


def server_from_host(server: list[Any], case: Case) -> list[Any]:
    """Name and port of the Host header. ASGI has IPv6 addresses without brackets."""
    host = dict(case.sent_headers).get("host", "")
    name, colon, digits = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, digits = host, ""
    port = int(digits) if digits and int(digits) < 65536 else 443 if lacks_scheme(case.row) else 80
    defaults = {
        "function_url": "local.lambda-url.us-east-1.on.aws",
        "load_balancer": "localhost",
        "openwhisk": "localhost",
        "vpc_lattice": "localhost",
        "vpc_lattice_v1": "localhost",
    }
    name = name.strip("[]") if case.kind == "asgi" else name
    return [name or defaults.get(case.row.source, "127.0.0.1"), port]


def lacks_scheme(row: Row) -> bool:
    """Whether the event does not contain the scheme."""
    is_viewer_request = row.source == "cloudfront" and row.front.event_type == "viewer-request"
    return is_viewer_request or row.source in ("vpc_lattice", "vpc_lattice_v1")


_OUR_KEYS = ["aws.event", "aws.context", "aws.path_parameters", "aws.caller"]


def add_our_keys(keys: list[str], case: Case) -> list[str]:
    if case.kind == "asgi":
        return sorted({*keys, *_OUR_KEYS})
    not_ours = {"SERVER_SOFTWARE", "REMOTE_PORT", "gunicorn.socket", "wsgi.early_hints"}
    return sorted({*keys, "REQUEST_URI", *_OUR_KEYS} - not_ours)
