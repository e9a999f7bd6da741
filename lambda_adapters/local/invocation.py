"""One request's way through a function: an event there, a response back, as JSON both times.

The client and the gateway share it. Limits: docs.aws.amazon.com/lambda/latest/dg/
gettingstarted-limits.html and docs.aws.amazon.com/elasticloadbalancing/latest/application/
lambda-functions.html.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from lambda_adapters.http.headers import clean, latin, remove_hop_by_hop
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.local.fronts import LocalFront
from lambda_adapters.local.gateway_replies import too_large
from lambda_adapters.local.routes import Routes
from lambda_adapters.sources.response_parsing import parse_status

Handler = Callable[[Any, Any], Any]
T = TypeVar("T")

REQUEST_LIMIT = 6 * 1024 * 1024  # Lambda's, for the event as JSON
# A load balancer's: "The maximum size of the request body is 1 MB."; OpenWhisk's for parameters.
BODY_LIMITS = {"load_balancer": 1024 * 1024, "openwhisk": 1024 * 1024}


class LocalInvocation:
    """One request on one platform.

    `refused` is the platform's answer where the function is not called at all. `problem` says
    after `reply` why the client does not get what the handler returned; "" where it does.
    """

    __slots__ = ("_payload", "_platform", "_request", "problem", "refused")

    def __init__(self, platform: LocalFront, request: Request) -> None:
        source = platform.source
        self._platform = platform
        self._request = request
        self._payload = ""
        self.problem = ""
        self.refused: Reply | None = None
        limit = BODY_LIMITS.get(source.name, REQUEST_LIMIT)
        too_long = len(request.body) > limit
        if not too_long:
            self._payload = json.dumps(source.event_from_request(request, platform.front))
            too_long, limit = len(self._payload) > REQUEST_LIMIT, REQUEST_LIMIT
        if too_long:
            self.refused = finish_reply(too_large(source), request.method)
            self.problem = (
                f"The request is too large for {platform.name}, which gives a function no more "
                f"than {limit} bytes, base64 included. Send less, or upload to S3 by a link."
            )

    def event(self) -> Any:
        """A new copy of the event, as the runtime would parse it."""
        return json.loads(self._payload)

    def reply(self, response: Any) -> Reply:
        """What the client gets for a handler's response.

        Raises TypeError or ValueError where it cannot be JSON, which fails the invocation.
        """
        source = self._platform.source
        text = json.dumps(response, ensure_ascii=False)
        size = len(text.encode("utf-8", "surrogatepass"))
        limit = source.limit(self.event())
        if size > limit:
            self.problem = (
                f"The response is too large for {self._platform.name}: {size} bytes, and "
                f"{limit} are allowed, counted as JSON."
            )
            return self.failed()
        response = json.loads(text)
        reply = source.reply_from_response(response, self._request, self._platform.front)
        reply.headers = [(name, latin(value)) for name, value in reply.headers]
        if reply.status < 200 or not clean(reply.headers):
            reply = source.refusal()
        if reply == source.refusal() and not _is_so_meant(response, reply):
            self.problem = _malformed(self._platform.name, response)
        return finish_reply(reply, self._request.method)

    def failed(self) -> Reply:
        """What the client gets where the handler raised."""
        return finish_reply(self._platform.source.refusal(), self._request.method)


def accepted(
    platform: LocalFront, request: Request, routes: Routes[T]
) -> tuple[T, LocalInvocation] | None:
    """The target that the path leads to, and its invocation; None where it leads nowhere.

    `request` has the whole public path as raw_path; what else tells of the path is found here.
    """
    placed = platform.strip_stage(request)
    found = routes.find(placed.raw_path) if placed is not None else None
    if placed is None or found is None:
        return None
    target, pattern, parameters = found
    return target, LocalInvocation(platform.with_route(pattern, parameters), placed)


def finish_reply(reply: Reply, method: str) -> Reply:
    """The reply as the platform puts it on the wire: Content-Length counted, no body where there
    must be none (RFC 9110 §6.4.1)."""
    headers = remove_hop_by_hop(reply.headers)
    body = reply.body
    if method == "HEAD" or reply.status in (204, 304):
        body = b""
    else:
        headers.append(("content-length", str(len(body))))
    return Reply(reply.status, headers, body, reply.text, reply.reason)


def _is_so_meant(response: Any, reply: Reply) -> bool:
    """Whether a function answered with the very reply that the platform would refuse it with."""
    if not isinstance(response, dict):
        return False
    return parse_status(response.get("statusCode", response.get("status"))) == reply.status


def _malformed(front: str, response: Any) -> str:
    got = type(response).__name__
    if isinstance(response, dict):
        got += f" with the keys {', '.join(sorted(response)) or '(none)'}"
    return (
        f"The response is not what {front} takes: got {got}. Expected a status, headers and a "
        "body under the names and of the types that the front's page in the documentation has."
    )
