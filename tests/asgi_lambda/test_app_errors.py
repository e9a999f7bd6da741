"""What goes wrong beside a request must not cost the next one: races, interrupts, leaks."""

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

Contexts = Callable[[float], Any]


def event(path: str = "/", **fields: Any) -> dict[str, Any]:
    return function_url.event_from_request(Request(path=path, raw_path=path, **fields), Front())


async def reply(send: Any, body: bytes = b"ok") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def test_a_request_is_freed_with_its_reply_not_by_the_garbage_collector(context: Contexts) -> None:
    kept = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        kept.append(weakref.ref(scope["state"]["mark"]))
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
        handler(event(body=b"x"), context(30))
    finally:
        gc.enable()
    assert [mark() for mark in kept] == [None]


def test_threads_that_come_first_together_make_one_loop_and_one_lifespan() -> None:
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


def test_an_interrupt_while_the_driver_outlasts_leaves_a_loop_for_the_next() -> None:
    own = Environment()
    joined, done = threading.Event(), []

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
        done.append("joiner")

    raised: list[type[BaseException]] = []

    def drive() -> None:
        try:
            own.call(first)
        except BaseException as error:
            raised.append(type(error))

    driver = threading.Thread(target=drive)
    driver.start()
    own.call(second)
    driver.join(10)
    assert (raised, done, driver.is_alive()) == ([SystemExit], ["joiner"], False)

    async def third() -> None:
        done.append("next")

    own.call(third)
    assert done == ["joiner", "next"]
    own.close()


def test_an_app_that_streams_without_a_pause_is_told_at_the_deadline(context: Contexts) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    assert Adapter(app, lifespan="off")(event(), context(1.0))["statusCode"] == 504


class Watched:
    def __init__(self, late: Callable[[], None]) -> None:
        self.at_deadline = late


def test_a_watchdog_that_fails_once_watches_on(caplog: pytest.LogCaptureFixture) -> None:
    dog = Watchdog()
    called = threading.Event()

    def fail() -> None:
        raise ValueError("the reason")

    dog.watch(Watched(fail), 0.0)
    dog.watch(Watched(called.set), 0.0)
    assert called.wait(5)
    assert caplog.messages == ["The watchdog could not do its work."]


def test_a_watchdog_without_a_thread_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dog = Watchdog()
    called = threading.Event()

    def no_thread(self: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(RuntimeError):
            dog.watch(Watched(called.set), 0.0)
    dog.watch(Watched(called.set), 0.0)
    assert called.wait(5)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"root_path": "/api", "events_path": "/api/events"}, "/api/events"),
        ({"root_path": "/api", "events_path": "/events"}, "/api/events"),
        ({"events_path": "/events"}, "/prod//Events/"),
    ],
)
def test_no_root_path_opens_the_way_to_the_events_path(options: Any, path: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("called")

    handler = Adapter(app, lifespan="off", **options)
    assert handler(event(path))["statusCode"] == 404


def test_a_path_cannot_forge_a_line_of_the_log(
    context: Contexts, told: Callable[[], list[str]]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET":
            await asyncio.sleep(60)
        await reply(send)

    path = "/a%0AERROR%20forged"
    sent = event(path)
    Adapter(app, lifespan="off")(sent, context(1.0))
    messages = told()
    assert path in messages[0]
    assert "ERROR forged" not in "\n".join(messages)
    posted = function_url.event_from_request(Request("POST", raw_path=path), Front())
    with pytest.raises(FailedStatus) as error:
        Adapter(app, lifespan="off", raise_on_statuses=(200,))(posted)
    assert "\n" not in str(error.value)


def test_a_lifespan_that_is_cancelled_is_no_lifespan() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise asyncio.CancelledError
        await reply(send)

    handler = Adapter(app)
    assert [handler(event())["body"] for _ in range(2)] == ["ok", "ok"]
    with pytest.raises(StartupFailed):
        Adapter(app, lifespan="on")(event())


@pytest.mark.parametrize("answer", ["hello", {"type": "http.response.start", "status": 200}])
def test_an_answer_that_is_none_of_the_lifespans_is_no_answer(answer: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await send(answer)
        await reply(send)

    assert Adapter(app)(event())["body"] == "ok"
    with pytest.raises(StartupFailed) as error:
        Adapter(app, lifespan="on")(event())
    assert "Expected an answer to the ASGI lifespan" in repr(error.value.__cause__)


def test_a_generator_that_does_not_end_cannot_keep_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.01)
    own = Environment()
    kept = []

    async def endless() -> Any:
        try:
            yield 1
        finally:
            await asyncio.sleep(60)

    async def begin() -> None:
        generator = endless()
        kept.append(generator)
        await anext(generator)

    own.call(begin)
    own.close()
    assert own._loop is not None
    assert own._loop.is_closed()


def test_a_slow_shutdown_leaves_time_for_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.1)
    own = Environment()
    done = []

    async def quick() -> None:
        done.append(True)

    async def slow() -> None:
        await asyncio.sleep(60)

    own.call(lambda: asyncio.sleep(0))
    own.at_shutdown(quick)
    own.at_shutdown(slow)
    own.at_shutdown(slow)
    own.shutdown()
    assert done == [True]
    assert caplog.messages == ["A shutdown took longer than 0.05 s and was given up."]
    own.close()


def test_loops_that_are_closed_keep_no_lifespan() -> None:
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


def test_tasks_that_are_done_are_forgotten() -> None:
    left_behind = UnfinishedTasks()
    loop = asyncio.new_event_loop()
    loop.set_task_factory(left_behind.make_task)

    async def nothing() -> None: ...

    async def many() -> None:
        for _ in range(5000):
            await asyncio.create_task(nothing())

    loop.run_until_complete(many())
    assert len(left_behind.made) < 2000
    loop.close()


def test_an_event_whose_result_is_too_large_says_so(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send, b'"' + b"x" * 7_000_000 + b'"')

    handler = Adapter(app, lifespan="off", events_path="/events")
    with pytest.raises(FailedStatus, match="The reply is too large for events"):
        handler({"key": "value"})


def test_a_result_that_is_nested_too_deep_is_the_apps_fault() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await reply(send, b"[" * 200_000)

    with pytest.raises(Exception, match="a body that is not JSON"):
        Adapter(app, lifespan="off", events_path="/events")({"key": "value"})


def test_a_websocket_event_without_its_id_is_no_request() -> None:
    from lambda_adapters import UnknownEvent, trigger_of

    sample = {
        "httpMethod": "GET",
        "path": "/",
        "requestContext": {"eventType": "CONNECT", "routeKey": "$connect"},
    }
    assert trigger_of(sample) == "websocket_api"
    with pytest.raises(UnknownEvent):
        Adapter(_never)(sample)


async def _never(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("called")


def test_a_log_level_above_info_hides_that_an_app_has_no_lifespan(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await reply(send)

    with caplog.at_level(logging.INFO):
        http = http_api.event_from_request(Request(), Front())
        assert Adapter(app)(http)["statusCode"] == 200
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_an_event_that_is_nested_too_deep_is_not_posted() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(FailedStatus, match="cannot be written as JSON"):
        Adapter(_never, lifespan="off", events_path="/events")(deep)
    while deep:  # or its end would be too deep as well
        deep = deep.pop()
