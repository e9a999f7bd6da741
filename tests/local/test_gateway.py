"""Gateway: a front on a port, with uvicorn, and the function for each path."""

import asyncio
import threading
from typing import Any

import httpx
import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.local.function import Function
from lambda_adapters.local.gateway import Gateway
from tests.local.gateways import OK, create_gateway, run_server, send_request
from tests.local.local_fronts import NO_ROUTE, AppRequest, FrontCase, MakeHandler, ViewReply


def test_every_front_works_on_a_port(front_case: FrontCase, make_handler: MakeHandler) -> None:
    def view(request: AppRequest) -> ViewReply:
        headers = [("content-type", "image/png"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        line = f"{request.method} {request.root_path} {request.path} {request.query} ".encode()
        return 201, headers, line + request.headers["host"].encode() + request.body

    with run_server(create_gateway(make_handler(view), front_case)) as client:
        reply = client.post("/a%20b/%C3%A9?x=%41&y=1", content=b"\x00\xff")
        head = client.head("/a")

    root = front_case.root_path
    query = "x=A&y=1" if front_case.name in ("rest-api", "http-api-v1") else "x=%41&y=1"
    host = reply.url.netloc
    assert reply.status_code == 201
    assert reply.content == f"POST {root} /a b/é {query} ".encode() + host + b"\x00\xff"
    assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert reply.headers["content-length"] == str(len(reply.content))
    assert "server" not in reply.headers
    assert (head.status_code, head.content) == (201, b"")


def test_the_event_has_the_host_scheme_port_and_client() -> None:
    events: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        events.append((event, context.function_name, context.get_remaining_time_in_millis()))
        return OK

    with run_server(create_gateway(handler, timeout=5)) as client:
        client.get("/", headers={"host": "movies.example:81", "x-forwarded-for": "1.2.3.4"})

    event, name, remaining = events[0]
    assert (name, 4_000 < remaining <= 5_000) == ("movies", True)
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    headers = event["headers"]
    assert {key: headers[key] for key in headers if key.startswith(("x-forwarded", "host"))} == {
        "host": "movies.example:81",
        "x-forwarded-for": "1.2.3.4, 127.0.0.1",
        "x-forwarded-port": "81",
        "x-forwarded-proto": "http",
    }


def test_patterns_select_the_function_and_set_the_path_parameters(front_case: FrontCase) -> None:
    front, settings = front_case
    events: list[Any] = []

    def create_function(name: str, *patterns: str) -> Function:
        def handler(event: Any, context: Any) -> Any:
            events.append((name, event.get("pathParameters")))
            kind = "multiValueHeaders" if "multi_value" in settings else "headers"
            return {"statusCode": 200, kind: {}}

        return Function(handler, patterns, name)

    users = create_function("users", "/users", "/users/{id}")
    gateway = Gateway([users, create_function("files", "/files/{path+}")], front, **settings)
    root = front_case.root_path

    paths = ["/users/", "/users/a%2Fb", "/files/x/%C3%A9/"]
    assert [send_request(gateway, "GET", root + path).status_code for path in paths] == [200] * 3
    no_route_reply = send_request(gateway, "GET", f"{root}/files")
    assert (no_route_reply.status_code, no_route_reply.text) == NO_ROUTE[front]

    none: Any = None
    expected = [("users", none), ("users", {"id": "a/b"}), ("files", {"path": "x/é"})]
    if front == "rest-api":
        expected = [("users", none), ("users", {"id": "a%2Fb"}), ("files", {"path": "x/%C3%A9"})]
    elif front == "load-balancer":
        expected = [("users", none), ("users", none), ("files", none)]
    assert events == expected


@pytest.mark.parametrize("front", ["rest-api", "http-api", "http-api-v1"])
def test_a_path_outside_the_stage_gets_a_reply_of_the_front(front: str) -> None:
    gateway = create_gateway(lambda event, context: OK, FrontCase(front, {"stage": "prod"}))

    reply = send_request(gateway, "GET", "/users")

    assert (reply.status_code, reply.text) == NO_ROUTE[front]


def test_a_function_url_ignores_the_patterns_of_its_function() -> None:
    gateway = Gateway([Function(lambda event, context: OK, ["/users"])], "function-url")

    assert send_request(gateway, "GET", "/elsewhere").text == "ok"


def test_two_functions_with_patterns_for_the_same_paths_are_refused() -> None:
    functions = [Function(print, ["/users/{id}"], "a"), Function(print, ["/users/{name}"], "b")]

    with pytest.raises(ConfigurationError, match="match the same paths"):
        Gateway(functions)


def test_a_function_handles_one_event_at_a_time_and_two_functions_run_in_parallel() -> None:
    running = 0
    maximum = 0
    barrier = threading.Barrier(2)

    def counting(event: Any, context: Any) -> Any:
        nonlocal running, maximum
        running += 1
        maximum = max(maximum, running)
        barrier.wait(10)  # until the other function runs at the same time
        running -= 1
        return OK

    def other(event: Any, context: Any) -> Any:
        barrier.wait(10)
        return OK

    gateway = Gateway([Function(counting, ["/a"], "a"), Function(other, ["/b"], "b")])

    async def test() -> list[int]:
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            replies = await asyncio.gather(*(client.get(path) for path in ["/a", "/b"] * 3))
        return [reply.status_code for reply in replies]

    assert asyncio.run(test()) == [200] * 6
    assert maximum == 1


def test_a_function_can_call_another_through_the_gateway() -> None:
    address: list[httpx.URL] = []

    def movies(event: Any, context: Any) -> Any:
        return {"statusCode": 200, "body": f"cast: {httpx.get(address[0].join('/casts')).text}"}

    casts = Function(lambda event, context: {"statusCode": 200, "body": "Ann"}, ["/casts"], "casts")

    with run_server(Gateway([Function(movies, ["/movies"], "movies"), casts])) as client:
        address.append(client.base_url)
        assert client.get("/movies").text == "cast: Ann"
