"""One request of a framework's test client through Lambda, as the local client carries it.

The plugins build the Request from what the framework's client would have put before the app, and
give the app what the adapter makes of the event. What lies between is this module's.
"""

import os

from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.context import LocalContext
from lambda_adapters.local.fronts import FRONTS, LocalFront, local_front
from lambda_adapters.local.invocation import LocalInvocation, accept_request
from lambda_adapters.local.routes import DEFAULT, Routes

FRONT = "LAMBDA_SUITES_FRONT"
"""The environment variable with the front's name; empty or missing: the suite runs directly."""

MULTI = "-multi"  # the load balancer with lambda.multi_value_headers.enabled

TIMEOUT = 20.0  # seconds that the context says are left: ends what streams without an end


def fronts() -> list[str]:
    """The fronts that suites can be run through."""
    return sorted([*FRONTS, "load-balancer" + MULTI])


class LambdaTransport:
    """A front; counts what went through it."""

    def __init__(self, front: str) -> None:
        multi = front.endswith(MULTI)
        self._front: LocalFront = local_front(front.removesuffix(MULTI), multi_value=multi)
        self._routes: Routes[None] = Routes()
        self._routes.add(DEFAULT, None)
        self.carried = 0

    def accept(self, request: Request) -> LocalInvocation | Reply:
        """The invocation, or the platform's own answer where the function is not called."""
        self.carried += 1
        found = accept_request(self._front, request, self._routes)
        if found is None:
            return wire_reply(self._front.rules.no_route(), request.method)
        _, invocation = found
        return invocation if invocation.refused is None else invocation.refused

    def carry(self, request: Request, handler: LambdaHandler) -> Reply:
        """The request through a handler and back."""
        invocation = self.accept(request)
        if isinstance(invocation, Reply):
            return invocation
        return invocation.reply(handler(invocation.event(), self.context()))

    def context(self) -> LocalContext:
        """The context of an invocation that begins now."""
        return LocalContext(TIMEOUT)


def transport_from_environment() -> LambdaTransport | None:
    """The transport that the environment asks for."""
    front = os.environ.get(FRONT, "")
    return LambdaTransport(front) if front else None


def public(request: Request) -> Request:
    """The request as a client sends it: nothing in it says where a root path ends."""
    return request.replace(root_path="", raw_path=request.public_raw_path)


def root_option(root: str) -> str:
    """The adapter's `root_path` for the root that a test has set; "auto" without one."""
    return root.rstrip("/") if root.startswith("/") and root.strip("/") else "auto"
