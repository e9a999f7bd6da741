"""What the allowances make of a server's request headers: pairs in, pairs out, in the order in
which the platforms and the adapters do it."""

from compliance.servers.comparison import Case
from compliance.servers.losses import spoiled
from lambda_adapters.http.messages import Headers

MADE = "(made)"  # stands for a random trace id
_HOPS = ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization"]
_HOPS += ["proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]
_NOT_BY_REST = ["content-md5", "expect", "max-forwards", "server", "www-authenticate"]


def folded(pairs: Headers) -> dict[str, str]:
    """Headers as gunicorn gives them to WSGI apps."""
    variables: dict[str, str] = {}
    for name, value in pairs:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if "_" not in name:
            variables[key] = f"{variables[key]},{value}" if key in variables else value
    return variables


def remove_hop_by_hop(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in _HOPS]


def with_the_gateways_own(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    own = {
        "x-amzn-trace-id": MADE,
        "x-forwarded-for": ", ".join([*hops, "127.0.0.1"]),
        "x-forwarded-port": str(case.request.server[1]),
        "x-forwarded-proto": "http",
    }
    return [pair for pair in pairs if pair[0] not in own] + list(own.items())


def with_forwarded_for(pairs: Headers, case: Case) -> Headers:
    hops = [value for name, value in pairs if name == "x-forwarded-for"]
    rest = [pair for pair in pairs if pair[0] != "x-forwarded-for"]
    return [*rest, ("x-forwarded-for", ", ".join([*hops, "127.0.0.1"]))]


def with_cloudfronts_own(pairs: Headers, case: Case) -> Headers:
    proto = "cloudfront-forwarded-proto"
    kept = [pair for pair in with_forwarded_for(pairs, case) if pair[0] != proto]
    version = case.request.http_version
    via = f"{version} local.cloudfront.net (CloudFront)"
    return [*kept, (proto, "http"), ("via", via)]


def without_what_cloudfront_keeps(pairs: Headers, case: Case) -> Headers:
    gone = ("expect", "x-forwarded-proto", "x-real-ip")
    return [(n, v) for n, v in pairs if n not in gone and not n.startswith("x-amz-cf-")]


def without_lattice_identity(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if not pair[0].startswith("x-amzn-lattice-")]


def without_what_rest_keeps(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] not in _NOT_BY_REST]


def joined_by_commas(pairs: Headers, case: Case) -> Headers:
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return [(n, ("; " if n == "cookie" else ",").join(values)) for n, values in joined.items()]


def joined_by_commas_and_spaces(pairs: Headers, case: Case) -> Headers:
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return [(name, ", ".join(values)) for name, values in joined.items()]


def without_empty_cookies(pairs: Headers, case: Case) -> Headers:
    kept: Headers = []
    for name, value in pairs:
        if name == "cookie":
            value = "; ".join(crumb for crumb in value.split("; ") if crumb)
        if value or name != "cookie":
            kept.append((name, value))
    return kept


def with_one_cookie_header(pairs: Headers, case: Case) -> Headers:
    crumbs = "; ".join(value for name, value in pairs if name == "cookie")
    first = next((index for index, (name, _) in enumerate(pairs) if name == "cookie"), None)
    if first is None:
        return pairs
    behind = [pair for pair in pairs[first:] if pair[0] != "cookie"]
    return [*pairs[:first], ("cookie", crumbs), *behind]


def counted(pairs: Headers, case: Case) -> Headers:
    """Content-Length where there is a body, and where the client had sent one."""
    had = any(name == "content-length" for name, _ in pairs)
    if not had and spoiled(case):
        return [*pairs, ("content-length", str(len(spoiled(case))))]
    return pairs


def counted_by_rest(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if pair[0] != "content-length" or case.raw.body]


def recounted(pairs: Headers, case: Case) -> Headers:
    """What spoils a body changes its length."""
    length = str(len(spoiled(case)))
    return [(name, length if name == "content-length" else value) for name, value in pairs]


def cookies_and_length_last(pairs: Headers, case: Case) -> Headers:
    last = [pair for name in ("cookie", "content-length") for pair in pairs if pair[0] == name]
    return [pair for pair in pairs if pair not in last] + last


def without_proxy(pairs: Headers, case: Case) -> Headers:
    return [pair for pair in pairs if case.kind == "asgi" or pair[0] != "proxy"]
