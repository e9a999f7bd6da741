"""LocalInvocation: converts a request to an event and a response to a reply, through JSON.

The client and the gateway use it.
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
    """The invocation of a function for one request.

    `refusal`: the front's own reply if the function must not be called, else None. `problem`: after
    `reply`, the reason why the client does not get what the handler returned, else "".
    """

    __slots__ = ("_front", "_payload", "_request", "problem", "refusal")

    def __init__(self, front: LocalFront, request: Request) -> None:
        source = front.source
        self._front = front
        self._request = request
        self._payload = ""
        self.problem = ""
        self.refusal: Reply | None = None
        limit = front.rules.body_limit
        too_long = len(request.body) > limit
        if not too_long:
            self._payload = json.dumps(source.event_from_request(request, front.front))
            too_long, limit = len(self._payload) > REQUEST_LIMIT, REQUEST_LIMIT
        if too_long:
            self.refusal = wire_reply(front.rules.too_large_reply(), request.method)
            self.problem = (
                f"The request is too large for {front.name}, which passes at most {limit} bytes "
                "to a function, base64 included. Next: send less, or upload to S3."
            )

    def event(self) -> Any:
        """Return a new copy of the event, as the runtime would parse it."""
        return json.loads(self._payload)

    def reply(self, response: Any) -> Reply:
        """Return the reply that the client gets for a handler's response.

        Raises TypeError or ValueError if the response is not JSON-serializable; the invocation
        then fails.
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
            return self.failure_reply()
        response = json.loads(text)
        reply = source.reply_from_response(response, self._request, self._front.front)
        reply.headers = [(name, to_latin_1(value)) for name, value in reply.headers]
        if reply.status < 200 or not are_valid(reply.headers):
            reply = source.refusal()
        if reply == source.refusal() and not _is_intended(response, reply):
            self.problem = _malformed_message(self._front.name, response)
        return wire_reply(reply, self._request.method)

    def failure_reply(self) -> Reply:
        """Return the reply that the client gets if the handler raises."""
        return wire_reply(self._front.source.refusal(), self._request.method)


def accept_request(
    front: LocalFront, request: Request, routes: Routes[T]
) -> tuple[T, LocalInvocation] | None:
    """Return the target of the path and its invocation, or None if no route matches.

    The raw_path of `request` is the whole public path; the root path and path are derived from it.
    """
    below = front.strip_stage(request)
    found = routes.find(below.raw_path) if below is not None else None
    if below is None or found is None:
        return None
    target, pattern, parameters = found
    return target, LocalInvocation(front.with_route(pattern, parameters), below)


def _is_intended(response: Any, reply: Reply) -> bool:
    """Return whether the response itself has the status of `reply`, the platform's refusal."""
    if not isinstance(response, dict):
        return False
    return parse_status(response.get("statusCode", response.get("status"))) == reply.status


def _malformed_message(front: str, response: Any) -> str:
    got = type(response).__name__
    if isinstance(response, dict):
        got += f" with the keys {', '.join(sorted(response)) or '(none)'}"
    return (
        f"The response is not valid for {front}: got {got}. Expected a status, headers and a body "
        "with the names and types on the front's page in the documentation."
    )
