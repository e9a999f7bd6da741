"""Changes that allowances make to request headers: what the platforms and the adapters do.

Each function takes the (name, value) pairs of a real server and returns the changed pairs.
"""

from compliance.servers.comparison import Case
from compliance.servers.losses import body_from_source
from lambda_adapters.http.messages import Headers

TRACE_ID = "(trace id)"  # replaces the random ids
_HOP_BY_HOP = ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization"]
_HOP_BY_HOP += ["proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]
_DROPPED_BY_REST = ["content-md5", "expect", "max-forwards", "server", "www-authenticate"]


def variables_from_headers(pairs: Headers) -> dict[str, str]:
    """Headers as gunicorn passes them to WSGI apps, in the keys of the environ."""
    variables: dict[str, str] = {}
    for name, value in pairs:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if "_" not in name:
            variables[key] = f"{variables[key]},{value}" if key in variables else value
    return variables


def drop_hop_by_hop(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in _HOP_BY_HOP]


def add_gateway_headers(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    own = {
        "x-amzn-trace-id": TRACE_ID,
        "x-forwarded-for": ", ".join([*hops, "127.0.0.1"]),
        "x-forwarded-port": str(case.request.server[1]),
        "x-forwarded-proto": "http",
    }
    return [pair for pair in pairs if pair[0] not in own] + list(own.items())


def add_forwarded_for(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    rest = [pair for pair in pairs if pair[0] != "x-forwarded-for"]
    return [*rest, ("x-forwarded-for", ", ".join([*hops, "127.0.0.1"]))]


def add_cloudfront_headers(pairs: Headers, case: Case) -> Headers:
    proto = "cloudfront-forwarded-proto"
    kept = [pair for pair in add_forwarded_for(pairs, case) if pair[0] != proto]
    version = case.request.http_version
    via = f"{version} local.cloudfront.net (CloudFront)"
    return [*kept, (proto, "http"), ("via", via)]


def drop_cloudfront_headers(pairs: Headers, case: Case) -> Headers:
    dropped = ("expect", "x-forwarded-proto", "x-real-ip")
    return [(n, v) for n, v in pairs if n not in dropped and not n.startswith("x-amz-cf-")]


def drop_lattice_headers(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if not pair[0].startswith("x-amzn-lattice-")]


def drop_rest_headers(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in _DROPPED_BY_REST]


def join_with_commas(pairs: Headers, case: Case) -> Headers:
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return [(n, ("; " if n == "cookie" else ",").join(values)) for n, values in joined.items()]


def join_with_commas_and_spaces(pairs: Headers, case: Case) -> Headers:
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return [(name, ", ".join(values)) for name, values in joined.items()]


def drop_empty_cookies(pairs: Headers, case: Case) -> Headers:
    kept: Headers = []
    for name, value in pairs:
        if name == "cookie":
            value = "; ".join(cookie for cookie in value.split("; ") if cookie)
        if value or name != "cookie":
            kept.append((name, value))
    return kept


def merge_cookie_headers(pairs: Headers, case: Case) -> Headers:
    cookies = "; ".join(value for name, value in pairs if name == "cookie")
    first = next((index for index, (name, _) in enumerate(pairs) if name == "cookie"), None)
    if first is None:
        return pairs
    rest = [pair for pair in pairs[first:] if pair[0] != "cookie"]
    return [*pairs[:first], ("cookie", cookies), *rest]


def add_content_length(pairs: Headers, case: Case) -> Headers:
    """Add a Content-Length to a body that has none."""
    has_length = any(name == "content-length" for name, _ in pairs)
    if not has_length and body_from_source(case):
        return [*pairs, ("content-length", str(len(body_from_source(case))))]
    return pairs


def drop_length_without_body(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] != "content-length" or case.raw.body]


def update_content_length(pairs: Headers, case: Case) -> Headers:
    """If the body has changed, its length has too."""
    length = str(len(body_from_source(case)))
    return [(name, length if name == "content-length" else value) for name, value in pairs]


def move_cookie_and_length_last(pairs: Headers, case: Case) -> Headers:
    last = [pair for name in ("cookie", "content-length") for pair in pairs if pair[0] == name]
    return [pair for pair in pairs if pair not in last] + last


def drop_proxy_header(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if case.kind == "asgi" or pair[0] != "proxy"]
