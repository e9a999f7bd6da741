"""`answer` and `answer_async` of every kind of handler, with and without a sink."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asgi_lambda import Adapter as AsgiAdapter
from lambda_adapters import (
    AppError,
    FailedStatus,
    IncompleteReply,
    Reply,
    Request,
    Router,
    UnknownEvent,
)
from lambda_adapters.invocation.handler import Handler
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.sinks import Sink, deliver
from tests import event_builders
from tests.invocation.sinks import RecordingSink
from wsgi_lambda import Adapter as WsgiAdapter

Calls = list[tuple[Any, ...]]
PLAIN = ("content-type", "text/plain")
START = ("start", 200, [PLAIN], "", True)
SQS = {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": "{}"}]}


def event(path: str = "/") -> Any:
    return event_builders.http_api(path)


def asgi_handler(*chunks: bytes, fails: bool = False) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"Content-Type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if fails:
            raise ValueError("after the chunks")
        await send({"type": "http.response.body"})

    return AsgiAdapter(app, lifespan="off")


def wsgi_handler(*chunks: bytes, fails: bool = False) -> Any:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield from chunks
        if fails:
            raise ValueError("after the chunks")

    return WsgiAdapter(app)


def route_to(handler: Handler) -> Router:
    router = Router()
    router.route("/{proxy+}", handler)
    router.route("/", handler)
    return router


HANDLERS: dict[str, Callable[..., Handler]] = {
    "ASGI": asgi_handler,
    "WSGI": wsgi_handler,
    "ASGI in a Router": lambda *chunks, **options: route_to(asgi_handler(*chunks, **options)),
    "WSGI in a Router": lambda *chunks, **options: route_to(wsgi_handler(*chunks, **options)),
}


def answer(handler: Handler, event: Any, sink: RecordingSink | None = None) -> Any:
    return handler.answer(handler.recognize(event), sink)


def answer_async(handler: Handler, event: Any, sink: RecordingSink | None = None) -> Any:
    return asyncio.run(handler.answer_async(handler.recognize(event), sink))


sync_and_async = pytest.mark.parametrize("answer_event", [answer, answer_async])
each_handler = pytest.mark.parametrize("make", HANDLERS.values(), ids=HANDLERS)


def without_reason(calls: Calls) -> Calls:
    """The calls without the reason phrase, which only WSGI apps have."""
    return [(*call[:3], "", call[4]) if call[0] == "start" else call for call in calls]


@sync_and_async
@each_handler
def test_without_a_sink_the_response_is_returned(make: Any, answer_event: Any) -> None:
    assert answer_event(make(b"a", b"b"), event()) == {
        "statusCode": 200,
        "headers": {"content-type": "text/plain"},
        "body": "ab",
        "isBase64Encoded": False,
    }


@sync_and_async
@each_handler
def test_a_sink_gets_each_chunk_of_the_reply(make: Any, answer_event: Any) -> None:
    sink = RecordingSink()

    assert answer_event(make(b"a", b"", b"b"), event(), sink) is None
    assert without_reason(sink.calls) == [START, ("write", b"a"), ("write", b"b"), ("end",)]


@each_handler
def test_an_app_waits_until_its_sink_is_drained(make: Any) -> None:
    sink = RecordingSink(slow=True)

    answer_async(make(b"a", b"b"), event(), sink)

    calls = without_reason(sink.calls)
    first, second = calls.index(("write", b"a")), calls.index(("write", b"b"))
    assert calls[0] == START
    assert (calls[first + 1], calls[second - 1]) == (("drained",), ("drained",))
    assert first < second < calls.index(("end",))


def test_a_wsgi_app_runs_in_a_thread_and_its_sink_is_called_on_the_loop() -> None:
    threads = {}

    def app(environ: Any, start_response: Any) -> list[bytes]:
        threads["app"] = threading.get_ident()
        start_response("200 OK", [])
        return [b"a"]

    class Sink(RecordingSink):
        def write(self, data: bytes) -> None:
            threads["sink"] = threading.get_ident()

    answer_async(WsgiAdapter(app), event(), Sink())

    main = threading.get_ident()
    assert (threads["app"] == main, threads["sink"] == main) == (False, True)


@sync_and_async
@each_handler
def test_an_error_after_the_first_chunk_raises_incomplete_reply(
    make: Any, answer_event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sink = RecordingSink()

    with pytest.raises(IncompleteReply, match="The app raised an exception") as caught:
        answer_event(make(b"a", fails=True), event(), sink)

    assert caught.value.status == 500
    assert isinstance(caught.value.__cause__, ValueError)
    assert without_reason(sink.calls) == [START, ("write", b"a")]


@sync_and_async
def test_an_error_before_the_reply_sends_500_to_the_sink(
    answer_event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("at once")

    sink = RecordingSink()
    answer_event(AsgiAdapter(app, lifespan="off"), event(), sink)

    headers = [("content-type", "text/plain; charset=utf-8")]
    assert sink.calls == [
        ("start", 500, headers, "", True),
        ("write", b"Internal Server Error"),
        ("end",),
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_a_status_in_raise_on_statuses_sends_nothing_to_the_sink(fails: bool) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503})
        await send({"type": "http.response.body", "body": b"busy", "more_body": fails})

    sink = RecordingSink()
    handler = AsgiAdapter(app, lifespan="off", raise_on_statuses={500, 503})

    with pytest.raises(FailedStatus) as caught:
        answer(handler, event(), sink)

    assert (caught.value.status, sink.calls) == (500 if fails else 503, [])


@sync_and_async
def test_the_response_of_a_plain_function_does_not_change(answer_event: Any) -> None:
    response = {"statusCode": 204}
    router, sink = Router(), RecordingSink()
    router.route("/own", lambda event, context: response)

    assert answer_event(router, event("/own")) is response
    assert answer_event(router, event("/own"), sink) is None
    assert sink.calls == [("answer", response)]


@sync_and_async
def test_a_404_of_a_router_goes_to_the_sink(answer_event: Any) -> None:
    sink = RecordingSink()

    assert answer_event(Router(), event("/nowhere"))["statusCode"] == 404
    answer_event(Router(), event("/nowhere"), sink)

    assert [call[:2] for call in sink.calls] == [
        ("start", 404),
        ("write", b'{"message":"Not Found"}'),
        ("end",),
    ]


@sync_and_async
def test_the_result_of_a_trigger_function_is_the_response(answer_event: Any) -> None:
    router, sink = Router(), RecordingSink()
    router.on("sqs", lambda event, context: {"batchItemFailures": []})

    assert answer_event(router, SQS) == {"batchItemFailures": []}
    answer_event(router, SQS, sink)
    assert sink.calls == [("answer", {"batchItemFailures": []})]


@sync_and_async
def test_the_json_of_an_app_with_an_events_path_is_the_result_of_a_trigger(
    answer_event: Any,
) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [json.dumps({"path": environ["PATH_INFO"]}).encode()]

    router, sink = Router(), RecordingSink()
    router.route("/{proxy+}", WsgiAdapter(app, events_path="/events"))

    assert answer_event(router, SQS) == {"path": "/events"}
    answer_event(router, SQS, sink)
    assert sink.calls == [("answer", {"path": "/events"})]


@sync_and_async
def test_a_trigger_that_an_app_refuses_fails_the_invocation_and_the_sink_gets_nothing(
    answer_event: Any,
) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("422 Unprocessable Entity", [])
        return []

    sink = RecordingSink()
    with pytest.raises(FailedStatus, match="422"):
        answer_event(WsgiAdapter(app, events_path="/events"), SQS, sink)
    assert sink.calls == []


@sync_and_async
@each_handler
def test_a_trigger_without_a_target_raises_unknown_event(make: Any, answer_event: Any) -> None:
    with pytest.raises(UnknownEvent, match="sqs"):
        answer_event(make(), SQS)


@each_handler
def test_an_event_of_no_source_or_trigger_raises_unknown_event(make: Any) -> None:
    with pytest.raises(UnknownEvent):
        make()("a text")
    with pytest.raises(UnknownEvent):
        asyncio.run(make().handle(["a list"]))


@sync_and_async
@each_handler
def test_a_warm_up_ping_gets_an_empty_response(make: Any, answer_event: Any) -> None:
    assert answer_event(make(), {"source": "serverless-plugin-warmup"}) == {}


@sync_and_async
def test_an_event_with_an_invalid_body_gets_400(
    answer_event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    invalid = event_builders.http_api("/", method="POST", body="not base64", encoded=True)

    with caplog.at_level(logging.WARNING):
        response = answer_event(wsgi_handler(b"a"), invalid)

    assert (response["statusCode"], response["body"]) == (400, "Bad Request")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


class Custom(Handler):
    """A handler of your own, which runs in a thread on an event loop."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def respond(self, request: Request, invocation: Invocation, sink: Sink | None) -> Any:
        return deliver(self.result, sink)


@sync_and_async
@pytest.mark.parametrize(
    ("result", "calls"),
    [
        (Reply(204), [("start", 204, [], "", False), ("end",)]),
        (Reply(200, [], b"a"), [("start", 200, [], "", False), ("write", b"a"), ("end",)]),
        ({"statusCode": 204}, [("answer", {"statusCode": 204})]),
    ],
)
def test_a_custom_handler_delivers_a_reply_or_a_response(
    result: Any, calls: Calls, answer_event: Any
) -> None:
    sink = RecordingSink()

    answer_event(Custom(result), event(), sink)
    assert sink.calls == calls


def test_startup_and_shutdown_of_a_router_run_the_lifespans_on_the_callers_loop() -> None:
    calls = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        calls.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        calls.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})
        calls.append(loop)

    router = route_to(AsgiAdapter(app))

    async def start_and_stop() -> asyncio.AbstractEventLoop:
        await router.startup()
        await router.shutdown()
        return asyncio.get_running_loop()

    loop = asyncio.run(start_and_stop())
    assert calls == ["lifespan.startup", "lifespan.shutdown", loop]


def test_startup_and_shutdown_of_a_wsgi_adapter_do_nothing() -> None:
    async def start_and_stop() -> None:
        handler = wsgi_handler(b"a")
        await handler.startup()
        await handler.shutdown()
        assert (await handler.handle(event()))["body"] == "a"

    asyncio.run(start_and_stop())


def test_a_streaming_reply_over_the_limit_gives_500_but_a_sink_gets_all_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = answer(wsgi_handler(*[b"x" * 1_000_000] * 8), event())
    assert response["statusCode"] == 500
    assert "8000000 bytes" in caplog.text

    sink = RecordingSink()
    answer(wsgi_handler(*[b"x" * 1_000_000] * 8), event(), sink)
    assert sum(len(call[1]) for call in sink.calls if call[0] == "write") == 8_000_000


def test_app_errors_have_a_status() -> None:
    assert (AppError("late", 504).status, IncompleteReply("half", 504).status) == (504, 504)
