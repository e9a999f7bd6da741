"""Client: its options, and the event that they make."""

import logging
from typing import Any

import httpx
import pytest

from lambda_adapters import ConfigurationError, Front, Reply, Request
from lambda_adapters.local import Client
from lambda_adapters.sources.api_gateway import http_api
from tests.local.playing import NOWHERE, TEXT, MakeHandler, Pairs, Played, Seen, client_of, plain


def test_the_context_counts_down_from_the_timeout() -> None:
    left = []

    def handler(event: Any, context: Any) -> Any:
        left.append(context.get_remaining_time_in_millis())
        return {"statusCode": 200}

    Client(handler).get("/")
    Client(handler, timeout=2).get("/", timeout=9)

    assert 29_000 < left[0] <= 30_000
    assert 1_000 < left[1] <= 2_000


def test_the_event_names_host_scheme_and_client() -> None:
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
def test_a_path_outside_the_stage_gets_the_fronts_own_answer(front: str, path: str) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    reply = Client(handler, front, stage="prod").get(f"https://testserver{path}")

    assert (reply.status_code, reply.text) == NOWHERE[front]


def test_the_stage_alone_is_the_apps_root(make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        return 200, TEXT, f"{seen.root} {seen.path}".encode()

    reply = Client(make_handler(answer), stage="prod").get("https://testserver/prod")

    assert reply.text == "/prod /"


def test_a_route_gives_the_function_its_parameters(played: Played) -> None:
    front, _ = played
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append(event)
        return plain("", played)

    client = client_of(handler, played, route="/users/{id}/{rest+}")
    reply = client.get("/users/a%20b/c/%C3%A9/")
    nowhere = client.get("/posts/1")

    assert reply.status_code == 200
    assert (nowhere.status_code, nowhere.text) == NOWHERE[front]
    parameters = {"id": "a b", "rest": "c/é"}
    if front == "rest-api":
        parameters = {"id": "a%20b", "rest": "c/%C3%A9"}
    elif front == "load-balancer":
        parameters = None  # type: ignore[assignment] # a listener rule has no parameters
    assert [event.get("pathParameters") for event in events] == [parameters]


def test_the_default_route_lets_the_root_through() -> None:
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


def test_binary_media_types_are_the_rest_apis() -> None:
    kinds = []

    def handler(event: Any, context: Any) -> Any:
        kinds.append((event["isBase64Encoded"], event["body"]))
        return {"statusCode": 200}

    client = Client(handler, binary_media_types=["image/*"])
    client.post("/", content=b"hi", headers={"content-type": "image/png"})
    client.post("/", content=b"hi", headers={"content-type": "application/zip"})

    assert kinds == [(True, "aGk="), (False, "hi")]


def test_a_load_balancers_description_is_the_reason() -> None:
    response = {"statusCode": 418, "statusDescription": "418 Short And Stout"}

    reply = Client(lambda event, context: response, "load-balancer").get("/")

    assert (reply.status_code, reply.reason_phrase) == (418, "Short And Stout")


def test_a_front_may_be_a_source_of_ones_own() -> None:
    class Shouting:
        name = "shouting"

        def matches(self, event: Any) -> bool:
            return "SHOUT" in event

        def limit(self, event: Any) -> int:
            return 1000

        def request_from_event(self, event: Any) -> Request:
            raise AssertionError("not in this direction")

        def event_from_request(self, request: Request, front: Front) -> dict[str, Any]:
            return {"SHOUT": f"{front.stage} {request.root_path} {request.path}".upper()}

        def response_from_reply(self, reply: Reply, event: Any) -> Any:
            raise AssertionError("not in this direction")

        def reply_from_response(self, response: Any, request: Request, front: Front) -> Reply:
            return Reply(200, [], response.encode())

        def refusal(self) -> Reply:
            return Reply(502)

    client = Client(lambda event, context: event["SHOUT"] + "!", Shouting(), stage="dev")

    assert client.get("/hello").text == "DEV /DEV /HELLO!"
    assert Client(lambda event, context: "ok", http_api).get("/").text == "ok"


def test_underscores_will_do_in_a_fronts_name() -> None:
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
            f"front must be one of {', '.join(FRONTS)} or a source of your own, not None.",
        ),
        (
            {"stage": "/prod"},
            'stage must be letters, digits, "-" and "_" (nothing for none, or for an HTTP API\'s '
            "$default), not '/prod'.",
        ),
        (
            {"front": "load-balancer", "stage": "prod"},
            "stage must be empty for load-balancer, which has none, not 'prod'.",
        ),
        (
            {"binary_media_types": "image/*"},
            "binary_media_types must be media types such as (\"image/*\",), not 'image/*'.",
        ),
        ({"timeout": 0}, "timeout must be seconds, more than 0, not 0."),
        ({"timeout": "3"}, "timeout must be seconds, more than 0, not '3'."),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(print, **options)

    assert str(caught.value) == message


def test_httpx_options_are_httpx_options(make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        return 200, TEXT, seen.headers["authorization"].encode() + seen.query.encode()

    with Client(make_handler(answer), auth=("ann", "pw"), params={"v": "1"}) as client:
        assert isinstance(client, httpx.Client)
        assert client.get("/").text == "Basic YW5uOnB3v=1"


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert Client(lambda event, context: "ok", "http-api").get("/").text == "ok"


def test_leaving_the_client_stops_what_the_handler_started() -> None:
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


def test_leaving_the_client_ends_the_apps_lifespan() -> None:
    from asgi_lambda import Adapter

    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                told.append(message["type"])
                await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with Client(Adapter(app)) as client:
        client.get("/")
        client.get("/")
        assert told == ["lifespan.startup"]
    assert told == ["lifespan.startup", "lifespan.shutdown"]


def test_problems_are_logged_by_the_local_tools(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "lambda_adapters.local"):
        Client(lambda event, context: None, "rest-api").get("/")

    assert [record.name for record in caplog.records] == ["lambda_adapters.local"]
