"""What OpenWhisk cannot carry: the functions that its round trips compare with."""

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from lambda_adapters import Reply, Request
from lambda_adapters.http.headers import HOP_BY_HOP
from lambda_adapters.http.messages import Headers

TEXT = [
    "text/plain",
    "text/html",
    "text/csv",
    "application/xml",
    "application/problem+json",
    "application/x-www-form-urlencoded",
]
KNOWN = {200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308}
KNOWN |= {*range(400, 419), *range(420, 427), 428, 429, 431, 449, 450, 451}
KNOWN |= {*range(500, 512), 598, 599}
media_type = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w-]+)*", re.ASCII).fullmatch


def what_arrives_at_an_action(request: Request) -> Request:
    """The request less what OpenWhisk loses, plus what a gateway adds; no trace id."""
    raw_path = "/".join(
        quote(unquote(part), "!$&'()*+,;=:@") for part in request.raw_path.split("/")
    )
    headers = _request_headers(request)
    kind = dict(headers).get("content-type", "application/octet-stream")
    body = request.body
    if kind.partition(";")[0].lower() in TEXT:
        body = body.decode("utf-8", "replace").encode()
    if body:
        headers.append(("content-length", str(len(body))))
    host = request.header("host")
    server = (host or "localhost", request.server[1])
    if host and host.rpartition(":")[2].isdigit() and host[-1] != "]":
        server = (host.rpartition(":")[0], int(host.rpartition(":")[2]))
    return request.replace(
        root_path="",
        path=unquote(raw_path),
        raw_path=raw_path,
        query=_query(request.query),
        headers=headers,
        body=body,
        client=None,
        server=server,
        http_version="1.1",
    )


def _query(query: str) -> str:
    safe = "!$'()*,;:@/?"
    parts = [part.split("=", 1) for part in query.split("&")]
    return "&".join("=".join(quote_plus(unquote_plus(p), safe) for p in part) for part in parts)


def _request_headers(request: Request) -> Headers:
    ours = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]
    gone = [*HOP_BY_HOP, *ours, "content-length"]
    last = {name: value for name, value in request.headers if name not in gone}
    hops = [value for name, value in request.headers if name == "x-forwarded-for"]
    hops += [request.client[0]] if request.client else []
    if ", ".join(hops):
        last["x-forwarded-for"] = ", ".join(hops)
    last |= {"x-forwarded-port": str(request.server[1]), "x-forwarded-proto": request.scheme}
    if request.body:
        last.setdefault("content-type", "application/octet-stream")
    cookie = last.pop("cookie", None)
    return list(last.items()) + ([] if cookie is None else [("cookie", cookie)])


def what_returns_from_an_action(reply: Reply) -> Reply:
    """The reply less what OpenWhisk loses on the way back."""
    named = [value for name, value in reply.headers if name == "connection"]
    gone = {name.strip().lower() for value in named for name in value.split(",")}
    gone |= {*HOP_BY_HOP, "content-length", "content-type", "date", "server"}
    lists: dict[str, list[str]] = {}
    for name, value in reply.headers:
        lists.setdefault(name, []).append(value)
    sent = lists.get("content-type", [""])[0].strip()
    kind, body = _typed(sent, reply.body)
    headers = [(n, value) for n, values in lists.items() if n not in gone for value in values]
    status = reply.status if reply.status in KNOWN else min(reply.status // 100, 5) * 100
    if not body or status == 205:
        return Reply(status, headers, b"", True)
    return Reply(status, [*headers, ("content-type", kind)], body, _is_text(kind))


def _typed(sent: str, body: bytes) -> tuple[str, bytes]:
    if not media_type(sent):
        return "application/octet-stream", body
    kind, _, rest = sent.partition(";")
    others = [p.strip() for p in rest.split(";") if p.strip() and "charset=" not in p.lower()]
    charset = rest.lower().partition("charset=")[2].partition(";")[0] or "utf-8"
    rest = "; ".join([kind.lower(), *others])
    if kind.lower() in TEXT[:4]:
        return f"{rest}; charset=UTF-8", _as_utf8(body, charset)
    is_form = kind.lower() == "application/x-www-form-urlencoded"
    return rest, _as_utf8(body, charset) if is_form else body


def _as_utf8(body: bytes, charset: str) -> bytes:
    try:
        return body.decode(charset).encode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()


def _is_text(kind: str) -> bool:
    return kind.partition(";")[0] in [*TEXT, "application/json"]
