"""One HTTP request through an ASGI app: scope, receive, send, and errors of the app."""

import asyncio
import logging
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters import ConfigurationError, FailedStatus, Front, Request
from lambda_adapters.sources.api_gateway import http_api, rest_api

INTERNAL_SERVER_ERROR = {
    "statusCode": 500,
    "headers": {"content-type": "text/plain; charset=utf-8"},
    "body": "Internal Server Error",
    "isBase64Encoded": False,
}


def event(path: str = "/", method: str = "GET", **fields: Any) -> dict[str, Any]:
    return http_api.event_from_request(
        Request(method=method, path=path, raw_path=path, **fields), Front()
    )


def start(status: Any = 200, *headers: Any) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: Any = b"", more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


def serve(*messages: Any, method: str = "GET", **options: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return Adapter(app, lifespan="off", **options)(event(method=method))


def test_the_scope_is_complete() -> None:
    scopes = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send(start())
        await send(body())

    rest_event = rest_api.event_from_request(
        Request(
            method="POST",
            root_path="/prod",
            path="/caf\u00e9/x",
            raw_path="/caf%C3%A9/x",
            query="a=1&b=",
            headers=[("host", "example.com"), ("x-one", "1"), ("x-one", "\u00e9")],
            body=b"hi",
            client=("203.0.113.9", 0),
            server=("example.com", 443),
        ),
        Front(stage="prod"),
    )
    context = object()
    Adapter(app, lifespan="off")(rest_event, context)
    (scope,) = scopes
    headers = dict(scope.pop("headers"))
    trace = headers.pop(b"x-amzn-trace-id")
    assert trace.startswith(b"Root=1-")
    assert headers == {
        b"host": b"example.com",
        b"x-one": b"\xe9",
        b"x-forwarded-for": b"203.0.113.9",
        b"x-forwarded-port": b"443",
        b"x-forwarded-proto": b"https",
        b"content-length": b"2",
    }
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "server": ("example.com", 443),
        "client": ("203.0.113.9", 0),
        "scheme": "https",
        "method": "POST",
        "root_path": "/prod",
        "path": "/prod/caf\u00e9/x",
        "raw_path": b"/prod/caf%C3%A9/x",
        "query_string": b"a=1&b=",
        "state": {},
        "aws.event": rest_event,
        "aws.context": context,
        "aws.path_parameters": {},
        "aws.caller": None,
    }


def test_root_in_path_false_removes_the_root_path_from_the_paths() -> None:
    scopes = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append((scope["root_path"], scope["path"], scope["raw_path"]))
        await send(start())
        await send(body())

    request = Request(root_path="/prod", path="/x", raw_path="/x")
    Adapter(app, lifespan="off", root_in_path=False)(
        http_api.event_from_request(request, Front(stage="prod"))
    )
    assert scopes == [("/prod", "/x", b"/x")]


def test_receive_returns_the_body_once_and_then_waits_for_the_end_of_the_reply() -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        watcher = asyncio.create_task(receive())
        await asyncio.sleep(0)
        assert not watcher.done()
        await send(start())
        await send(body(b"ok"))
        messages.append(await watcher)
        messages.append(await receive())

    Adapter(app, lifespan="off")(event(method="POST", body=b"\xff"))
    assert messages == [
        {"type": "http.request", "body": b"\xff", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_two_waiting_receive_calls_both_get_the_disconnect() -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        watchers = [asyncio.create_task(receive()) for _ in range(2)]
        await asyncio.sleep(0)
        await send(start())
        await send(body())
        messages.extend(await asyncio.gather(*watchers))

    Adapter(app, lifespan="off")(event())
    assert messages == [{"type": "http.disconnect"}] * 2


def test_the_chunks_of_a_streaming_reply_are_joined() -> None:
    response = serve(
        start(200, (b"Content-Type", b" text/plain\t"), (b"X-A", b" 1"), (b"x-a", b"2\t")),
        body(b"one ", more=True), body(bytearray(b"two "), more=True), body(memoryview(b"three")),
    )  # fmt: skip
    assert response == {
        "statusCode": 200,
        "headers": {"content-type": "text/plain", "x-a": "1, 2"},
        "body": "one two three",
        "isBase64Encoded": False,
    }


def test_messages_after_the_end_of_the_reply_are_ignored() -> None:
    response = serve(start(), body(b"ok"), body(b"more"), start(500), {"type": "odd"})
    assert (response["statusCode"], response["body"]) == (200, "ok")


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([], "The app returned without a response: no 'http.response.start' came."),
        (
            [start()],
            "The app returned in the middle of its response: no 'http.response.body' came "
            "without more_body=True.",
        ),
        (
            [start(), body(b"half", more=True)],
            "The app returned in the middle of its response: no 'http.response.body' came "
            "without more_body=True.",
        ),
        (
            [body(b"early")],
            "Expected the ASGI message 'http.response.start', got 'http.response.body'.",
        ),
        ([start(), start()], "Expected the ASGI message 'http.response.body', got "
                             "'http.response.start'."),
        ([{"type": "websocket.accept"}], "Expected the ASGI message 'http.response.start', got "
                                         "'websocket.accept'."),
        (["text"], "Expected the ASGI message 'http.response.start', got None."),
        ([{}], "Expected the ASGI message 'http.response.start', got None."),
        ([start("200")], "Expected an int as status, got str."),
        ([start(True)], "Expected an int as status, got bool."),
        ([start(101)], "The app sent status 101; expected 200 to 999."),
        ([start(1000)], "The app sent status 1000; expected 200 to 999."),
        ([start(200, ("x", "y"))], "Expected headers as pairs of bytes, got something else."),
        ([start(200, b"x")], "Expected headers as pairs of bytes, got something else."),
        ([start(200, None)], "Expected headers as pairs of bytes, got something else."),
        (
            [start(200, (b"x", b"a\r\nset-cookie: b"))],
            "The app sent a header whose name is not a token, or whose value holds a control "
            "character such as CR or LF; no server would pass it on.",
        ),
        (
            [start(200, (b"a b", b"c"))],
            "The app sent a header whose name is not a token, or whose value holds a control "
            "character such as CR or LF; no server would pass it on.",
        ),
        ([start(), body("text")], "Expected bytes as body, got str."),
        (
            [start(200, (b"content-length", b"1")), body(b"ab")],
            "The app's body is longer than its Content-Length of 1 bytes.",
        ),
        (
            [start(200, (b"content-length", b"3")), body(b"ab")],
            "The app's body has 2 bytes; its Content-Length said 3.",
        ),
        (
            [start(200, (b"content-length", b"two")), body(b"ab")],
            "The app sent a Content-Length that is not a number of bytes.",
        ),
    ],
)  # fmt: skip
def test_a_protocol_error_gives_500_and_one_line_in_the_log(
    messages: list[Any], error: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert serve(*messages) == INTERNAL_SERVER_ERROR
    assert caplog.messages == [f"Request -: {error}"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_protocol_error_gives_500_even_if_the_app_catches_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in (body(b"early"), start("200")):
            try:
                await send(message)
            except Exception as error:
                assert "xpected" in str(error)

    assert Adapter(app, lifespan="off")(event()) == INTERNAL_SERVER_ERROR
    assert caplog.messages == [
        "Request -: Expected the ASGI message 'http.response.start', got 'http.response.body'."
    ]


@pytest.mark.parametrize("messages", [[], [start(), body(b"half", more=True)]])
def test_an_exception_gives_500_and_one_traceback_with_the_request_id(
    messages: list[Any], make_context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)
        raise ValueError("the reason")

    assert Adapter(app, lifespan="off")(event(), make_context(30)) == INTERNAL_SERVER_ERROR
    (record,) = caplog.records
    assert record.getMessage() == (
        "Request 5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11: The app raised an exception."
    )
    assert record.exc_info is not None
    assert repr(record.exc_info[1]) == "ValueError('the reason')"


def test_an_app_that_raises_cancelled_error_gives_500(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    assert Adapter(app, lifespan="off")(event()) == INTERNAL_SERVER_ERROR
    assert "The app was cancelled before it had sent its reply." in caplog.messages[0]


def test_an_exception_after_the_reply_is_logged_and_the_reply_is_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start())
        await send(body(b"ok"))
        raise ValueError("in a background task")

    assert Adapter(app, lifespan="off")(event())["body"] == "ok"
    assert caplog.messages == ["The app raised an exception after its reply."]
    assert "ValueError: in a background task" in caplog.text


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_system_exit_and_keyboard_interrupt_propagate(kind: type[BaseException]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise kind

    with pytest.raises(kind):
        Adapter(app, lifespan="off")(event())
    with pytest.raises(kind):
        asyncio.run(Adapter(app, lifespan="off").handle(event()))


def test_raise_on_statuses_fails_the_invocation() -> None:
    with pytest.raises(FailedStatus, match="The app answered GET / with 503") as error:
        serve(start(503), body(b"x", more=True), body(b"y"), raise_on_statuses=(500, 503))
    assert error.value.status == 503
    with pytest.raises(FailedStatus) as raised:
        serve(raise_on_statuses=(500,))
    assert "without a response" in str(raised.value.__cause__)


def test_raise_on_statuses_applies_to_the_adapters_own_errors() -> None:
    large = (start(200), body(b"x" * 7_000_000))
    assert serve(*large)["statusCode"] == 500
    with pytest.raises(FailedStatus, match="The reply is too large for http_api"):
        serve(*large, raise_on_statuses=(500,))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("called")

    handler = Adapter(app, lifespan="off", raise_on_statuses=(400,))
    with pytest.raises(FailedStatus, match="that is not base64"):
        handler({**event(), "body": "!", "isBase64Encoded": True})


def test_bodies_of_custom_text_types_are_sent_as_text() -> None:
    messages = (start(200, (b"content-type", b"application/x-custom")), body(b"text"))
    assert serve(*messages)["body"] == "dGV4dA=="
    assert serve(*messages, text_types=("Application/X-Custom",))["body"] == "text"


def test_cancelling_the_caller_cancels_the_app() -> None:
    cancelled = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def main() -> None:
        task = asyncio.create_task(Adapter(app, lifespan="off").handle(event()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert cancelled == [True]


def test_events_that_are_not_http_are_posted_to_the_events_path() -> None:
    requests = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        requests.append((scope["method"], scope["path"], (await receive())["body"]))
        await send(start(200))
        await send(body(b'{"done": true}'))

    handler = Adapter(app, lifespan="off", events_path="/events")
    assert handler({"key": "value"}) == {"done": True}
    assert asyncio.run(handler.handle(["a", 1])) == {"done": True}
    assert requests == [("POST", "/events", b'{"key": "value"}'), ("POST", "/events", b'["a", 1]')]


@pytest.mark.parametrize("path", ["/events", "/events/", "//events", "/Events"])
def test_an_http_request_for_the_events_path_gets_404(path: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("called")

    handler = Adapter(app, lifespan="off", events_path="/events")
    assert handler(event(path))["statusCode"] == 404
    assert asyncio.run(handler.handle(event(path)))["body"] == "Not Found"


def test_an_adapter_works_with_functools_wraps() -> None:
    import functools

    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    handler = Adapter(app, lifespan="off")

    @functools.wraps(handler)
    def wrapped(event: Any, context: Any) -> Any:
        return handler(event, context)

    assert (wrapped.__name__, wrapped.__qualname__) == ("handler", "handler")
    assert wrapped.__module__ == __name__
    assert wrapped.__doc__ == Adapter.__doc__
    assert repr(handler).startswith("<asgi_lambda.adapter.Adapter of <function")


def test_the_error_for_a_wsgi_app_names_wsgi_lambda() -> None:
    def app(environ: Any, start_response: Any) -> Any: ...

    with pytest.raises(ConfigurationError, match="from wsgi_lambda import Adapter") as error:
        Adapter(app)  # type: ignore[arg-type]
    assert str(error.value).startswith("Expected an ASGI 3 app: app(scope, receive, send), got")

    class WithoutSignature:
        """An app without a signature, like some callables written in C."""

        @property
        def __signature__(self) -> Any:
            raise ValueError

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    assert Adapter(WithoutSignature(), lifespan="off")(event("/"))["statusCode"] == 500
    with pytest.raises(ConfigurationError):
        Adapter("module:app")  # type: ignore[arg-type]


def test_a_successful_request_logs_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        serve(start(), body(b"ok"))
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
