"""Client and AsyncClient: httpx clients for tests, which send requests to a handler."""

from collections.abc import Iterable
from typing import Any

import httpx

from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.context import DEFAULT_TIMEOUT
from lambda_adapters.local.fronts import EventType, LocalFront, check_timeout, local_front
from lambda_adapters.local.routes import DEFAULT, Routes
from lambda_adapters.local.transport import AsyncTransport, Transport
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.source import Source

ANY_PATH = Front().route


class Client(httpx.Client):
    """An httpx.Client that sends requests to a handler: `Client(handler, "http-api").get("/")`.

    It converts each request to the event that `front` would send, calls `handler(event, context)`,
    and converts the response to the reply that `front` would send. Event and response pass through
    JSON, and the refusals and limits of `front` apply.

    `front`: rest-api, http-api, http-api-v1, function-url, load-balancer, vpc-lattice,
    vpc-lattice-v1, cloudfront, openwhisk, or your own source. `stage`: the first part of every
    URL; relative URLs are relative to it. `multi_value`: the load balancer's
    `lambda.multi_value_headers.enabled`. `binary_media_types`: the REST API's. `event_type`:
    CloudFront's trigger, origin-request or viewer-request. `route`: the path pattern of the
    function; the default matches every path. `timeout`: the remaining seconds in the context.
    `raise_exceptions`: True raises the handler's exceptions in the caller, False logs them and
    returns the front's reply. An Adapter turns exceptions of its app into a 500, unless it has
    `raise_on_statuses=(500,)`.

    All other options are httpx.Client's. Closing the client, as `with` does, stops the handler,
    for example the app's lifespan. Raises ConfigurationError for a wrong option.
    """

    def __init__(
        self,
        handler: LambdaHandler,
        front: str | Source = "rest-api",
        *,
        stage: str = "",
        multi_value: bool = False,
        binary_media_types: Iterable[str] = ("*/*",),
        event_type: EventType = "origin-request",
        route: str = ANY_PATH,
        base_url: str = "https://testserver",
        timeout: float = DEFAULT_TIMEOUT,
        raise_exceptions: bool = True,
        **options: Any,
    ) -> None:
        local = local_front(
            front,
            stage=stage,
            multi_value=multi_value,
            binary_media_types=binary_media_types,
            event_type=event_type,
        )
        transport = Transport(
            handler, local, _routes(route), check_timeout(timeout), raise_exceptions
        )
        super().__init__(base_url=_add_stage(base_url, local), transport=transport, **options)


class AsyncClient(httpx.AsyncClient):
    """Like Client, for async tests, with the same options.

    An ASGI Adapter and its lifespan run on the caller's event loop, other handlers in a thread.
    """

    def __init__(
        self,
        handler: LambdaHandler,
        front: str | Source = "rest-api",
        *,
        stage: str = "",
        multi_value: bool = False,
        binary_media_types: Iterable[str] = ("*/*",),
        event_type: EventType = "origin-request",
        route: str = ANY_PATH,
        base_url: str = "https://testserver",
        timeout: float = DEFAULT_TIMEOUT,
        raise_exceptions: bool = True,
        **options: Any,
    ) -> None:
        local = local_front(
            front,
            stage=stage,
            multi_value=multi_value,
            binary_media_types=binary_media_types,
            event_type=event_type,
        )
        transport = AsyncTransport(
            handler, local, _routes(route), check_timeout(timeout), raise_exceptions
        )
        super().__init__(base_url=_add_stage(base_url, local), transport=transport, **options)


def _routes(route: str) -> Routes[None]:
    routes: Routes[None] = Routes()
    routes.add(DEFAULT if route == ANY_PATH else route, None)
    return routes


def _add_stage(base_url: str, front: LocalFront) -> str:
    return str(base_url).rstrip("/") + front.root
