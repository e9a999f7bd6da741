"""Client and AsyncClient: httpx clients whose requests go through a handler, for tests."""

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

EVERYTHING = Front().route


class Client(httpx.Client):
    """An httpx.Client that plays a front for one handler: `Client(handler, "http-api").get("/")`.

    Every request becomes the event that `front` would send, goes to `handler(event, context)` as
    JSON, and the response becomes what `front` would send back, its refusals and limits included.

    `front`: rest-api, http-api, http-api-v1, function-url, load-balancer, vpc-lattice, vpc-
    lattice-v1, cloudfront, openwhisk, or a source of your own. `stage`: the first part of every
    URL; relative URLs are relative to it. `multi_value`: the load balancer's
    `lambda.multi_value_headers.enabled`. `binary_media_types`: the REST API's. `event_type`:
    CloudFront's trigger, origin-request or viewer-request. `route`: the pattern that leads to the
    function; the default one lets every path through. `timeout`: seconds that the context says are
    left. `raise_exceptions`: whether what the handler raises reaches the caller; if not, it is
    logged and the front answers. An Adapter makes a 500 of what its app raises, unless it has
    `raise_on_statuses=(500,)`.

    All other options are httpx.Client's. Closing the client, which `with` does, stops what the
    handler has started. Raises ConfigurationError for a wrong option.
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
        route: str = EVERYTHING,
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
        super().__init__(base_url=_below(base_url, local), transport=transport, **options)


class AsyncClient(httpx.AsyncClient):
    """Client's twin for async tests, with the same options.

    An ASGI Adapter runs on the caller's loop, its lifespan too; any other handler in a thread.
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
        route: str = EVERYTHING,
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
        super().__init__(base_url=_below(base_url, local), transport=transport, **options)


def _routes(route: str) -> Routes[None]:
    routes: Routes[None] = Routes()
    routes.add(DEFAULT if route == EVERYTHING else route, None)
    return routes


def _below(base_url: str, front: LocalFront) -> str:
    return str(base_url).rstrip("/") + front.root
