"""Webhooks under other servers than ours, and what of a request and a reply stays as it is."""

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
from tests.webhooks.webhook_senders import by_github
from wsgi_lambda import Adapter

SENDERS = {"/github": GitHub("s")}


def signed(body: bytes) -> dict[str, str]:
    return by_github(body, "s", "", 0)


def environ_with(body: bytes, **more: Any) -> dict[str, Any]:
    """As gunicorn makes one; keys with None are left out."""
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
    environ |= {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in signed(body).items()}
    environ |= more
    return {key: value for key, value in environ.items() if value is not None}


def called(app: Any, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of a WSGI app, both sides under wsgiref.validate."""
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


class Dripping(io.BytesIO):
    """A socket's file, which gives less than it is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(3, size) if size and size > 0 else size)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "200"),
        ({"wsgi.input": Dripping(b"{body}")}, "200"),
        ({"CONTENT_LENGTH": None, "wsgi.input_terminated": True}, "200"),
        (
            {
                "CONTENT_LENGTH": None,
                "wsgi.input_terminated": True,
                "HTTP_TRANSFER_ENCODING": "chunked",
            },
            "200",
        ),
        ({"CONTENT_LENGTH": None}, "401"),  # nobody knows where it ends
        ({"CONTENT_LENGTH": "3"}, "401"),
        ({"wsgi.input": io.BytesIO(b"{bo")}, "401"),  # the client left in the middle
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
def test_a_wsgi_servers_body_is_read_once_and_still_there(
    more: dict[str, Any], status: str
) -> None:
    environ = environ_with(b"{body}", **more)
    seen, _, body = called(WsgiWebhooks(echo, SENDERS, limit=1000), environ)
    assert seen[:3] == status
    if status == "200":
        assert body == b"{body}"
        assert "HTTP_TRANSFER_ENCODING" not in environ
        assert delivery_of(environ).body == b"{body}"


def test_a_body_over_the_limit_is_not_read() -> None:
    source = io.BytesIO(b"x" * 5000)
    environ = environ_with(b"", CONTENT_LENGTH="5000", **{"wsgi.input": source})
    status, _, _ = called(WsgiWebhooks(echo, SENDERS, limit=1000), environ)
    assert (status[:3], source.tell()) == ("413", 0)


def test_other_paths_reach_the_app_untouched() -> None:
    source = io.BytesIO(b"whatever")
    environ = environ_with(b"whatever", PATH_INFO="/other", **{"wsgi.input": source})
    before = dict(environ)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        assert source.tell() == 0
        assert "webhooks.delivery" not in environ
        return echo(environ, start_response)

    behind = WsgiWebhooks(app, SENDERS)
    assert behind(environ, lambda *_: print) == [b"whatever"]
    assert environ == {**before, "webhooks.inside": behind}


class Conversation:
    """Plays an ASGI server: what it receives from the client, and what was sent to it."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        return self.messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def run(self, app: Any, **scope: Any) -> list[Any]:
        body = b"".join(m.get("body", b"") for m in self.messages)
        headers = [(k.lower().encode(), v.encode()) for k, v in signed(body).items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers, **scope}
        asyncio.run(app(scope, self.receive, self.send))
        return self.sent


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


async def asgi_echo(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    assert delivery_of(scope).body == message["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})
    assert await receive() == GONE


def test_an_asgi_body_in_pieces_reaches_the_app_whole_and_then_the_servers_messages() -> None:
    conversation = Conversation(part(b"{bo", True), part(b"", True), part(b"dy}"), GONE)
    sent = conversation.run(AsgiWebhooks(asgi_echo, SENDERS), root_path="/v1", path="/v1/github")
    assert sent[1] == {"type": "http.response.body", "body": b"{body}"}


def test_an_asgi_client_that_leaves_in_the_middle_is_not_answered() -> None:
    conversation = Conversation(part(b"{bo", True), GONE)
    assert conversation.run(AsgiWebhooks(asgi_echo, SENDERS)) == []


def test_an_asgi_body_over_the_limit_is_not_read_to_its_end() -> None:
    conversation = Conversation(part(b"x" * 600, True), part(b"x" * 600, True), part(b"x"))
    sent = conversation.run(AsgiWebhooks(asgi_echo, SENDERS, limit=1000))
    assert (sent[0]["status"], len(conversation.messages)) == (413, 1)


def test_other_paths_reach_an_asgi_app_untouched() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert "webhooks.delivery" not in scope
        await send(await receive())

    scope = {"type": "http", "method": "POST", "path": "/other", "headers": []}
    conversation = Conversation(part(b"whatever"))
    behind = AsgiWebhooks(app, SENDERS)
    asyncio.run(behind(scope, conversation.receive, conversation.send))
    assert conversation.sent == [part(b"whatever")]


def test_who_is_outside_sees_what_an_asgi_app_writes_into_its_scope() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["endpoint"] = "github"
        await asgi_echo(scope, receive, send)

    async def outside(scope: Any, receive: Any, send: Any) -> None:
        await AsgiWebhooks(app, SENDERS)(scope, receive, send)
        assert scope["endpoint"] == "github"

    assert Conversation(part(b"{}"), GONE).run(outside)[0]["status"] == 200


def test_around_itself_it_says_so_instead_of_running_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("loop")
    app.wsgi_app = WsgiWebhooks(app, SENDERS)  # type: ignore[method-assign]
    with Client(Adapter(app), "http-api") as client:
        assert client.get("/").status_code == 500
        assert client.post("/github", content=b"{}", headers=signed(b"{}")).status_code == 500
    assert caplog.text.count("Next, with Flask: app.wsgi_app = Webhooks(app.wsgi_app, ...)") == 2


@pytest.mark.parametrize("kind", [WsgiWebhooks, AsgiWebhooks, Webhooks])
def test_around_a_handler_it_would_let_anybody_in_and_is_refused(
    kind: Callable[..., object],
) -> None:
    for handler, name in ((Adapter(echo), "an Adapter"), (Router(), "a Router")):
        with pytest.raises(ConfigurationError, match=f"got {name}. Next: Webhooks around the app"):
            kind(handler, SENDERS)


def test_an_event_is_no_request_for_another_path() -> None:
    called: list[Any] = []

    def function(event: Any, context: Any) -> list[bytes]:
        called.append(event)
        return []

    event = source_by_name("http_api").event_from_request(Request("POST", path="/github"), Front())
    with pytest.raises(AppError, match="Expected a WSGI environ, got something else"):
        WsgiWebhooks(function, SENDERS)(event, lambda *_: print)
    assert called == []


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
        (WsgiWebhooks, "app", r"a WSGI app, got str. Next: WsgiWebhooks\(app, \{path"),
        (AsgiWebhooks, object(), "an ASGI app, got object"),
    ],
)
def test_an_app_of_the_other_kind_is_refused(
    kind: Callable[..., object], app: object, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        kind(app, SENDERS)


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_no_http_passes(kind: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": scope["type"]})

    assert Conversation().run(AsgiWebhooks(app, SENDERS), type=kind) == [{"type": kind}]


def test_with_once_an_asgi_reply_is_remembered_before_it_is_sent_and_work_behind_it_goes_on() -> (
    None
):
    store = MemoryStore()
    order: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["extensions"] == {}
        headers = [(b"X-Seen", b"1")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        assert conversation.sent == []
        await send({"type": "http.response.body", "body": b"b"})
        order.append(len(conversation.sent))
        (entry,) = store._entries.values()
        assert entry.answer is not None
        await send({"type": "http.response.body", "body": b"behind the end"})
        raise RuntimeError("a background task's")

    behind = AsgiWebhooks(app, SENDERS, once=once(store))
    conversation = Conversation(part(b"{}"))
    with pytest.raises(RuntimeError, match="a background task's"):
        conversation.run(behind, extensions={"http.response.pathsend": {}})
    first, order = conversation.sent, [*order]
    again = Conversation(part(b"{}")).run(behind)
    assert order == [2]
    assert first == again
    assert first == [
        {
            "type": "http.response.start",
            "status": 202,
            "headers": [(b"x-seen", b"1"), (b"content-length", b"2")],
        },
        {"type": "http.response.body", "body": b"ab"},
    ]


@pytest.mark.parametrize("messages", [[], [{"type": "http.response.body"}], [{"type": "what"}]])
def test_an_asgi_app_that_does_not_answer_gives_its_delivery_back(messages: list[Any]) -> None:
    store = MemoryStore()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    behind = AsgiWebhooks(app, SENDERS, once=once(store))
    conversation = Conversation(part(b"{}"))
    if messages:
        with pytest.raises(AppError, match="Expected the ASGI message 'http.response.start'"):
            conversation.run(behind)
    else:
        assert conversation.run(behind) == []
    assert store._entries == {}


def test_an_asgi_app_that_is_cancelled_gives_its_delivery_back() -> None:
    store = MemoryStore()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3600)

    async def cancelled() -> None:
        behind = AsgiWebhooks(app, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in signed(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        conversation = Conversation(part(b"{}"))
        task = asyncio.create_task(behind(scope, conversation.receive, conversation.send))
        while not store._entries:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert store._entries == {}


def test_with_once_a_wsgi_reply_is_collected_under_all_rules() -> None:
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

    behind = WsgiWebhooks(app, SENDERS, once=once(MemoryStore()))
    replies = [called(behind, environ_with(b"{}")) for _ in range(2)]
    headers = {"content-type": "text/plain", "x-a": "1", "content-length": "9"}
    assert replies == [("201 Made", headers, b"head tail")] * 2
    assert closed == [True]


def test_with_once_a_wsgi_app_that_breaks_the_rules_gives_its_delivery_back() -> None:
    store = MemoryStore()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [b"without a head"]

    with pytest.raises(AppError, match="a body before it called start_response"):
        WsgiWebhooks(app, SENDERS, once=once(store))(environ_with(b"{}"), lambda *_: print)
    assert store._entries == {}


def test_a_head_request_has_no_body_in_its_answer() -> None:
    environ = environ_with(b"", REQUEST_METHOD="HEAD")
    status, headers, body = called(WsgiWebhooks(echo, SENDERS), environ)
    assert (status[:3], body) == ("405", b"")
    assert "content-length" not in headers


def test_a_lease_that_comes_when_nobody_waits_any_more_is_given_back() -> None:
    asked, answer = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def acquire(self, key: str, lease: float) -> Any:
            asked.set()
            assert answer.wait(30)
            return super().acquire(key, lease)

    store = Slow()

    async def cancelled() -> None:
        behind = AsgiWebhooks(asgi_echo, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in signed(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        conversation = Conversation(part(b"{}"))
        task = asyncio.create_task(behind(scope, conversation.receive, conversation.send))
        assert await asyncio.to_thread(asked.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answer.set()

    asyncio.run(cancelled())  # waits for the threads of its executor
    assert store._entries == {}


@pytest.mark.parametrize("answers", [True, False])
def test_a_lease_is_ended_even_if_all_threads_are_busy_when_the_request_is_cancelled(
    answers: bool,
) -> None:
    store = MemoryStore()
    release = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, release.wait, 30)  # the only thread
        if not answers:
            raise RuntimeError("the app's own trouble")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def cancelled() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        behind = AsgiWebhooks(app, SENDERS, once=once(store))
        headers = [(k.lower().encode(), v.encode()) for k, v in signed(b"{}").items()]
        scope = {"type": "http", "method": "POST", "path": "/github", "headers": headers}
        conversation = Conversation(part(b"{}"))
        task = asyncio.create_task(behind(scope, conversation.receive, conversation.send))
        while not store._entries:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()

    asyncio.run(cancelled())
    finished = [entry.answer is not None for entry in store._entries.values()]
    assert finished == ([True] if answers else [])


def test_a_lease_is_given_back_whichever_comes_first_and_an_answer_is_none() -> None:
    store = MemoryStore()
    delivery = Delivery("github", "1", b"")
    for steps in (("_abandon", "_acquire"), ("_acquire", "_abandon")):
        leasing = AsyncLease(once(store), delivery)
        for step in steps:
            getattr(leasing, step)()
        assert store._entries == {}
    held = once(store).acquire(delivery)
    busy = AsyncLease(once(store), delivery)
    busy._acquire()
    busy._abandon()
    assert isinstance(held, Lease)
    assert len(store._entries) == 1


def test_an_answer_without_a_body_has_no_length() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    behind = WsgiWebhooks(app, SENDERS, once=once(MemoryStore()))
    assert called(behind, environ_with(b"{}")) == ("204 No Content", {}, b"")
    sent = Conversation(part(b"{}")).run(AsgiWebhooks(asgi_app, SENDERS, once=once(MemoryStore())))
    assert sent[0]["headers"] == []


def test_a_function_gets_other_events_as_they_came() -> None:
    seen = []

    def function(event: Any, context: Any) -> str:
        seen.append(event)
        return "done"

    behind = Webhooks(function, SENDERS)
    other = source_by_name("http_api").event_from_request(Request("POST", path="/other"), Front())
    events: list[Any] = [{"Records": []}, None, {"mine": 1}, other]
    for event in events:
        assert behind(event) == "done"
        assert seen[-1] is event
    assert behind.__name__ == "function"  # type: ignore[attr-defined]


def test_a_functions_event_stays_as_it_is_and_the_copy_holds_the_delivery() -> None:
    def function(event: Any, context: Any) -> dict[str, Any]:
        assert {**event, "webhooks.delivery": None} == {**sent, "webhooks.delivery": None}
        return {"statusCode": 200, "body": delivery_of(event).key}

    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in signed(b"{}").items()]
    sent = source_by_name("function_url").event_from_request(request, Front())
    assert (
        Webhooks(function, SENDERS)(sent)["body"]
        == "github:/github:7c6f-1:ae9fd08e5b88dbd53ec452502c0d73ce"
    )
    assert "webhooks.delivery" not in sent


def test_a_body_that_cannot_be_read_is_a_400_for_a_function_too() -> None:
    event: dict[str, Any] = source_by_name("http_api").event_from_request(
        Request("POST", path="/github"), Front()
    )
    event |= {"isBase64Encoded": True, "body": "%%%"}
    response = Webhooks(lambda event, context: None, SENDERS)(event)
    assert (response["statusCode"], response["body"]) == (400, "Bad Request")


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected a function of \(event, context\), got str"):
        Webhooks("app", SENDERS)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["http_api", "openwhisk"])
def test_a_response_that_the_platform_would_refuse_is_not_remembered(name: str) -> None:
    store = MemoryStore()

    def function(event: Any, context: Any) -> object:
        return {"statusCode": "odd", "headers": 3}

    source = source_by_name(name)
    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in signed(b"{}").items()]
    Webhooks(function, SENDERS, once=once(store))(source.event_from_request(request, Front()))
    assert store._entries == {}


def test_a_source_of_ones_own_is_asked_by_a_function_as_well() -> None:
    class Own:
        name = "own"

        def __getattr__(self, name: str) -> Any:
            return getattr(source_by_name("http_api"), name)

        def matches(self, event: Any) -> bool:
            return isinstance(event, dict) and "own" in event

        def request_from_event(self, event: Any) -> Request:
            return Request("POST", path="/github", raw_path="/github")

    behind = Webhooks(lambda event, context: None, SENDERS, sources=[Own()])
    assert behind({"own": 1})["statusCode"] == 401


def test_webhooks_stand_behind_a_router_at_a_stage() -> None:
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
            reply = client.post(path, content=b"{}", headers=signed(b"{}"))
            assert (reply.status_code, reply.text) == (200, "{}")
            assert client.post(path, content=b"{}").status_code == 401


def test_the_deadline_of_the_invocation_is_the_deliverys(context: Any) -> None:
    seen: list[Delivery] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(delivery_of(environ))
        return echo(environ, start_response)

    request = Request("POST", path="/github", raw_path="/github", body=b"{}")
    request.headers = [(k.lower(), v) for k, v in signed(b"{}").items()]
    event = source_by_name("http_api").event_from_request(request, Front())
    handler = Adapter(WsgiWebhooks(app, SENDERS))
    handler(event, context(30))
    handler(event, None)
    assert seen[0].deadline is not None
    assert seen[1].deadline is None
