"""The limits of each front, and its own replies, for which no function is called.

Sources: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html,
docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html,
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lambda_adapters.http.messages import Reply, json_reply, text_reply
from lambda_adapters.sources.registry import SOURCE_NAMES, source_by_name
from lambda_adapters.sources.source import Source

REQUEST_LIMIT = 6 * 1024 * 1024
"""Lambda's limit for the event, in bytes of JSON."""


@dataclass(slots=True, frozen=True)
class FrontRules:
    """The behavior of one front.

    `has_stages`: paths may begin with a stage. `has_single_function`: the address has only one
    function. `body_limit`: the maximum size of a request body in bytes. The other fields return
    replies: `no_route_reply` to a path without a function, `too_large_reply` to a request that is
    too large for Lambda, `timeout_reply` if a function takes too long; None for the reply to a
    failed invocation.
    """

    has_stages: bool = False
    has_single_function: bool = False
    body_limit: int = REQUEST_LIMIT
    no_route_reply: Callable[[], Reply] = field(default=lambda: text_reply(404, "Not Found"))
    too_large_reply: Callable[[], Reply] = field(
        default=lambda: json_reply(413, '{"message":"Request Entity Too Large"}')
    )
    timeout_reply: Callable[[], Reply] | None = None


def _html_reply(status: int, title: str) -> Reply:
    page = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n"
    page += f"<center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    return Reply(status, [("content-type", "text/html")], page.encode(), True)


_DEFAULT = FrontRules()
_CUSTOM_SOURCE = FrontRules(has_stages=True)
_REST_API = FrontRules(
    has_stages=True,
    no_route_reply=lambda: json_reply(403, '{"message":"Missing Authentication Token"}'),
    timeout_reply=lambda: json_reply(504, '{"message": "Endpoint request timed out"}'),
)
_HTTP_API = FrontRules(
    has_stages=True,
    no_route_reply=lambda: json_reply(404, '{"message":"Not Found"}'),
    timeout_reply=lambda: json_reply(503, '{"message":"Service Unavailable"}'),
)
_RULES = {
    "rest_api": _REST_API,
    "http_api": _HTTP_API,
    "http_api_v1": _HTTP_API,
    "function_url": replace(_DEFAULT, has_single_function=True),
    # "The maximum size of the request body is 1 MB."
    "load_balancer": replace(
        _DEFAULT,
        body_limit=1024 * 1024,
        too_large_reply=lambda: _html_reply(413, "Request Entity Too Large"),
    ),
    # github.com/apache/openwhisk, docs/reference.md: parameters of 1 MB.
    "openwhisk": replace(_DEFAULT, body_limit=1024 * 1024),
}


def rules_of(source: Source) -> FrontRules:
    """Return the rules of a source. Your own source has the defaults, and may have stages."""
    for name in SOURCE_NAMES:
        if source_by_name(name) is source:
            return _RULES.get(name, _DEFAULT)
    return _CUSTOM_SOURCE
