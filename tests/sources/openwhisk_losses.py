"""What OpenWhisk loses or adds: the expected request and reply of a round trip."""

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from lambda_adapters import Reply, Request
from lambda_adapters.http.headers import HOP_BY_HOP
from lambda_adapters.http.messages import Headers

TEXT_TYPES = [
    "text/plain",
    "text/html",
    "text/csv",
    "application/xml",
    "application/problem+json",
    "application/x-www-form-urlencoded",
]
KNOWN_STATUSES = {
    200,
    201,
    202,
    203,
    204,
    205,
    206,
    207,
    208,
    226,
    300,
    301,
    302,
    303,
    304,
    305,
    307,
    308,
}
KNOWN_STATUSES |= {*range(400, 419), *range(420, 427), 428, 429, 431, 449, 450, 451}
KNOWN_STATUSES |= {*range(500, 512), 598, 599}
media_type = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w-]+)*", re.ASCII).fullmatch


def expected_openwhisk_request(request: Request) -> Request:
    """The request that an app gets: without what OpenWhisk loses, with what a gateway adds.

    It has no trace id.
    """
    raw_path = "/".join(
        quote(unquote(part), "!$&'()*+,;=:@") for part in request.raw_path.split("/")
    )
    headers = _request_headers(request)
    kind = dict(headers).get("content-type", "application/octet-stream")
    body = request.body
    if kind.partition(";")[0].lower() in TEXT_TYPES:
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
    gateway_headers = [
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    ]
    dropped = [*HOP_BY_HOP, *gateway_headers, "content-length"]
    last = {name: value for name, value in request.headers if name not in dropped}
    addresses = [value for name, value in request.headers if name == "x-forwarded-for"]
    addresses += [request.client[0]] if request.client else []
    if ", ".join(addresses):
        last["x-forwarded-for"] = ", ".join(addresses)
    last |= {"x-forwarded-port": str(request.server[1]), "x-forwarded-proto": request.scheme}
    if request.body:
        last.setdefault("content-type", "application/octet-stream")
    cookie = last.pop("cookie", None)
    return list(last.items()) + ([] if cookie is None else [("cookie", cookie)])


def expected_openwhisk_reply(reply: Reply) -> Reply:
    """The reply that the client gets: without what OpenWhisk loses."""
    connection_values = [value for name, value in reply.headers if name == "connection"]
    dropped = {name.strip().lower() for value in connection_values for name in value.split(",")}
    dropped |= {*HOP_BY_HOP, "content-length", "content-type", "date", "server"}
    lists: dict[str, list[str]] = {}
    for name, value in reply.headers:
        lists.setdefault(name, []).append(value)
    content_type = lists.get("content-type", [""])[0].strip()
    kind, body = _type_and_body(content_type, reply.body)
    headers = [(n, value) for n, values in lists.items() if n not in dropped for value in values]
    status = reply.status if reply.status in KNOWN_STATUSES else min(reply.status // 100, 5) * 100
    if not body or status == 205:
        return Reply(status, headers, b"", True)
    return Reply(status, [*headers, ("content-type", kind)], body, _is_text(kind))


def _type_and_body(content_type: str, body: bytes) -> tuple[str, bytes]:
    if not media_type(content_type):
        return "application/octet-stream", body
    kind, _, rest = content_type.partition(";")
    others = [p.strip() for p in rest.split(";") if p.strip() and "charset=" not in p.lower()]
    charset = rest.lower().partition("charset=")[2].partition(";")[0] or "utf-8"
    rest = "; ".join([kind.lower(), *others])
    if kind.lower() in TEXT_TYPES[:4]:
        return f"{rest}; charset=UTF-8", _to_utf8(body, charset)
    is_form = kind.lower() == "application/x-www-form-urlencoded"
    return rest, _to_utf8(body, charset) if is_form else body


def _to_utf8(body: bytes, charset: str) -> bytes:
    try:
        return body.decode(charset).encode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()


def _is_text(kind: str) -> bool:
    return kind.partition(";")[0] in [*TEXT_TYPES, "application/json"]
