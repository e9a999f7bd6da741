"""Gateway: the front on a real port, with uvicorn, and which function gets what."""

import asyncio
import threading
from typing import Any

import httpx
import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.local.function import Function
from lambda_adapters.local.gateway import Gateway
from tests.local.gateways import OK, asked, play, serving_on_a_port
from tests.local.playing import NOWHERE, MakeHandler, Pairs, Played, Seen


def test_every_front_serves_a_browser(played: Played, make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        headers = [("content-type", "image/png"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        told = f"{seen.method} {seen.root} {seen.path} {seen.query} ".encode()
        return 201, headers, told + seen.headers["host"].encode() + seen.body

    with serving_on_a_port(play(make_handler(answer), played)) as client:
        reply = client.post("/a%20b/%C3%A9?x=%41&y=1", content=b"\x00\xff")
        head = client.head("/a")

    root = "/prod" if "stage" in played[1] else ""
    query = "x=A&y=1" if played[0] in ("rest-api", "http-api-v1") else "x=%41&y=1"
    host = reply.url.netloc
    assert reply.status_code == 201
    assert reply.content == f"POST {root} /a b/é {query} ".encode() + host + b"\x00\xff"
    assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert reply.headers["content-length"] == str(len(reply.content))
    assert "server" not in reply.headers
    assert (head.status_code, head.content) == (201, b"")


def test_the_event_tells_of_the_browsers_request() -> None:
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append((event, context.function_name, context.get_remaining_time_in_millis()))
        return OK

    with serving_on_a_port(play(handler, timeout=5)) as client:
        client.get("/", headers={"host": "movies.example:81", "x-forwarded-for": "1.2.3.4"})

    event, name, left = events[0]
    assert (name, 4_000 < left <= 5_000) == ("movies", True)
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    headers = event["headers"]
    assert {key: headers[key] for key in headers if key.startswith(("x-forwarded", "host"))} == {
        "host": "movies.example:81",
        "x-forwarded-for": "1.2.3.4, 127.0.0.1",
        "x-forwarded-port": "81",
        "x-forwarded-proto": "http",
    }


def test_patterns_choose_the_function_and_give_parameters(played: Played) -> None:
    front, settings = played
    events: list[Any] = []

    def named(name: str, *patterns: str) -> Function:
        def handler(event: Any, context: Any) -> Any:
            events.append((name, event.get("pathParameters")))
            kind = "multiValueHeaders" if "multi_value" in settings else "headers"
            return {"statusCode": 200, kind: {}}

        return Function(handler, patterns, name)

    users = named("users", "/users", "/users/{id}")
    gateway = Gateway([users, named("files", "/files/{path+}")], front, **settings)
    root = "/prod" if "stage" in settings else ""

    paths = ["/users/", "/users/a%2Fb", "/files/x/%C3%A9/"]
    assert [asked(gateway, "GET", root + path).status_code for path in paths] == [200] * 3
    nowhere = asked(gateway, "GET", f"{root}/files")
    assert (nowhere.status_code, nowhere.text) == NOWHERE[front]

    none: Any = None
    expected = [("users", none), ("users", {"id": "a/b"}), ("files", {"path": "x/é"})]
    if front == "rest-api":
        expected = [("users", none), ("users", {"id": "a%2Fb"}), ("files", {"path": "x/%C3%A9"})]
    elif front == "load-balancer":
        expected = [("users", none), ("users", none), ("files", none)]
    assert events == expected


@pytest.mark.parametrize("front", ["rest-api", "http-api", "http-api-v1"])
def test_a_path_outside_the_stage_gets_the_fronts_own_answer(front: str) -> None:
    gateway = play(lambda event, context: OK, (front, {"stage": "prod"}))

    reply = asked(gateway, "GET", "/users")

    assert (reply.status_code, reply.text) == NOWHERE[front]


def test_a_function_url_leads_to_its_one_function_whatever_the_patterns() -> None:
    gateway = Gateway([Function(lambda event, context: OK, ["/users"])], "function-url")

    assert asked(gateway, "GET", "/elsewhere").text == "ok"


def test_clashing_patterns_of_two_functions_are_refused() -> None:
    functions = [Function(print, ["/users/{id}"], "a"), Function(print, ["/users/{name}"], "b")]

    with pytest.raises(ConfigurationError, match="match the same paths"):
        Gateway(functions)


def test_a_function_takes_one_event_at_a_time_and_two_functions_work_at_once() -> None:
    at_work = 0
    most = 0
    both = threading.Barrier(2)

    def counting(event: Any, context: Any) -> Any:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        both.wait(10)  # for the other function, which therefore runs at the same time
        at_work -= 1
        return OK

    def other(event: Any, context: Any) -> Any:
        both.wait(10)
        return OK

    gateway = Gateway([Function(counting, ["/a"], "a"), Function(other, ["/b"], "b")])

    async def test() -> list[int]:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            replies = await asyncio.gather(*(client.get(path) for path in ["/a", "/b"] * 3))
        return [reply.status_code for reply in replies]

    assert asyncio.run(test()) == [200] * 6
    assert most == 1


def test_a_function_may_call_another_through_the_gateway() -> None:
    address: list[httpx.URL] = []

    def movies(event: Any, context: Any) -> Any:
        return {"statusCode": 200, "body": f"cast: {httpx.get(address[0].join('/casts')).text}"}

    casts = Function(lambda event, context: {"statusCode": 200, "body": "Ann"}, ["/casts"], "casts")

    with serving_on_a_port(Gateway([Function(movies, ["/movies"], "movies"), casts])) as client:
        address.append(client.base_url)
        assert client.get("/movies").text == "cast: Ann"
