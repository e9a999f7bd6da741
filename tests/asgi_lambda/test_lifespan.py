"""The lifespan: once per environment, as its options say."""

import asyncio
import logging
import sys
import types
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest

from asgi_lambda import Adapter
from lambda_adapters import ConfigurationError, Front, Request, StartupFailed, UnknownEvent
from lambda_adapters.sources.api_gateway import http_api

EVENT = http_api.event_from_request(Request(), Front())


class App:
    """Counts its startups, answers as told, replies with its state."""

    def __init__(self, *answers: dict[str, str], raises: Exception | None = None) -> None:
        self.answers = answers
        self.raises = raises
        self.log: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            self.log.append((await receive())["type"])
            scope["state"]["number"] = len(self.log)
            if self.raises:
                raise self.raises
            await send(self.answers[0])
            self.log.append((await receive())["type"])
            await send(self.answers[1])
            return
        scope["state"]["request"] = True
        body = repr(sorted(scope["state"])).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


STARTED = {"type": "lifespan.startup.complete"}
STOPPED = {"type": "lifespan.shutdown.complete"}


@pytest.fixture
def on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")


def test_it_starts_once_at_the_first_event_where_no_lambda_is() -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    assert app.log == []
    bodies = [handler(EVENT)["body"] for _ in range(5)]
    assert bodies == ["['number', 'request']"] * 5
    assert app.log == ["lifespan.startup"]
    handler.stop()
    assert app.log == ["lifespan.startup", "lifespan.shutdown"]


def test_it_starts_when_the_adapter_is_built_on_lambda(on_lambda: None) -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    assert app.log == ["lifespan.startup"]
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_it_waits_for_the_first_event_where_told_so(on_lambda: None) -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app, startup="first_event")
    assert app.log == []
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_an_adapter_built_under_a_running_loop_starts_at_the_first_event(on_lambda: None) -> None:
    app = App(STARTED, STOPPED)

    async def build() -> Adapter:
        return Adapter(app)

    handler = asyncio.run(build())
    assert app.log == []
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_under_snapstart_it_starts_in_the_restored_environment(
    on_lambda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: list[Any] = []
    module = types.ModuleType("snapshot_restore_py")
    module.register_after_restore = hooks.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    assert app.log == []
    (restore,) = hooks
    restore()
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_under_snapstart_without_hooks_it_starts_at_the_first_event(
    on_lambda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_the_real_hooks_of_aws_take_ours(on_lambda: None, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = pytest.importorskip("snapshot_restore_py")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    before = len(hooks.get_after_restore())
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    ((function, args, kwargs),) = hooks.get_after_restore()[before:]
    function(*args, **kwargs)
    assert app.log == ["lifespan.startup"]
    handler.stop()


@pytest.mark.parametrize("lifespan", ["auto", "on"])
def test_an_app_that_answers_failed_is_refused(lifespan: Literal["auto", "on"]) -> None:
    app = App({"type": "lifespan.startup.failed", "message": "no database"}, STOPPED)
    handler = Adapter(app, lifespan=lifespan)
    for _ in range(2):
        with pytest.raises(StartupFailed, match="The app's startup failed: no database"):
            handler(EVENT)
    assert app.log == ["lifespan.startup"] * 2


def test_init_fails_with_the_app_on_lambda(on_lambda: None) -> None:
    with pytest.raises(StartupFailed):
        Adapter(App({"type": "lifespan.startup.failed"}, STOPPED))


def test_an_app_that_knows_no_lifespan_is_served_under_auto() -> None:
    app = App(raises=KeyError("type"))
    handler = Adapter(app)
    assert handler(EVENT)["body"] == "['request']"
    handler.stop()


def test_an_app_that_knows_no_lifespan_is_refused_under_on() -> None:
    handler = Adapter(App(raises=KeyError("type")), lifespan="on")
    with pytest.raises(StartupFailed, match="raised an exception in its lifespan"):
        handler(EVENT)


def test_an_app_that_returns_from_its_lifespan_is_refused_under_on_only() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body"})

    assert Adapter(app)(EVENT)["statusCode"] == 200
    with pytest.raises(StartupFailed, match="without 'lifespan.startup.complete'"):
        Adapter(app, lifespan="on")(EVENT)


def test_off_never_asks_the_app() -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app, lifespan="off")
    assert handler(EVENT)["body"] == "['request']"
    handler.stop()
    assert app.log == []


def test_an_exception_in_shutdown_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    @asynccontextmanager
    async def lifespan(app: object) -> Any:
        yield {"pool": 1}
        raise RuntimeError("pool is gone")

    from starlette.applications import Starlette

    handler = Adapter(Starlette(lifespan=lifespan))
    assert handler(EVENT)["statusCode"] == 404
    handler.stop()
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("The app's shutdown failed: Traceback")


def test_an_app_that_raises_in_its_shutdown_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)
        await receive()
        raise RuntimeError("pool is gone")

    handler = Adapter(app)
    handler.start()
    handler.stop()
    assert caplog.messages == ["The app raised an exception in its lifespan's shutdown."]


def test_an_app_whose_lifespan_has_ended_needs_no_shutdown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTED)

    handler = Adapter(app)
    handler.start()
    handler.start()
    handler.stop()
    handler.stop()
    assert caplog.messages == []


def test_an_answer_too_many_does_no_harm() -> None:
    received = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        received.append((await receive())["type"])
        await send(STARTED)
        await send(STARTED)
        received.append((await receive())["type"])

    handler = Adapter(app)
    handler.start()
    handler.stop()
    assert received == ["lifespan.startup", "lifespan.shutdown"]


def test_the_state_is_copied_for_each_request() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["shared"] = []
            await send(STARTED)
            await receive()
            return
        scope["state"]["shared"].append(1)
        scope["state"]["own"] = True
        seen.append(scope["state"])
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = Adapter(app)
    handler(EVENT)
    handler(EVENT)
    assert seen == [{"shared": [1, 1], "own": True}] * 2
    assert seen[0] is not seen[1]
    handler.stop()


def test_tasks_that_the_lifespan_started_are_meant_to_stay(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            monitor = asyncio.create_task(asyncio.sleep(60))
            await send(STARTED)
            await receive()
            monitor.cancel()
            return
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = Adapter(app)
    with caplog.at_level(logging.WARNING):
        handler(EVENT)
        handler(EVENT)
    handler.stop()
    assert caplog.messages == []


def test_threads_that_come_first_together_start_it_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    starts = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            starts.append(1)
            await asyncio.sleep(0.02)
            await send(STARTED)
            await receive()
            return
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = Adapter(app)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: handler(EVENT)["statusCode"], range(8)))
    handler.stop()
    assert (starts, statuses) == ([1], [200] * 8)


def test_handle_starts_it_on_the_callers_loop_and_shutdown_ends_it() -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app)

    async def main() -> list[str]:
        bodies = [(await handler.handle(EVENT))["body"] for _ in range(2)]
        await handler.shutdown()
        await handler.shutdown()
        return bodies

    assert asyncio.run(main()) == ["['number', 'request']"] * 2
    assert app.log == ["lifespan.startup", "lifespan.shutdown"]


def test_a_warm_up_ping_starts_it_and_is_answered_without_a_request() -> None:
    app = App(STARTED, STOPPED)
    handler = Adapter(app)
    assert handler({"source": "serverless-plugin-warmup"}) == {}
    assert app.log == ["lifespan.startup"]
    assert asyncio.run(handler.handle({"warmer": True})) == {}
    handler.stop()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lifespan": "maybe"}, "lifespan must be one of auto, on, off, not 'maybe'."),
        ({"startup": "late"}, "startup must be init or first_event, not 'late'."),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Adapter(App(), **options)
    assert str(error.value) == message


def test_pings_on_a_loop_of_ones_own_start_the_app_once() -> None:
    started = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        started.append(scope["type"])
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def ping() -> list[Any]:
        handler = Adapter(app)
        answers = [await handler.handle({"source": "serverless-plugin-warmup"}) for _ in range(3)]
        await handler.shutdown()
        return answers

    assert asyncio.run(ping()) == [{}, {}, {}]
    assert started == ["lifespan"]


def test_an_event_that_nothing_claims_is_refused_on_a_loop_of_ones_own_as_well() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("called")

    with pytest.raises(UnknownEvent):
        asyncio.run(Adapter(app).handle({"Records": [{"eventSource": "aws:sqs"}]}))
