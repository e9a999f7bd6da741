"""Client: its options, and the events that they give."""

import logging
from typing import Any

import httpx
import pytest

from lambda_adapters import ConfigurationError, Front, Reply, Request
from lambda_adapters.local import Client
from lambda_adapters.sources.api_gateway import http_api
from tests.local.local_fronts import (
    NO_ROUTE,
    TEXT_HEADERS,
    AppRequest,
    FrontCase,
    MakeHandler,
    ViewReply,
    client_for,
    plain_response,
)


def test_the_remaining_time_starts_at_the_timeout() -> None:
    remaining = []

    def handler(event: Any, context: Any) -> Any:
        remaining.append(context.get_remaining_time_in_millis())
        return {"statusCode": 200}

    Client(handler).get("/")
    Client(handler, timeout=2).get("/", timeout=9)

    assert 29_000 < remaining[0] <= 30_000
    assert 1_000 < remaining[1] <= 2_000


def test_the_event_has_the_host_scheme_port_and_client() -> None:
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append(event)
        return {"statusCode": 200}

    Client(handler, "http-api", base_url="http://movies.example:8080").get("/x")

    headers = events[0]["headers"]
    assert headers["host"] == "movies.example:8080"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == "8080"
    assert events[0]["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert events[0]["requestContext"]["domainName"] == "movies.example"


@pytest.mark.parametrize("front", ["rest-api", "http-api", "http-api-v1"])
@pytest.mark.parametrize("path", ["/", "/users", "/production/users", "/PROD/users"])
def test_a_path_outside_the_stage_gets_a_reply_of_the_front(front: str, path: str) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    reply = Client(handler, front, stage="prod").get(f"https://testserver{path}")

    assert (reply.status_code, reply.text) == NO_ROUTE[front]


def test_the_path_of_the_stage_is_the_root_of_the_app(make_handler: MakeHandler) -> None:
    def view(request: AppRequest) -> ViewReply:
        return 200, TEXT_HEADERS, f"{request.root_path} {request.path}".encode()

    reply = Client(make_handler(view), stage="prod").get("https://testserver/prod")

    assert reply.text == "/prod /"


def test_a_route_sets_the_path_parameters(front_case: FrontCase) -> None:
    front, _ = front_case
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append(event)
        return plain_response("", front_case)

    client = client_for(handler, front_case, route="/users/{id}/{rest+}")
    reply = client.get("/users/a%20b/c/%C3%A9/")
    no_route_reply = client.get("/posts/1")

    assert reply.status_code == 200
    assert (no_route_reply.status_code, no_route_reply.text) == NO_ROUTE[front]
    parameters = {"id": "a b", "rest": "c/é"}
    if front == "rest-api":
        parameters = {"id": "a%20b", "rest": "c/%C3%A9"}
    elif front == "load-balancer":
        parameters = None  # type: ignore[assignment] # a listener rule has no parameters
    assert [event.get("pathParameters") for event in events] == [parameters]


def test_the_default_route_matches_the_root_and_all_paths() -> None:
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append(event)
        return {"statusCode": 200}

    Client(handler).get("/")
    Client(handler).get("/a/b")

    assert [(event["resource"], event["pathParameters"]) for event in events] == [
        ("/", None),
        ("/{proxy+}", {"proxy": "a/b"}),
    ]


def test_only_binary_media_types_are_base64_in_events_of_a_rest_api() -> None:
    bodies = []

    def handler(event: Any, context: Any) -> Any:
        bodies.append((event["isBase64Encoded"], event["body"]))
        return {"statusCode": 200}

    client = Client(handler, binary_media_types=["image/*"])
    client.post("/", content=b"hi", headers={"content-type": "image/png"})
    client.post("/", content=b"hi", headers={"content-type": "application/zip"})

    assert bodies == [(True, "aGk="), (False, "hi")]


def test_the_status_description_of_a_load_balancer_sets_the_reason_phrase() -> None:
    response = {"statusCode": 418, "statusDescription": "418 Short And Stout"}

    reply = Client(lambda event, context: response, "load-balancer").get("/")

    assert (reply.status_code, reply.reason_phrase) == (418, "Short And Stout")


def test_a_front_can_be_a_custom_source() -> None:
    class UpperCaseSource:
        name = "upper-case"

        def matches(self, event: Any) -> bool:
            return "UPPER" in event

        def limit(self, event: Any) -> int:
            return 1000

        def request_from_event(self, event: Any) -> Request:
            raise AssertionError("not in this direction")

        def event_from_request(self, request: Request, front: Front) -> dict[str, Any]:
            return {"UPPER": f"{front.stage} {request.root_path} {request.path}".upper()}

        def response_from_reply(self, reply: Reply, event: Any) -> Any:
            raise AssertionError("not in this direction")

        def reply_from_response(self, response: Any, request: Request, front: Front) -> Reply:
            return Reply(200, [], response.encode())

        def refusal(self) -> Reply:
            return Reply(502)

    client = Client(lambda event, context: event["UPPER"] + "!", UpperCaseSource(), stage="dev")

    assert client.get("/hello").text == "DEV /DEV /HELLO!"
    assert Client(lambda event, context: "ok", http_api).get("/").text == "ok"


def test_the_name_of_a_front_can_have_underscores() -> None:
    assert Client(lambda event, context: "ok", "function_url").get("/").text == "ok"


FRONTS = ["cloudfront", "function-url", "http-api", "http-api-v1", "load-balancer", "openwhisk"]
FRONTS += ["rest-api", "vpc-lattice", "vpc-lattice-v1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"front": "cloudfront", "event_type": "origin-response"},
            "event_type must be one of origin-request, viewer-request, not 'origin-response'.",
        ),
        (
            {"front": "rest"},
            f"front must be one of {', '.join(FRONTS)}, not 'rest'.",
        ),
        (
            {"front": None},
            f"front must be one of {', '.join(FRONTS)} or your own source, not None.",
        ),
        (
            {"stage": "/prod"},
            'stage must be letters, digits, "-" and "_", or empty (also for the $default of an '
            "HTTP API), not '/prod'.",
        ),
        (
            {"front": "load-balancer", "stage": "prod"},
            "stage must be empty for load-balancer, which has no stages, not 'prod'.",
        ),
        (
            {"binary_media_types": "image/*"},
            "binary_media_types must be media types such as (\"image/*\",), not 'image/*'.",
        ),
        ({"timeout": 0}, "timeout must be a number of seconds, more than 0, not 0."),
        ({"timeout": "3"}, "timeout must be a number of seconds, more than 0, not '3'."),
    ],
)
def test_a_wrong_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(print, **options)

    assert str(caught.value) == message


def test_other_options_are_passed_to_httpx(make_handler: MakeHandler) -> None:
    def view(request: AppRequest) -> ViewReply:
        return 200, TEXT_HEADERS, request.headers["authorization"].encode() + request.query.encode()

    with Client(make_handler(view), auth=("ann", "pw"), params={"v": "1"}) as client:
        assert isinstance(client, httpx.Client)
        assert client.get("/").text == "Basic YW5uOnB3v=1"


def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert Client(lambda event, context: "ok", "http-api").get("/").text == "ok"


def test_the_handler_stops_when_the_client_is_closed() -> None:
    class Handler:
        stopped = 0

        def __call__(self, event: Any, context: Any) -> Any:
            return {"statusCode": 200}

        def stop(self) -> None:
            self.stopped += 1

    handler = Handler()
    with Client(handler) as client:
        client.get("/")
        assert handler.stopped == 0
    assert handler.stopped == 1


def test_the_lifespan_ends_when_the_client_is_closed() -> None:
    from asgi_lambda import Adapter

    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                messages.append(message["type"])
                await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with Client(Adapter(app)) as client:
        client.get("/")
        client.get("/")
        assert messages == ["lifespan.startup"]
    assert messages == ["lifespan.startup", "lifespan.shutdown"]


def test_errors_are_logged_with_the_logger_of_the_local_tools(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "lambda_adapters.local"):
        Client(lambda event, context: None, "rest-api").get("/")

    assert [record.name for record in caplog.records] == ["lambda_adapters.local"]
