"""The fronts that every framework is served through, with a stage and without one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.urls import path_from_raw
from lambda_adapters.local import Client
from lambda_adapters.sources.api_gateway import rest_api
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.source import Event, Response

Handler = Callable[[Any, Any], Any]


class BasePath:
    """A REST API behind a custom domain that maps a base path to its stage `prod`.

    The stage's name is in no URL then; the base path is, and only the domain knows of it.
    """

    name = rest_api.name

    def __init__(self, base_path: str) -> None:
        self._base_path = base_path

    def matches(self, event: Any) -> bool:
        return rest_api.matches(event)

    def limit(self, event: Event) -> int:
        return rest_api.limit(event)

    def request_from_event(self, event: Event) -> Request:
        return rest_api.request_from_event(event)

    def event_from_request(self, request: Request, front: Front) -> Event:
        assert request.raw_path.startswith(self._base_path + "/")
        below = request.raw_path.removeprefix(self._base_path)
        path = path_from_raw(below)
        mapped = request.replace(root_path=self._base_path, path=path, raw_path=below)
        return rest_api.event_from_request(mapped, replace(front, stage="prod"))

    def response_from_reply(self, reply: Reply, event: Event) -> Response:
        return rest_api.response_from_reply(reply, event)

    def reply_from_response(self, response: Any, request: Request, front: Front) -> Reply:
        return rest_api.reply_from_response(response, request, front)

    def refusal(self) -> Reply:
        return rest_api.refusal()


@dataclass(frozen=True)
class Played:
    """One source with its settings; `root` is the part of each URL's path that the app has not."""

    name: str
    source: Any
    root: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def client(self, handler: Handler) -> Client:
        """A client whose relative URLs are below the root."""
        base_url = HOST if "stage" in self.settings else HOST + self.root
        return Client(handler, self.source, base_url=base_url, **self.settings)

    def url(self, path: str) -> str:
        """The URL that a client asks for to get to an app's path."""
        return HOST + self.root + path


HOST = "https://shop.example"
STAGE = {"stage": "prod"}

FRONTS = [
    Played("rest_api", "rest-api"),
    Played("rest_api-stage", "rest-api", "/prod", STAGE),
    Played("rest_api-base_path", BasePath("/shop/v1"), "/shop/v1"),
    Played("http_api", "http-api"),
    Played("http_api-stage", "http-api", "/prod", STAGE),
    Played("http_api-stage_named_like_a_route", "http-api", "/sub", {"stage": "sub"}),
    Played("http_api_v1", "http-api-v1"),
    Played("http_api_v1-stage", "http-api-v1", "/prod", STAGE),
    Played("function_url", "function-url"),
    Played("load_balancer-single", "load-balancer"),
    Played("load_balancer-multi", "load-balancer", "", {"multi_value": True}),
]
