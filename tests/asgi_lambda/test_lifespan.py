"""The lifespan runs once per environment and follows the options `lifespan` and `startup`."""

import asyncio
import logging
import sys
import types
from typing import Any, Literal

import pytest

from asgi_lambda import Adapter
from lambda_adapters import ConfigurationError, Front, Request, StartupFailed
from lambda_adapters.sources.api_gateway import http_api

EVENT = http_api.event_from_request(Request(), Front())


class App:
    """Logs its lifespan messages, sends these answers and replies with the keys of its state."""

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


STARTUP_COMPLETE = {"type": "lifespan.startup.complete"}
SHUTDOWN_COMPLETE = {"type": "lifespan.shutdown.complete"}


@pytest.fixture
def on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")


def test_outside_lambda_the_lifespan_starts_once_at_the_first_event() -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)
    assert app.log == []
    bodies = [handler(EVENT)["body"] for _ in range(5)]
    assert bodies == ["['number', 'request']"] * 5
    assert app.log == ["lifespan.startup"]
    handler.stop()
    assert app.log == ["lifespan.startup", "lifespan.shutdown"]


def test_on_lambda_the_lifespan_starts_when_the_adapter_is_created(on_lambda: None) -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)
    assert app.log == ["lifespan.startup"]
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_startup_first_event_delays_the_lifespan_on_lambda(on_lambda: None) -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app, startup="first_event")
    assert app.log == []
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_an_adapter_created_in_a_running_loop_starts_at_the_first_event(on_lambda: None) -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)

    async def build() -> Adapter:
        return Adapter(app)

    handler = asyncio.run(build())
    assert app.log == []
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_with_snapstart_the_lifespan_starts_after_the_restore(
    on_lambda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: list[Any] = []
    module = types.ModuleType("snapshot_restore_py")
    module.register_after_restore = hooks.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", module)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)
    assert app.log == []
    (restore,) = hooks
    restore()
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_with_snapstart_without_hooks_the_lifespan_starts_at_the_first_event(
    on_lambda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)
    handler(EVENT)
    assert app.log == ["lifespan.startup"]
    handler.stop()


def test_the_lifespan_works_with_the_real_snapstart_hooks(
    on_lambda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = pytest.importorskip("snapshot_restore_py")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    before = len(hooks.get_after_restore())
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)
    ((function, args, kwargs),) = hooks.get_after_restore()[before:]
    function(*args, **kwargs)
    assert app.log == ["lifespan.startup"]
    handler.stop()


@pytest.mark.parametrize("lifespan", ["auto", "on"])
def test_a_failed_startup_raises_startup_failed_and_is_tried_again(
    lifespan: Literal["auto", "on"],
) -> None:
    app = App({"type": "lifespan.startup.failed", "message": "no database"}, SHUTDOWN_COMPLETE)
    handler = Adapter(app, lifespan=lifespan)
    for _ in range(2):
        with pytest.raises(StartupFailed, match="The app's startup failed: no database"):
            handler(EVENT)
    assert app.log == ["lifespan.startup"] * 2


def test_on_lambda_a_failed_startup_fails_the_init_phase(on_lambda: None) -> None:
    with pytest.raises(StartupFailed):
        Adapter(App({"type": "lifespan.startup.failed"}, SHUTDOWN_COMPLETE))


def test_the_state_of_an_unsupported_lifespan_is_discarded() -> None:
    app = App(raises=KeyError("type"))
    handler = Adapter(app)
    assert handler(EVENT)["body"] == "['request']"
    handler.stop()


def test_with_lifespan_off_the_app_gets_no_lifespan() -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app, lifespan="off")
    assert handler(EVENT)["body"] == "['request']"
    handler.stop()
    assert app.log == []


def test_an_exception_in_a_plain_asgi_shutdown_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTUP_COMPLETE)
        await receive()
        raise RuntimeError("pool is gone")

    handler = Adapter(app)
    handler.start()
    handler.stop()
    assert caplog.messages == ["The app raised an exception in its lifespan's shutdown."]
    assert "RuntimeError: pool is gone" in caplog.text


def test_a_lifespan_that_returns_after_startup_needs_no_shutdown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(STARTUP_COMPLETE)

    handler = Adapter(app)
    handler.start()
    handler.start()
    handler.stop()
    handler.stop()
    assert caplog.messages == []


def test_a_second_startup_complete_is_ignored() -> None:
    received = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        received.append((await receive())["type"])
        await send(STARTUP_COMPLETE)
        await send(STARTUP_COMPLETE)
        received.append((await receive())["type"])

    handler = Adapter(app)
    handler.start()
    handler.stop()
    assert received == ["lifespan.startup", "lifespan.shutdown"]


def test_each_request_gets_a_copy_of_the_state() -> None:
    states = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["shared"] = []
            await send(STARTUP_COMPLETE)
            await receive()
            return
        scope["state"]["shared"].append(1)
        scope["state"]["own"] = True
        states.append(scope["state"])
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = Adapter(app)
    handler(EVENT)
    handler(EVENT)
    assert states == [{"shared": [1, 1], "own": True}] * 2
    assert states[0] is not states[1]
    handler.stop()


def test_tasks_of_the_lifespan_are_not_reported_as_unfinished(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            monitor = asyncio.create_task(asyncio.sleep(60))
            await send(STARTUP_COMPLETE)
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


def test_concurrent_first_requests_wait_for_one_startup() -> None:
    from concurrent.futures import ThreadPoolExecutor

    starts = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            starts.append(1)
            await asyncio.sleep(0.02)
            await send(STARTUP_COMPLETE)
            await receive()
            return
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = Adapter(app)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: handler(EVENT)["statusCode"], range(8)))
    handler.stop()
    assert (starts, statuses) == ([1], [200] * 8)


def test_handle_and_shutdown_run_the_lifespan_on_the_callers_loop() -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
    handler = Adapter(app)

    async def main() -> list[str]:
        bodies = [(await handler.handle(EVENT))["body"] for _ in range(2)]
        await handler.shutdown()
        await handler.shutdown()
        return bodies

    assert asyncio.run(main()) == ["['number', 'request']"] * 2
    assert app.log == ["lifespan.startup", "lifespan.shutdown"]


def test_a_warm_up_ping_starts_the_lifespan_and_is_not_a_request() -> None:
    app = App(STARTUP_COMPLETE, SHUTDOWN_COMPLETE)
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
def test_an_invalid_option_raises_configuration_error(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        Adapter(App(), **options)
    assert str(error.value) == message


def test_repeated_pings_on_the_callers_loop_start_the_lifespan_once() -> None:
    scope_types = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        scope_types.append(scope["type"])
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def ping() -> list[Any]:
        handler = Adapter(app)
        answers = [await handler.handle({"source": "serverless-plugin-warmup"}) for _ in range(3)]
        await handler.shutdown()
        return answers

    assert asyncio.run(ping()) == [{}, {}, {}]
    assert scope_types == ["lifespan"]
