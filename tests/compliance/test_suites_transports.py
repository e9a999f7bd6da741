"""The transports of `make suites`: they send requests of a test client through a front."""

import asyncio
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from compliance.frameworks.asgi_transport import AsgiTransport
from compliance.frameworks.lambda_transport import LambdaTransport, front_names
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
    "state": {"key": "from the lifespan"},
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


def run_asgi(app: Any, scope: dict[str, Any]) -> tuple[list[Any], BaseException | None]:
    """The messages that the app sends for a scope and the body `hello`, and its exception."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"hello"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    try:
        asyncio.run(run())
    except Exception as error:
        return sent, error
    return sent, None


def run_wsgi(app: Any, request_environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    responses: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        responses.append((status, dict(headers)))

    body = b"".join(app(request_environ, start_response))
    return (*responses[0], body)


@pytest.mark.parametrize("front", front_names())
def test_an_asgi_app_gets_the_request_and_the_state_and_extensions_of_the_client(
    front: str,
) -> None:
    inputs: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        names = ("method", "path", "query_string", "state", "extensions")
        inputs.append([scope[name] for name in names] + [dict(scope["headers"])[b"x-one"], body])
        await send({"type": "http.response.debug", "info": {"template": "t"}})
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x-two", b"2")]})
        await send({"type": "http.response.body", "body": b"bye"})

    transport = LambdaTransport(front)
    sent, error = run_asgi(AsgiTransport(app, transport), SCOPE)
    state: object = SCOPE["state"]
    extensions: object = {"http.response.debug": {}}
    assert inputs == [["POST", "/a b", b"x=1", state, extensions, b"1", b"hello"]]
    assert error is None
    assert sent[0] == {"type": "http.response.debug", "info": {"template": "t"}}
    assert sent[1]["status"] == 201
    assert dict(sent[1]["headers"])[b"x-two"] == b"2"
    assert sent[2:] == [{"type": "http.response.body", "body": b"bye"}]
    assert transport.requests == 1


def test_a_websocket_scope_reaches_an_asgi_app_directly() -> None:
    inputs: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        inputs.append(scope)

    transport = LambdaTransport("http-api")
    scope = {"type": "websocket", "path": "/"}
    assert run_asgi(AsgiTransport(app, transport), scope) == ([], None)
    assert inputs[0] is scope
    assert transport.requests == 0


def test_an_exception_of_an_asgi_app_is_raised_after_its_reply() -> None:
    error_of_app = LookupError("the app's own")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"sorry"})
        raise error_of_app

    sent, error = run_asgi(AsgiTransport(app, LambdaTransport("http-api")), SCOPE)
    assert error is error_of_app
    assert [sent[0]["status"], sent[1]["body"]] == [500, b"sorry"]


@pytest.mark.parametrize("front", front_names())
def test_a_wsgi_app_gets_the_request_and_other_keys_of_the_environ(front: str) -> None:
    inputs: list[Any] = []

    def app(app_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_ONE", "a_test.hook")
        inputs.append([*(app_environ[name] for name in names), app_environ["wsgi.input"].read()])
        start_response("201 Created", [("X-Two", "2")])
        return [b"bye"]

    transport = LambdaTransport(front)
    status, headers, body = run_wsgi(WsgiTransport(app, transport), environ())
    assert inputs == [["POST", "/a b", "x=1", "1", "kept", b"hello"]]
    assert (status, headers["x-two"], body) == ("201 Created", "2", b"bye")
    assert transport.requests == 1


def test_the_body_of_an_environ_can_be_sent_twice_as_for_a_redirect() -> None:
    def app(app_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [app_environ["wsgi.input"].read()]

    request_environ = environ()
    transport_app = WsgiTransport(app, LambdaTransport("http-api"))
    assert (
        run_wsgi(transport_app, request_environ)[2]
        == run_wsgi(transport_app, request_environ)[2]
        == b"hello"
    )


def test_an_exception_of_a_wsgi_app_is_raised() -> None:
    error_of_app = LookupError("the app's own")

    def app(app_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise error_of_app

    with pytest.raises(LookupError) as caught:
        run_wsgi(WsgiTransport(app, LambdaTransport("http-api")), environ())
    assert caught.value is error_of_app


def test_an_environ_that_is_not_a_request_reaches_the_app_directly() -> None:
    def app(app_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"direct"]

    transport = LambdaTransport("http-api")
    assert run_wsgi(WsgiTransport(app, transport), {}) == ("200 OK", {}, b"direct")
    assert transport.requests == 0
