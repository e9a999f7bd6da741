"""What each front does by itself: its limits, and its replies where no function is called.

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
    """One front's own behaviour.

    `has_stages`: paths may begin with a stage. `is_own_address`: the address leads to one function
    only. `body_limit`: bytes of a request body. `no_route`: the reply to a path that no function is
    behind. `too_large`: to a request that Lambda would not take. `timed_out`: where a function
    takes too long; None for the reply to a failed invocation.
    """

    has_stages: bool = False
    is_own_address: bool = False
    body_limit: int = REQUEST_LIMIT
    no_route: Callable[[], Reply] = field(default=lambda: text_reply(404, "Not Found"))
    too_large: Callable[[], Reply] = field(
        default=lambda: json_reply(413, '{"message":"Request Entity Too Large"}')
    )
    timed_out: Callable[[], Reply] | None = None


def _page(status: int, title: str) -> Reply:
    page = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n"
    page += f"<center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    return Reply(status, [("content-type", "text/html")], page.encode(), True)


_DEFAULT = FrontRules()
_OWN = FrontRules(has_stages=True)
_REST_API = FrontRules(
    has_stages=True,
    no_route=lambda: json_reply(403, '{"message":"Missing Authentication Token"}'),
    timed_out=lambda: json_reply(504, '{"message": "Endpoint request timed out"}'),
)
_HTTP_API = FrontRules(
    has_stages=True,
    no_route=lambda: json_reply(404, '{"message":"Not Found"}'),
    timed_out=lambda: json_reply(503, '{"message":"Service Unavailable"}'),
)
_RULES = {
    "rest_api": _REST_API,
    "http_api": _HTTP_API,
    "http_api_v1": _HTTP_API,
    "function_url": replace(_DEFAULT, is_own_address=True),
    # "The maximum size of the request body is 1 MB."
    "load_balancer": replace(
        _DEFAULT,
        body_limit=1024 * 1024,
        too_large=lambda: _page(413, "Request Entity Too Large"),
    ),
    # github.com/apache/openwhisk, docs/reference.md: parameters of 1 MB.
    "openwhisk": replace(_DEFAULT, body_limit=1024 * 1024),
}


def rules_of(source: Source) -> FrontRules:
    """The rules of a built-in source; a source of your own may have stages, and the defaults."""
    for name in SOURCE_NAMES:
        if source_by_name(name) is source:
            return _RULES.get(name, _DEFAULT)
    return _OWN
