"""Builders of events as AWS sends them: one function for each source.

They do not use the library's `event_from_request`, so they do not share its bugs. `path` is the
path in the event: encoded for REST APIs, Function URLs and load balancers, decoded for HTTP APIs.
`query` is the encoded query string; the builder splits and decodes it as the source does. A header
that a test passes replaces the default header of that name.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

Event = dict[str, Any]
Pairs = list[tuple[str, str]]
Builder = Callable[..., Event]

CLIENT = "203.0.113.7"
API_HOST = "k3jq9x2b7d.execute-api.eu-west-1.amazonaws.com"
URL_HOST = "w4nmd7yq2fzs3k5h.lambda-url.eu-west-1.on.aws"
ALB_HOST = "shop-1406913585.eu-west-1.elb.amazonaws.com"
AGENT = "curl/8.5.0"
TRACE = "Root=1-6730a1c2-3f5e7a9b1c2d4e6f80912a3b"


def rest_api(
    path: str = "/",
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str | None = None,
    encoded: bool = False,
    stage: str = "prod",
    public_path: str | None = None,
    host: str = API_HOST,
    resource: str = "/{proxy+}",
    proxy: str | None = None,
) -> Event:
    """A REST API event. `public_path` includes the stage, or the base path of a custom domain."""
    all_headers = _merge_headers(
        [
            ("Host", host),
            ("User-Agent", AGENT),
            ("X-Amzn-Trace-Id", TRACE),
            ("X-Forwarded-For", CLIENT),
            ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Proto", "https"),
        ],
        headers,
    )
    pairs = parse_qsl(query, keep_blank_values=True)
    proxy_path = path.strip("/") if proxy is None else proxy
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(all_headers),
        "multiValueHeaders": _values_by_name(all_headers),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _values_by_name(pairs) or None,
        "pathParameters": {"proxy": proxy_path} if proxy_path else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "210987654321",
            "apiId": "k3jq9x2b7d",
            "deploymentId": "b2k9xq",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "extendedRequestId": "BIjz1H5VjoEFfYw=",
            "httpMethod": method,
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "cognitoIdentityId": None,
                "principalOrgId": None,
                "sourceIp": CLIENT,
                "user": None,
                "userAgent": AGENT,
                "userArn": None,
            },
            "path": f"/{stage}{path}" if public_path is None else public_path,
            "protocol": "HTTP/1.1",
            "requestId": "0e6f5c4d-3b2a-4190-8877-66554433aabb",
            "requestTime": "10/Nov/2024:12:04:18 +0000",
            "requestTimeEpoch": 1731240258123,
            "resourceId": "q7x2m1",
            "resourcePath": resource,
            "stage": stage,
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def http_api_v1(
    path: str = "/",
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str | None = None,
    encoded: bool = False,
    stage: str = "$default",
) -> Event:
    """An HTTP API event, payload format 1.0. The path includes a named stage."""
    event = rest_api(
        path,
        method=method,
        query=query,
        headers=_merge_headers(_default_headers(API_HOST), _lower_names(headers)),
        body=body,
        encoded=encoded,
        stage=stage,
        public_path=path,
        resource="$default",
    )
    event["version"] = "1.0"
    event["pathParameters"] = None
    event["requestContext"]["authorizer"] = {"claims": None, "scopes": None}
    event["requestContext"]["resourceId"] = None
    return event


def http_api(
    path: str = "/",
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str | None = None,
    encoded: bool = False,
    stage: str = "$default",
    host: str = API_HOST,
) -> Event:
    """An HTTP API event, payload format 2.0: repeated headers are joined, cookies are a list."""
    all_headers = _merge_headers(_default_headers(host), _lower_names(headers))
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": _join_repeats([pair for pair in all_headers if pair[0] != "cookie"]),
        "requestContext": {
            "accountId": "210987654321",
            "apiId": "k3jq9x2b7d",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": CLIENT,
                "userAgent": AGENT,
            },
            "requestId": "BIjz1jVgDoEEPAA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "10/Nov/2024:12:04:18 +0000",
            "timeEpoch": 1731240258123,
        },
        "isBase64Encoded": encoded,
    }
    cookies = [
        cookie for name, value in all_headers if name == "cookie" for cookie in value.split("; ")
    ]
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = _join_repeats(parse_qsl(query, keep_blank_values=True))
    if body is not None:
        event["body"] = body
    return event


def function_url(path: str = "/", **request: Any) -> Event:
    """A Function URL event: format 2.0 with an encoded path and with the cookie header."""
    event = http_api(path, host=URL_HOST, **request)
    if "cookies" in event:
        event["headers"]["cookie"] = "; ".join(event["cookies"])
    event["headers"]["x-amzn-tls-cipher-suite"] = "TLS_AES_128_GCM_SHA256"
    event["headers"]["x-amzn-tls-version"] = "TLSv1.3"
    event["requestContext"] |= {
        "accountId": "anonymous",
        "apiId": "w4nmd7yq2fzs3k5h",
        "requestId": "3c8f1d52-6a0e-4b7c-9f21-5d4e8a7b6c90",
    }
    return event


def load_balancer(
    path: str = "/",
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str = "",
    encoded: bool = False,
    multi: bool = False,
) -> Event:
    """An Application Load Balancer event, in either header mode; nothing is decoded."""
    all_headers = _merge_headers(_default_headers(ALB_HOST), _lower_names(headers))
    parts = [part.partition("=") for part in query.split("&") if part]
    pairs = [(name, value) for name, _, value in parts]
    event: Event = {
        "requestContext": {
            "elb": {
                "targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:210987654321:"
                "targetgroup/shop/6d0ecf831eec9f09"
            }
        },
        "httpMethod": method,
        "path": path,
        "body": body,
        "isBase64Encoded": encoded,
    }
    if multi:
        event["multiValueQueryStringParameters"] = _values_by_name(pairs)
        event["multiValueHeaders"] = _values_by_name(all_headers)
    else:
        event["queryStringParameters"] = dict(pairs)
        event["headers"] = dict(all_headers)
    return event


load_balancer_multi = partial(load_balancer, multi=True)

BUILDERS: dict[str, Builder] = {
    "rest_api": rest_api,
    "http_api": http_api,
    "http_api_v1": http_api_v1,
    "function_url": function_url,
    "load_balancer": load_balancer,
    "load_balancer_multi": load_balancer_multi,
}
"""The builders by source name; the load balancer in both header modes."""


def health_check(*, multi: bool = False) -> Event:
    """A health check of a load balancer: its only header is the user agent."""
    event = load_balancer("/health", multi=multi)
    if multi:
        event["multiValueHeaders"] = {"user-agent": ["ELB-HealthChecker/2.0"]}
    else:
        event["headers"] = {"user-agent": "ELB-HealthChecker/2.0"}
    return event


def without_headers(event: Event, *names: str) -> Event:
    """Remove these headers from the event, in any case."""
    for family in ("headers", "multiValueHeaders"):
        for name in [name for name in event.get(family) or {} if name.lower() in names]:
            del event[family][name]
    return event


def _default_headers(host: str) -> Pairs:
    return [
        ("host", host),
        ("user-agent", AGENT),
        ("x-amzn-trace-id", TRACE),
        ("x-forwarded-for", CLIENT),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ]


def _merge_headers(defaults: Pairs, headers: Iterable[tuple[str, str]]) -> Pairs:
    headers = list(headers)
    names = {name.lower() for name, _ in headers}
    return [pair for pair in defaults if pair[0].lower() not in names] + headers


def _lower_names(headers: Iterable[tuple[str, str]]) -> Pairs:
    return [(name.lower(), value) for name, value in headers]


def _values_by_name(pairs: Pairs) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _join_repeats(pairs: Pairs) -> dict[str, str]:
    return {name: ",".join(values) for name, values in _values_by_name(pairs).items()}
