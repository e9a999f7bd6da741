"""The webhooks middlewares: how they read bodies, and pass on requests and replies."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.validate import validator

import pytest
from flask import Flask

from asgi_lambda import Adapter as AsgiAdapter
from lambda_adapters import AppError, ConfigurationError, Request, Router
from lambda_adapters.local import Client
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import source_by_name
from lambda_adapters.webhooks import (
    AsgiWebhooks,
    Delivery,
    GitHub,
    Webhooks,
    WsgiWebhooks,
    delivery_of,
    once,
)
from lambda_adapters.webhooks.async_lease import AsyncLease
from lambda_adapters.webhooks.idempotency import Lease
from lambda_adapters.webhooks.stores import MemoryStore
from tests.webhooks.webhook_senders import sign_github
from wsgi_lambda import Adapter

SENDERS = {"/github": GitHub("s")}


def github_headers(body: bytes) -> dict[str, str]:
    return sign_github(body, "s", "", 0)


def environ_with(body: bytes, **more: Any) -> dict[str, Any]:
    """An environ like that of gunicorn, with changes. None removes a key."""
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/github",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "hooks.example.com",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in github_headers(body).items()}
    environ |= more
    return {key: value for key, value in environ.items() if value is not None}


def call_wsgi(app: Any, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of a WSGI app's reply, checked by wsgiref.validate."""
    head: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        head[:] = [status, dict(headers)]
        return lambda data: None

    chunks = validator(app)(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        chunks.close()  # type: ignore[attr-defined]
    return head[0], head[1], body


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))]


class SlowInput(io.BytesIO):
    """Like the file of a socket: it returns at most 3 bytes for each read."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(3, size) if size and size > 0 else size)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "200"),
        ({"wsgi.input": SlowInput(b"{body}")}, "200"),
        ({"CONTENT_LENGTH": None, "wsgi.input_terminated": True}, "200"),
        (
            {
                "CONTENT_LENGTH": None,
                "wsgi.input_terminated": True,
                "HTTP_TRANSFER_ENCODING": "chunked",
            },
            "200",
        ),
        ({"CONTENT_LENGTH": None}, "401"),  # without a length there is no body
        ({"CONTENT_LENGTH": "3"}, "401"),
        ({"wsgi.input": io.BytesIO(b"{bo")}, "401"),  # the client disconnected during the body
        ({"CONTENT_LENGTH": "1001"}, "413"),
        ({"CONTENT_LENGTH": "9" * 4000}, "413"),
        (
            {
                "CONTENT_LENGTH": None,
                "wsgi.input_terminated": True,
                "wsgi.input": io.BytesIO(b"x" * 1001),
            },
            "413",
        ),
    ],
)
def test_a_wsgi_app_can_read_the_body_after_the_middleware(
    more: dict[str, Any], status: str
) -> None:
    environ = environ_with(b"{body}", **more)
    result, _, body = call_wsgi(WsgiWebhooks(echo, SENDERS, limit=1000), environ)
    assert result[:3] == status
    if status == "200":
        assert body == b"{body}"
        assert "HTTP_TRANSFER_ENCODING" not in environ
        assert delivery_of(environ).body == b"{body}"


def test_a_body_over_the_limit_is_not_read() -> None:
    stream = io.BytesIO(b"x" * 5000)
    environ = environ_with(b"", CONTENT_LENGTH="5000", **{"wsgi.input": stream})
    status, _, _ = call_wsgi(WsgiWebhooks(echo, SENDERS, limit=1000), environ)
    assert (status[:3], stream.tell()) == ("413", 0)


def test_requests_to_other_paths_reach_a_wsgi_app_unchanged() -> None:
    stream = io.BytesIO(b"whatever")
    environ = environ_with(b"whatever", PATH_INFO="/other", **{"wsgi.input": stream})
    before = dict(environ)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        assert stream.tell() == 0
        assert "webhooks.delivery" not in environ
        return echo(environ, start_response)

    middleware = WsgiWebhooks(app, SENDERS)
    assert middleware(environ, lambda *_: print) == [b"whatever"]
    assert environ == {**before, "webhooks.inside": middleware}


class FakeServer:
    """Replaces an ASGI server: passes these messages to the app and records those of the app."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        return self.messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def run(self, app: Any, **scope: Any) -> list[Any]:
        body = b"".join(m.get("body", b"") for m in self.messages)
        headers = [(k.lower().encode(), v.encode()) for k, v in github_headers(body).items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers, **scope}
        asyncio.run(app(scope, self.receive, self.send))
        return self.sent


def body_message(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


DISCONNECT = {"type": "http.disconnect"}


async def asgi_echo(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    assert delivery_of(scope).body == message["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})
    assert await receive() == DISCONNECT


def test_an_asgi_app_gets_the_chunks_of_a_body_joined_and_then_the_messages_of_the_server() -> None:
    server = FakeServer(
        body_message(b"{bo", True), body_message(b"", True), body_message(b"dy}"), DISCONNECT
    )
    messages = server.run(AsgiWebhooks(asgi_echo, SENDERS), root_path="/v1", path="/v1/github")
    assert messages[1] == {"type": "http.response.body", "body": b"{body}"}


def test_an_asgi_client_that_disconnects_during_its_body_gets_no_reply() -> None:
    server = FakeServer(body_message(b"{bo", True), DISCONNECT)
    assert server.run(AsgiWebhooks(asgi_echo, SENDERS)) == []


def test_an_asgi_body_over_the_limit_is_not_read_to_the_end() -> None:
    server = FakeServer(
        body_message(b"x" * 600, True), body_message(b"x" * 600, True), body_message(b"x")
    )
    messages = server.run(AsgiWebhooks(asgi_echo, SENDERS, limit=1000))
    assert (messages[0]["status"], len(server.messages)) == (413, 1)


def test_requests_to_other_paths_reach_an_asgi_app_unchanged() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert "webhooks.delivery" not in scope
        await send(await receive())

    scope = {"type": "http", "method": "POST", "path": "/other", "headers": []}
    server = FakeServer(body_message(b"whatever"))
    middleware = AsgiWebhooks(app, SENDERS)
    asyncio.run(middleware(scope, server.receive, server.send))
    assert server.sent == [body_message(b"whatever")]


def test_an_outer_middleware_sees_what_an_asgi_app_writes_into_its_scope() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["endpoint"] = "github"
        await asgi_echo(scope, receive, send)

    async def outer_middleware(scope: Any, receive: Any, send: Any) -> None:
        await AsgiWebhooks(app, SENDERS)(scope, receive, send)
        assert scope["endpoint"] == "github"

    assert FakeServer(body_message(b"{}"), DISCONNECT).run(outer_middleware)[0]["status"] == 200


def test_a_middleware_that_wraps_itself_raises_an_error_instead_of_recursing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("loop")
    app.wsgi_app = WsgiWebhooks(app, SENDERS)  # type: ignore[method-assign]
    with Client(Adapter(app), "http-api") as client:
        assert client.get("/").status_code == 500
        assert (
            client.post("/github", content=b"{}", headers=github_headers(b"{}")).status_code == 500
        )
    assert caplog.text.count("with Flask: app.wsgi_app = WsgiWebhooks(app.wsgi_app, ...)") == 2


@pytest.mark.parametrize("kind", [WsgiWebhooks, AsgiWebhooks, Webhooks])
def test_a_handler_cannot_be_wrapped(
    kind: Callable[..., object],
) -> None:
    for handler, name in ((Adapter(echo), "an Adapter"), (Router(), "a Router")):
        with pytest.raises(ConfigurationError, match=f"got {name}. Next: wrap the app"):
            kind(handler, SENDERS)


def test_wsgi_webhooks_refuses_an_event() -> None:
    calls: list[Any] = []

    def function(event: Any, context: Any) -> list[bytes]:
        calls.append(event)
        return []

    event = source_by_name("http_api").event_from_request(Request("POST", path="/github"), Front())
    with pytest.raises(AppError, match="Expected a WSGI environ, got something else"):
        WsgiWebhooks(function, SENDERS)(event, lambda *_: print)
    assert calls == []


@pytest.mark.parametrize(
    ("kind", "app", "message"),
    [
        (
            WsgiWebhooks,
            asgi_echo,
            "a WSGI app, got function. Next: from lambda_adapters.webhooks import AsgiWebhooks",
        ),
        (
            AsgiWebhooks,
            echo,
            "an ASGI app, got function. Next: from lambda_adapters.webhooks import WsgiWebhooks",
        ),
        (
            WsgiWebhooks,
            "app",
            r"a WSGI app, got str. Next: pass the app itself, WsgiWebhooks\(app,",
        ),
        (AsgiWebhooks, object(), "an ASGI app, got object"),
    ],
)
def test_an_app_of_the_other_kind_is_refused(
    kind: Callable[..., object], app: object, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        kind(app, SENDERS)


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_lifespan_and_websocket_scopes_are_passed_on(kind: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": scope["type"]})

    assert FakeServer().run(AsgiWebhooks(app, SENDERS), type=kind) == [{"type": kind}]


def test_with_once_an_asgi_reply_is_stored_before_it_is_sent_and_work_after_it_continues() -> None:
    store = MemoryStore()
    sent_counts: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["extensions"] == {}
        headers = [(b"X-Seen", b"1")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        assert server.sent == []
        await send({"type": "http.response.body", "body": b"b"})
        sent_counts.append(len(server.sent))
        (entry,) = store._entries.values()
        assert entry.answer is not None
        await send({"type": "http.response.body", "body": b"after the end"})
        raise RuntimeError("in a background task")

    middleware = AsgiWebhooks(app, SENDERS, once=once(store))
    server = FakeServer(body_message(b"{}"))
    with pytest.raises(RuntimeError, match="in a background task"):
        server.run(middleware, extensions={"http.response.pathsend": {}})
    first = server.sent
    counts_at_reply = [*sent_counts]
    second = FakeServer(body_message(b"{}")).run(middleware)
    assert counts_at_reply == [2]
    assert first == second
    assert first == [
        {
            "type": "http.response.start",
            "status": 202,
            "headers": [(b"x-seen", b"1"), (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": b"ab"},
    ]


@pytest.mark.parametrize("messages", [[], [{"type": "http.response.body"}], [{"type": "what"}]])
def test_an_asgi_app_without_a_reply_releases_the_lease(messages: list[Any]) -> None:
    store = MemoryStore()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    middleware = AsgiWebhooks(app, SENDERS, once=once(store))
    server = FakeServer(body_message(b"{}"))
    if messages:
        with pytest.raises(AppError, match="Expected the ASGI message 'http.response.start'"):
            server.run(middleware)
    else:
        assert server.run(middleware) == []
    assert store._entries == {}


def test_an_asgi_app_that_is_cancelled_releases_the_lease() -> None:
    store = MemoryStore()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3600)

    async def cancel_request() -> None:
        middleware = AsgiWebhooks(app, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in github_headers(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        server = FakeServer(body_message(b"{}"))
        task = asyncio.create_task(middleware(scope, server.receive, server.send))
        while not store._entries:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_request())
    assert store._entries == {}


def test_with_once_a_wsgi_reply_is_collected_and_stored() -> None:
    closed = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            yield b""
            yield b"tail"

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        write = start_response("201 Made", [("Content-Type", "text/plain"), ("X-A", "1")])
        write(b"head ")
        return Chunks()

    middleware = WsgiWebhooks(app, SENDERS, once=once(MemoryStore()))
    replies = [call_wsgi(middleware, environ_with(b"{}")) for _ in range(2)]
    headers = {"content-type": "text/plain", "x-a": "1", "content-length": "9"}
    assert replies == [("201 Made", headers, b"head tail")] * 2
    assert closed == [True]


def test_with_once_a_wsgi_app_that_breaks_the_rules_releases_the_lease() -> None:
    store = MemoryStore()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [b"without start_response"]

    with pytest.raises(AppError, match="a body before it called start_response"):
        WsgiWebhooks(app, SENDERS, once=once(store))(environ_with(b"{}"), lambda *_: print)
    assert store._entries == {}


def test_the_reply_to_a_head_request_has_no_body() -> None:
    environ = environ_with(b"", REQUEST_METHOD="HEAD")
    status, headers, body = call_wsgi(WsgiWebhooks(echo, SENDERS), environ)
    assert (status[:3], body) == ("405", b"")
    assert "content-length" not in headers


def test_a_lease_that_is_acquired_after_a_cancellation_is_released() -> None:
    acquiring, proceed = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def acquire(self, key: str, lease: float) -> Any:
            acquiring.set()
            assert proceed.wait(30)
            return super().acquire(key, lease)

    store = Slow()

    async def cancel_request() -> None:
        middleware = AsgiWebhooks(asgi_echo, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in github_headers(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        server = FakeServer(body_message(b"{}"))
        task = asyncio.create_task(middleware(scope, server.receive, server.send))
        assert await asyncio.to_thread(acquiring.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        proceed.set()

    asyncio.run(cancel_request())  # waits for the threads of its executor
    assert store._entries == {}


@pytest.mark.parametrize("sends_reply", [True, False])
def test_a_lease_is_ended_even_if_all_threads_are_busy_when_the_request_is_cancelled(
    sends_reply: bool,
) -> None:
    store = MemoryStore()
    release = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, release.wait, 30)  # the only thread
        if not sends_reply:
            raise RuntimeError("an exception of the app")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def cancel_request() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        middleware = AsgiWebhooks(app, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in github_headers(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        server = FakeServer(body_message(b"{}"))
        task = asyncio.create_task(middleware(scope, server.receive, server.send))
        while not store._entries:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()

    asyncio.run(cancel_request())
    finished = [entry.answer is not None for entry in store._entries.values()]
    assert finished == ([True] if sends_reply else [])


def test_an_abandoned_lease_is_released_before_or_after_it_is_acquired() -> None:
    store = MemoryStore()
    delivery = Delivery("github", "1", b"")
    for steps in (("_abandon", "_acquire"), ("_acquire", "_abandon")):
        async_lease = AsyncLease(once(store), delivery)
        for step in steps:
            getattr(async_lease, step)()
        assert store._entries == {}
    lease = once(store).acquire(delivery)
    busy = AsyncLease(once(store), delivery)
    busy._acquire()
    busy._abandon()
    assert isinstance(lease, Lease)
    assert len(store._entries) == 1


def test_a_reply_without_a_body_has_no_content_length() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    middleware = WsgiWebhooks(app, SENDERS, once=once(MemoryStore()))
    assert call_wsgi(middleware, environ_with(b"{}")) == ("204 No Content", {}, b"")
    messages = FakeServer(body_message(b"{}")).run(
        AsgiWebhooks(asgi_app, SENDERS, once=once(MemoryStore()))
    )
    assert messages[0]["headers"] == []


def test_a_function_gets_other_events_unchanged() -> None:
    events = []

    def function(event: Any, context: Any) -> str:
        events.append(event)
        return "done"

    middleware = Webhooks(function, SENDERS)
    other = source_by_name("http_api").event_from_request(Request("POST", path="/other"), Front())
    other_events: list[Any] = [{"Records": []}, None, {"mine": 1}, other]
    for event in other_events:
        assert middleware(event) == "done"
        assert events[-1] is event
    assert middleware.__name__ == "function"  # type: ignore[attr-defined]


def test_a_function_gets_a_copy_of_the_event_with_the_delivery() -> None:
    def function(event: Any, context: Any) -> dict[str, Any]:
        assert {**event, "webhooks.delivery": None} == {**function_event, "webhooks.delivery": None}
        return {"statusCode": 200, "body": delivery_of(event).key}

    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in github_headers(b"{}").items()]
    function_event = source_by_name("function_url").event_from_request(request, Front())
    assert (
        Webhooks(function, SENDERS)(function_event)["body"]
        == "github:/github:7c6f-1:ae9fd08e5b88dbd53ec452502c0d73ce"
    )
    assert "webhooks.delivery" not in function_event


def test_a_function_with_a_body_that_is_not_valid_base64_gives_400() -> None:
    event: dict[str, Any] = source_by_name("http_api").event_from_request(
        Request("POST", path="/github"), Front()
    )
    event |= {"isBase64Encoded": True, "body": "%%%"}
    response = Webhooks(lambda event, context: None, SENDERS)(event)
    assert (response["statusCode"], response["body"]) == (400, "Bad Request")


def test_webhooks_refuses_what_is_not_a_function() -> None:
    with pytest.raises(ValueError, match=r"Expected a function of \(event, context\), got str"):
        Webhooks("app", SENDERS)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["http_api", "openwhisk"])
def test_a_response_that_the_platform_would_refuse_is_not_stored(name: str) -> None:
    store = MemoryStore()

    def function(event: Any, context: Any) -> object:
        return {"statusCode": "odd", "headers": 3}

    source = source_by_name(name)
    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in github_headers(b"{}").items()]
    Webhooks(function, SENDERS, once=once(store))(source.event_from_request(request, Front()))
    assert store._entries == {}


def test_webhooks_uses_a_custom_source() -> None:
    class CustomSource:
        name = "custom"

        def __getattr__(self, name: str) -> Any:
            return getattr(source_by_name("http_api"), name)

        def matches(self, event: Any) -> bool:
            return isinstance(event, dict) and "custom" in event

        def request_from_event(self, event: Any) -> Request:
            return Request("POST", path="/github", raw_path="/github")

    middleware = Webhooks(lambda event, context: None, SENDERS, sources=[CustomSource()])
    assert middleware({"custom": 1})["statusCode"] == 401


def test_all_three_middlewares_work_in_a_router_with_a_stage() -> None:
    async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
        await asgi_echo(scope, receive, send)

    def function(event: Any, context: Any) -> dict[str, Any]:
        return {"statusCode": 200, "body": delivery_of(event).body.decode()}

    router = Router()
    router.mount("/wsgi", Adapter(WsgiWebhooks(echo, SENDERS)))
    router.mount("/asgi", AsgiAdapter(AsgiWebhooks(asgi_app, SENDERS), lifespan="off"))
    router.route("/plain/github", Webhooks(function, {"/plain/github": GitHub("s")}))
    with Client(router, "http-api", stage="prod") as client:
        for path in ("wsgi/github", "asgi/github", "plain/github"):
            reply = client.post(path, content=b"{}", headers=github_headers(b"{}"))
            assert (reply.status_code, reply.text) == (200, "{}")
            assert client.post(path, content=b"{}").status_code == 401


def test_a_delivery_has_the_deadline_of_the_invocation(make_context: Any) -> None:
    deliveries: list[Delivery] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        deliveries.append(delivery_of(environ))
        return echo(environ, start_response)

    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in github_headers(b"{}").items()]
    event = source_by_name("http_api").event_from_request(request, Front())
    handler = Adapter(WsgiWebhooks(app, SENDERS))
    handler(event, make_context(30))
    handler(event, None)
    assert deliveries[0].deadline is not None
    assert deliveries[1].deadline is None
