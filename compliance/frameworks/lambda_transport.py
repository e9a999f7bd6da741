"""Sends one request of a framework's test client through Lambda, as the local client does.

The plugins build the Request from what the framework's client passes to the app, and call the app
with what the adapter makes of the event. This module does the steps between them.
"""

import os

from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local import EVERY_FRONT
from lambda_adapters.local.context import LocalContext
from lambda_adapters.local.fronts import local_front
from lambda_adapters.local.invocation import LocalInvocation, accept_request
from lambda_adapters.local.routes import DEFAULT, Routes

FRONT = "LAMBDA_SUITES_FRONT"
"""The environment variable with the name of the front. If it is empty, the suite runs directly."""

TIMEOUT = 20.0  # seconds that the context reports as left: ends endless streams


def front_names() -> list[str]:
    """The fronts that suites can run through."""
    return [name for name in EVERY_FRONT if not name.endswith(("-stage", "-text", "-viewer"))]


class LambdaTransport:
    """A front. `requests` counts the requests that were sent through it."""

    def __init__(self, front: str) -> None:
        self._front = local_front(**EVERY_FRONT[front])
        self._routes: Routes[None] = Routes()
        self._routes.add(DEFAULT, None)
        self.requests = 0

    def accept(self, request: Request) -> LocalInvocation | Reply:
        """The invocation, or the front's own reply if it does not call the function."""
        self.requests += 1
        found = accept_request(self._front, request, self._routes)
        if found is None:
            return wire_reply(self._front.rules.no_route_reply(), request.method)
        _, invocation = found
        return invocation if invocation.refusal is None else invocation.refusal

    def send(self, request: Request, handler: LambdaHandler) -> Reply:
        """Send the request through a handler and return the reply."""
        invocation = self.accept(request)
        if isinstance(invocation, Reply):
            return invocation
        return invocation.reply(handler(invocation.event(), self.context()))

    def context(self) -> LocalContext:
        """The context of an invocation that begins now."""
        return LocalContext(TIMEOUT)


def transport_from_environment() -> LambdaTransport | None:
    """The transport for the front that the environment names, or None."""
    front = os.environ.get(FRONT, "")
    return LambdaTransport(front) if front else None


def merge_root_path(request: Request) -> Request:
    """The request as a client sends it: the root path is part of the path."""
    return request.replace(root_path="", raw_path=request.public_raw_path)


def option_from_root_path(root_path: str) -> str:
    """The adapter's option `root_path` for a test's root path; "auto" if it has none."""
    stripped = root_path.rstrip("/")
    return stripped if root_path.startswith("/") and root_path.strip("/") else "auto"
