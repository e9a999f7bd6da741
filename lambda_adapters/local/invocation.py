"""One request's way through a function: an event there, a response back, as JSON both times.

The client and the gateway share it.
"""

import json
from typing import Any, TypeVar

from lambda_adapters.http.headers import are_valid, to_latin_1
from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.local.front_rules import REQUEST_LIMIT
from lambda_adapters.local.fronts import LocalFront
from lambda_adapters.local.routes import Routes
from lambda_adapters.sources.response_parsing import parse_status

T = TypeVar("T")


class LocalInvocation:
    """One request through one front.

    `refused` is the front's own reply where the function is not called at all. `problem` says
    after `reply` why the client does not get what the handler returned; "" where it does.
    """

    __slots__ = ("_front", "_payload", "_request", "problem", "refused")

    def __init__(self, front: LocalFront, request: Request) -> None:
        source = front.source
        self._front = front
        self._request = request
        self._payload = ""
        self.problem = ""
        self.refused: Reply | None = None
        limit = front.rules.body_limit
        too_long = len(request.body) > limit
        if not too_long:
            self._payload = json.dumps(source.event_from_request(request, front.front))
            too_long, limit = len(self._payload) > REQUEST_LIMIT, REQUEST_LIMIT
        if too_long:
            self.refused = wire_reply(front.rules.too_large(), request.method)
            self.problem = (
                f"The request is too large for {front.name}, which gives a function no more "
                f"than {limit} bytes, base64 included. Send less, or upload to S3 by a link."
            )

    def event(self) -> Any:
        """A new copy of the event, as the runtime would parse it."""
        return json.loads(self._payload)

    def reply(self, response: Any) -> Reply:
        """What the client gets for a handler's response.

        Raises TypeError or ValueError where it cannot be JSON, which fails the invocation.
        """
        source = self._front.source
        text = json.dumps(response, ensure_ascii=False)
        size = len(text.encode("utf-8", "surrogatepass"))
        limit = source.limit(self.event())
        if size > limit:
            self.problem = (
                f"The response is too large for {self._front.name}: {size} bytes, and "
                f"{limit} are allowed, counted as JSON."
            )
            return self.failed()
        response = json.loads(text)
        reply = source.reply_from_response(response, self._request, self._front.front)
        reply.headers = [(name, to_latin_1(value)) for name, value in reply.headers]
        if reply.status < 200 or not are_valid(reply.headers):
            reply = source.refusal()
        if reply == source.refusal() and not _is_meant(response, reply):
            self.problem = _malformed(self._front.name, response)
        return wire_reply(reply, self._request.method)

    def failed(self) -> Reply:
        """What the client gets where the handler raised."""
        return wire_reply(self._front.source.refusal(), self._request.method)


def accept_request(
    front: LocalFront, request: Request, routes: Routes[T]
) -> tuple[T, LocalInvocation] | None:
    """The target that the path leads to, and its invocation; None where it leads nowhere.

    `request` has the whole public path as raw_path; what else tells of the path is found here.
    """
    below = front.strip_stage(request)
    found = routes.find(below.raw_path) if below is not None else None
    if below is None or found is None:
        return None
    target, pattern, parameters = found
    return target, LocalInvocation(front.with_route(pattern, parameters), below)


def _is_meant(response: Any, reply: Reply) -> bool:
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
