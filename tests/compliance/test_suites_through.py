"""What the suites' harness puts between a test client and its app: a request, and no more."""

import asyncio
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from compliance.frameworks.asgi_transport import AsgiTransport
from compliance.frameworks.lambda_transport import LambdaTransport, fronts
from compliance.frameworks.wsgi_transport import WsgiTransport

SCOPE = {
    "type": "http",
    "method": "POST",
    "scheme": "http",
    "path": "/a b",
    "raw_path": b"/a%20b",
    "root_path": "",
    "query_string": b"x=1",
    "headers": [(b"host", b"testserver"), (b"x-one", b"1"), (b"content-type", b"text/plain")],
    "client": ("testclient", 50000),
    "server": ("testserver", 80),
    "extensions": {"http.response.debug": {}, "http.response.trailers": {}},
    "state": {"made": "by the lifespan"},
}


def environ(**more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b",
        "QUERY_STRING": "x=1",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "10.0.0.1",
        "HTTP_X_ONE": "1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(b"hello and more"),
        "a_test.hook": "kept",
        **more,
    }


def conversation(app: Any, scope: dict[str, Any]) -> tuple[list[Any], BaseException | None]:
    """What the app sent for a scope and the body `hello`, and what it raised."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"hello"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def talk() -> None:
        await app(scope, receive, send)

    try:
        asyncio.run(talk())
    except Exception as error:
        return sent, error
    return sent, None


def answered(app: Any, given: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    heads: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        heads.append((status, dict(headers)))

    body = b"".join(app(given, start_response))
    return (*heads[0], body)


@pytest.mark.parametrize("front", fronts())
def test_an_asgi_app_has_the_request_and_what_the_client_gives_beside_it(front: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        names = ("method", "path", "query_string", "state", "extensions")
        seen.append([scope[name] for name in names] + [dict(scope["headers"])[b"x-one"], body])
        await send({"type": "http.response.debug", "info": {"template": "t"}})
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x-two", b"2")]})
        await send({"type": "http.response.body", "body": b"bye"})

    transport = LambdaTransport(front)
    sent, error = conversation(AsgiTransport(app, transport), SCOPE)
    state: object = SCOPE["state"]
    extensions: object = {"http.response.debug": {}}
    assert seen == [["POST", "/a b", b"x=1", state, extensions, b"1", b"hello"]]
    assert error is None
    assert sent[0] == {"type": "http.response.debug", "info": {"template": "t"}}
    assert sent[1]["status"] == 201
    assert dict(sent[1]["headers"])[b"x-two"] == b"2"
    assert sent[2:] == [{"type": "http.response.body", "body": b"bye"}]
    assert transport.carried == 1


def test_what_is_no_http_reaches_an_asgi_app_directly() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    transport = LambdaTransport("http-api")
    scope = {"type": "websocket", "path": "/"}
    assert conversation(AsgiTransport(app, transport), scope) == ([], None)
    assert seen[0] is scope
    assert transport.carried == 0


def test_an_asgi_apps_exception_is_raised_behind_its_reply() -> None:
    broken = LookupError("the app's own")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"sorry"})
        raise broken

    sent, error = conversation(AsgiTransport(app, LambdaTransport("http-api")), SCOPE)
    assert error is broken
    assert [sent[0]["status"], sent[1]["body"]] == [500, b"sorry"]


@pytest.mark.parametrize("front", fronts())
def test_a_wsgi_app_has_the_request_and_the_tests_own_keys(front: str) -> None:
    seen: list[Any] = []

    def app(inner: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_ONE", "a_test.hook")
        seen.append([*(inner[name] for name in names), inner["wsgi.input"].read()])
        start_response("201 Created", [("X-Two", "2")])
        return [b"bye"]

    transport = LambdaTransport(front)
    status, headers, body = answered(WsgiTransport(app, transport), environ())
    assert seen == [["POST", "/a b", "x=1", "1", "kept", b"hello"]]
    assert (status, headers["x-two"], body) == ("201 Created", "2", b"bye")
    assert transport.carried == 1


def test_a_body_can_be_sent_again_after_a_redirect() -> None:
    def app(inner: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [inner["wsgi.input"].read()]

    given = environ()
    through = WsgiTransport(app, LambdaTransport("http-api"))
    assert answered(through, given)[2] == answered(through, given)[2] == b"hello"


def test_a_wsgi_apps_exception_is_raised() -> None:
    broken = LookupError("the app's own")

    def app(inner: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise broken

    with pytest.raises(LookupError) as caught:
        answered(WsgiTransport(app, LambdaTransport("http-api")), environ())
    assert caught.value is broken


def test_an_environ_that_is_no_request_reaches_the_app_directly() -> None:
    def app(inner: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"direct"]

    transport = LambdaTransport("http-api")
    assert answered(WsgiTransport(app, transport), {}) == ("200 OK", {}, b"direct")
    assert transport.carried == 0
