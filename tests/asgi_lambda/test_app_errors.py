"""Errors, interrupts, races and leaks in one request do not affect later requests."""

import asyncio
import gc
import logging
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters import FailedStatus, Front, Request, StartupFailed
from lambda_adapters.invocation.environment import Environment, environment
from lambda_adapters.invocation.unfinished_tasks import UnfinishedTasks
from lambda_adapters.invocation.watchdog import Watchdog
from lambda_adapters.sources.api_gateway import function_url, http_api

MakeContext = Callable[[float], Any]


def event(path: str = "/", **fields: Any) -> dict[str, Any]:
    return function_url.event_from_request(Request(path=path, raw_path=path, **fields), Front())


async def reply(send: Any, body: bytes = b"ok") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def test_a_request_is_freed_without_the_garbage_collector(make_context: MakeContext) -> None:
    references = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        references.append(weakref.ref(scope["state"]["mark"]))
        await reply(send, body)

    class State:
        def copy(self) -> dict[str, Any]:
            return {"mark": Mark()}

    class Mark:
        pass

    handler = Adapter(app, lifespan="off")
    handler._lifespan_on(environment.loop).state = State()  # type: ignore[assignment]
    gc.disable()
    try:
        handler(event(body=b"x"), make_context(30))
    finally:
        gc.enable()
    assert [reference() for reference in references] == [None]


def test_concurrent_first_requests_share_one_loop_and_one_lifespan() -> None:
    starts: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            starts.append(1)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await reply(send)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            environment.close()
            starts.clear()
            handler = Adapter(app)
            barrier = threading.Barrier(4)

            def call(handler: Adapter = handler, barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                assert handler(event())["body"] == "ok"

            threads = [threading.Thread(target=call) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
            assert not any(thread.is_alive() for thread in threads)
            assert starts == [1]
            handler.stop()
    finally:
        sys.setswitchinterval(before)


def test_a_system_exit_in_the_shared_loop_does_not_break_other_calls() -> None:
    env = Environment()
    joined, finished = threading.Event(), []

    async def first() -> None:
        while not joined.is_set():
            await asyncio.sleep(0.001)

    async def leave() -> None:
        raise SystemExit(3)

    async def second() -> None:
        joined.set()
        await asyncio.sleep(0.02)
        task = asyncio.create_task(leave())
        await asyncio.sleep(0.02)
        assert isinstance(task.exception(), SystemExit)
        finished.append("second")

    raised: list[type[BaseException]] = []

    def call_first() -> None:
        try:
            env.call(first)
        except BaseException as error:
            raised.append(type(error))

    thread = threading.Thread(target=call_first)
    thread.start()
    env.call(second)
    thread.join(10)
    assert (raised, finished, thread.is_alive()) == ([SystemExit], ["second"], False)

    async def third() -> None:
        finished.append("third")

    env.call(third)
    assert finished == ["second", "third"]
    env.close()


class DeadlineAction:
    """An object for the watchdog, with this function as its action."""

    def __init__(self, action: Callable[[], None]) -> None:
        self.at_deadline = action


def test_the_watchdog_continues_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog()
    called = threading.Event()

    def fail() -> None:
        raise ValueError("the reason")

    watchdog.watch(DeadlineAction(fail), 0.0)
    watchdog.watch(DeadlineAction(called.set), 0.0)
    assert called.wait(5)
    assert caplog.messages == ["The watchdog failed to act on a deadline."]


def test_the_watchdog_retries_if_its_thread_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    watchdog = Watchdog()
    called = threading.Event()

    def no_thread(self: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(RuntimeError):
            watchdog.watch(DeadlineAction(called.set), 0.0)
    watchdog.watch(DeadlineAction(called.set), 0.0)
    assert called.wait(5)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"root_path": "/api", "events_path": "/api/events"}, "/api/events"),
        ({"root_path": "/api", "events_path": "/events"}, "/api/events"),
        ({"events_path": "/events"}, "/prod//Events/"),
    ],
)
def test_a_root_path_does_not_expose_the_events_path(options: Any, path: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("called")

    handler = Adapter(app, lifespan="off", **options)
    assert handler(event(path))["statusCode"] == 404


def test_a_path_cannot_inject_a_log_line(
    make_context: MakeContext, log_messages: Callable[[], list[str]]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            scope["aws.context"].approach_deadline()
            await asyncio.sleep(60)
        await reply(send)

    path = "/a%0AERROR%20forged"
    Adapter(app, lifespan="off")(event(path), make_context(30))
    messages = log_messages()
    assert path in messages[0]
    assert "ERROR forged" not in "\n".join(messages)
    post = function_url.event_from_request(Request("POST", raw_path=path), Front())
    with pytest.raises(FailedStatus) as error:
        Adapter(app, lifespan="off", raise_on_statuses=(200,))(post)
    assert "\n" not in str(error.value)


def test_a_cancelled_lifespan_counts_as_unsupported() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise asyncio.CancelledError
        await reply(send)

    handler = Adapter(app)
    assert [handler(event())["body"] for _ in range(2)] == ["ok", "ok"]
    with pytest.raises(StartupFailed):
        Adapter(app, lifespan="on")(event())


@pytest.mark.parametrize("answer", ["hello", {"type": "http.response.start", "status": 200}])
def test_an_invalid_lifespan_message_counts_as_unsupported(answer: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await send(answer)
        await reply(send)

    assert Adapter(app)(event())["body"] == "ok"
    with pytest.raises(StartupFailed) as error:
        Adapter(app, lifespan="on")(event())
    assert "Expected an answer to the ASGI lifespan" in repr(error.value.__cause__)


def test_an_async_generator_that_does_not_end_cannot_block_the_shutdown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.01)
    env = Environment()
    generators = []

    async def endless() -> Any:
        try:
            yield 1
        finally:
            await asyncio.sleep(60)

    async def begin() -> None:
        generator = endless()
        generators.append(generator)
        await anext(generator)

    env.call(begin)
    env.close()
    assert env._loop is not None
    assert env._loop.is_closed()


def test_a_slow_shutdown_leaves_time_for_other_shutdowns(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.1)
    env = Environment()
    finished = []

    async def quick() -> None:
        finished.append(True)

    async def slow() -> None:
        await asyncio.sleep(60)

    env.call(lambda: asyncio.sleep(0))
    env.at_shutdown(quick)
    env.at_shutdown(slow)
    env.at_shutdown(slow)
    env.shutdown()
    assert finished == [True]
    assert caplog.messages == ["A shutdown took longer than 0.05 s and was cancelled."]
    env.close()


def test_lifespans_of_closed_loops_are_removed() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        else:
            await reply(send)

    handler = Adapter(app)
    for _ in range(5):
        with asyncio.Runner() as runner:
            assert runner.run(handler.handle(event()))["body"] == "ok"
    assert len(handler._lifespans) == 1


def test_finished_tasks_are_not_kept() -> None:
    unfinished = UnfinishedTasks()
    loop = asyncio.new_event_loop()
    loop.set_task_factory(unfinished.make_task)

    async def nothing() -> None: ...

    async def create_many_tasks() -> None:
        for _ in range(5000):
            await asyncio.create_task(nothing())

    loop.run_until_complete(create_many_tasks())
    assert len(unfinished.made) < 2000
    loop.close()


def test_a_too_large_result_of_an_event_raises_failed_status() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send, b'"' + b"x" * 7_000_000 + b'"')

    handler = Adapter(app, lifespan="off", events_path="/events")
    with pytest.raises(FailedStatus, match="The reply is too large for events"):
        handler({"key": "value"})


def test_a_too_deeply_nested_result_is_an_error_of_the_app() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send, b"[" * 200_000)

    with pytest.raises(FailedStatus, match="a body that is not JSON") as caught:
        Adapter(app, lifespan="off", events_path="/events")({"key": "value"})
    assert caught.value.status == 500


def test_a_websocket_event_without_a_connection_id_is_not_a_request() -> None:
    from lambda_adapters import UnknownEvent, trigger_of

    websocket_event = {
        "httpMethod": "GET",
        "path": "/",
        "requestContext": {"eventType": "CONNECT", "routeKey": "$connect"},
    }
    assert trigger_of(websocket_event) == "websocket_api"
    with pytest.raises(UnknownEvent):
        Adapter(fail_if_called)(websocket_event)


async def fail_if_called(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("called")


def test_a_missing_lifespan_is_logged_at_info(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await reply(send)

    with caplog.at_level(logging.INFO):
        http_event = http_api.event_from_request(Request(), Front())
        assert Adapter(app)(http_event)["statusCode"] == 200
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_a_too_deeply_nested_event_is_not_posted() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(FailedStatus, match="cannot be written as JSON"):
        Adapter(fail_if_called, lifespan="off", events_path="/events")(deep)
    while deep:  # free it level by level: a recursive deallocation would be too deep
        deep = deep.pop()
