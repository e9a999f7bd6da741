"""Events as AWS sends them, one builder for each source, from a few keywords.

Written apart from the library's own `event_from_request`, so that a mistake there is no mistake
here. `path` is what the event holds: as sent for REST APIs, Function URLs and load balancers,
decoded for HTTP APIs. `query` is as the client sent it, and is split and decoded as the source
does. A header that a test gives takes the place of the usual one of that name.
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
    """A REST API's. `public_path` is with the stage (execute-api) or the base path (a domain)."""
    sent = _with(
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
    greedy = path.strip("/") if proxy is None else proxy
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(sent),
        "multiValueHeaders": _lists(sent),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _lists(pairs) or None,
        "pathParameters": {"proxy": greedy} if greedy else None,
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
    """An HTTP API's with payload format 1.0. The path holds a named stage."""
    event = rest_api(
        path,
        method=method,
        query=query,
        headers=_with(_usual(API_HOST), _lower(headers)),
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
    """An HTTP API's with payload format 2.0: repeats joined, cookies in a list of their own."""
    sent = _with(_usual(host), _lower(headers))
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": _joined([pair for pair in sent if pair[0] != "cookie"]),
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
    cookies = [crumb for name, value in sent if name == "cookie" for crumb in value.split("; ")]
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    if body is not None:
        event["body"] = body
    return event


def function_url(path: str = "/", **request: Any) -> Event:
    """A Function URL's: format 2.0 with the path as sent, and the cookie header kept."""
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
    """An Application Load Balancer's, in either header mode; nothing is decoded."""
    sent = _with(_usual(ALB_HOST), _lower(headers))
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
        event["multiValueQueryStringParameters"] = _lists(pairs)
        event["multiValueHeaders"] = _lists(sent)
    else:
        event["queryStringParameters"] = dict(pairs)
        event["headers"] = dict(sent)
    return event


load_balancer_multi = partial(load_balancer, multi=True)

SOURCES: dict[str, Builder] = {
    "rest_api": rest_api,
    "http_api": http_api,
    "http_api_v1": http_api_v1,
    "function_url": function_url,
    "load_balancer": load_balancer,
    "load_balancer_multi": load_balancer_multi,
}
"""Every source that is served, by name; the load balancer in both its modes."""


def health_check(*, multi: bool = False) -> Event:
    """What a load balancer asks a target: a user agent, and nothing else."""
    event = load_balancer("/health", multi=multi)
    if multi:
        event["multiValueHeaders"] = {"user-agent": ["ELB-HealthChecker/2.0"]}
    else:
        event["headers"] = {"user-agent": "ELB-HealthChecker/2.0"}
    return event


def without(event: Event, *names: str) -> Event:
    """The event without these headers, whatever their casing."""
    for family in ("headers", "multiValueHeaders"):
        for name in [name for name in event.get(family) or {} if name.lower() in names]:
            del event[family][name]
    return event


def _usual(host: str) -> Pairs:
    return [
        ("host", host),
        ("user-agent", AGENT),
        ("x-amzn-trace-id", TRACE),
        ("x-forwarded-for", CLIENT),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ]


def _with(usual: Pairs, given: Iterable[tuple[str, str]]) -> Pairs:
    given = list(given)
    names = {name.lower() for name, _ in given}
    return [pair for pair in usual if pair[0].lower() not in names] + given


def _lower(headers: Iterable[tuple[str, str]]) -> Pairs:
    return [(name.lower(), value) for name, value in headers]


def _lists(pairs: Pairs) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def _joined(pairs: Pairs) -> dict[str, str]:
    return {name: ",".join(values) for name, values in _lists(pairs).items()}
