"""The fronts through which every framework is tested, with and without a stage."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lambda_adapters.http.messages import Reply, Request
from lambda_adapters.http.urls import path_from_raw
from lambda_adapters.local import EVERY_FRONT, Client
from lambda_adapters.sources.api_gateway import rest_api
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.source import Event, Response

Handler = Callable[[Any, Any], Any]


class BasePath:
    """A REST API with a custom domain that maps a base path to the stage `prod`.

    URLs contain the base path and not the name of the stage.
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
        app_path = request.raw_path.removeprefix(self._base_path)
        path = path_from_raw(app_path)
        mapped_request = request.replace(root_path=self._base_path, path=path, raw_path=app_path)
        return rest_api.event_from_request(mapped_request, replace(front, stage="prod"))

    def response_from_reply(self, reply: Reply, event: Event) -> Response:
        return rest_api.response_from_reply(reply, event)

    def reply_from_response(self, response: Any, request: Request, front: Front) -> Reply:
        return rest_api.reply_from_response(response, request, front)

    def refusal(self) -> Reply:
        return rest_api.refusal()


@dataclass(frozen=True)
class FrontCase:
    """A source with its settings. `root` is the part of each URL path that is not the app's."""

    name: str
    source: Any
    root: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def client(self, handler: Handler) -> Client:
        """A client whose relative URLs start at the root."""
        base_url = HOST if "stage" in self.settings else HOST + self.root
        return Client(handler, self.source, base_url=base_url, **self.settings)

    def url(self, path: str) -> str:
        """The URL of a path of the app."""
        return HOST + self.root + path


HOST = "https://shop.example"


def _front_case(name: str) -> FrontCase:
    options = dict(EVERY_FRONT[name])
    return FrontCase(
        name, options.pop("front"), "/prod" if "stage" in options else "", settings=options
    )


FRONTS = [
    *(
        _front_case(name)
        for name in EVERY_FRONT
        if not name.startswith(("cloudfront", "vpc-lattice", "openwhisk", "rest-api-text"))
    ),
    FrontCase("rest-api-base-path", BasePath("/shop/v1"), "/shop/v1"),
    FrontCase("http-api-stage-named-like-a-route", "http-api", "/sub", {"stage": "sub"}),
]
