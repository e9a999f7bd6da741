"""One environment per process: who drives the loop, who joins it, what ends it."""

import asyncio
import contextvars
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from asgi_lambda import Adapter
from lambda_adapters import Front, Request
from lambda_adapters.invocation.environment import Environment, environment
from lambda_adapters.invocation.loop_work import run_here
from lambda_adapters.invocation.sigterm import Sigterm
from lambda_adapters.sources.api_gateway import http_api

Message = dict[str, Any]


def event(path: str = "/") -> dict[str, Any]:
    return http_api.event_from_request(Request(path=path, raw_path=path), Front())


async def reply(send: Any, body: bytes = b"ok") -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await reply(send)


def test_requests_share_one_loop() -> None:
    loops = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        await reply(send)

    first, second = Adapter(app, lifespan="off"), Adapter(app, lifespan="off")
    for handler in (first, second, first):
        assert handler(event())["statusCode"] == 200
    assert loops == [environment.loop] * 3


def test_asyncio_run_elsewhere_does_no_harm() -> None:
    handler = Adapter(hello, lifespan="off")
    asyncio.run(asyncio.sleep(0))
    assert handler(event())["body"] == "ok"
    asyncio.run(asyncio.sleep(0))
    assert handler(event())["body"] == "ok"


def test_a_loop_that_somebody_closed_is_made_anew() -> None:
    started = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            started.append(await receive())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await reply(send)

    handler = Adapter(app)
    handler(event())
    before = environment.loop
    for task in asyncio.all_tasks(before):
        task.cancel()
    before.run_until_complete(asyncio.sleep(0))
    before.close()
    assert handler(event())["body"] == "ok"
    assert environment.loop is not before
    assert started == [{"type": "lifespan.startup"}] * 2
    handler.stop()


def test_a_handler_called_under_a_running_loop_is_served_by_another_thread() -> None:
    handler = Adapter(hello, lifespan="off")

    async def main() -> Any:
        return handler(event())

    assert asyncio.run(main())["body"] == "ok"


def test_an_error_under_a_running_loop_reaches_the_caller() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise SystemExit(3)

    handler = Adapter(app, lifespan="off")

    async def main() -> None:
        with pytest.raises(SystemExit):
            handler(event())

    asyncio.run(main())


def test_a_handler_called_by_its_own_app_says_what_to_do() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(RuntimeError, match="use 'await adapter.handle"):
            handler(event())
        answer = await handler.handle(event("/inner")) if scope["path"] == "/" else {"body": "in"}
        await reply(send, answer["body"].encode())

    handler = Adapter(app, lifespan="off")
    assert handler(event())["body"] == "in"


def test_sixteen_threads_share_one_adapter() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.001)
        await reply(send, scope["path"].encode())

    handler = Adapter(app, lifespan="off")
    answers: dict[int, list[str]] = {}

    def work(number: int) -> None:
        paths = [f"/{number}/{i}" for i in range(20)]
        answers[number] = [path for path in paths if handler(event(path))["body"] == path]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: [f"/{n}/{i}" for i in range(20)] for n in range(16)}


def test_the_driver_outlasts_those_who_joined_it() -> None:
    joined = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/long":
            joined.set()
            await asyncio.sleep(0.1)
        else:
            while not joined.is_set():
                await asyncio.sleep(0.001)
        await reply(send, scope["path"].encode())

    handler = Adapter(app, lifespan="off")
    answers: list[str] = []

    def call(path: str) -> None:
        answers.append(handler(event(path))["body"])

    driver = threading.Thread(target=call, args=("/short",))
    driver.start()
    time.sleep(0.02)
    call("/long")
    driver.join()
    assert sorted(answers) == ["/long", "/short"]


def test_each_request_has_its_own_copy_of_the_callers_context() -> None:
    variable = contextvars.ContextVar("variable", default="outside")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen = variable.get()
        variable.set("inside")
        await reply(send, seen.encode())

    handler = Adapter(app, lifespan="off")
    assert handler(event())["body"] == "outside"
    variable.set("caller")
    assert handler(event())["body"] == "caller"
    assert variable.get() == "caller"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_an_environment_of_its_own(tmp_path: Any) -> None:
    script = tmp_path / "forks.py"
    script.write_text(
        "import os, sys\n"
        "from asgi_lambda import Adapter\n"
        "from lambda_adapters.invocation.environment import environment\n"
        "started = []\n"
        "async def app(scope, receive, send):\n"
        "    if scope['type'] == 'lifespan':\n"
        "        await receive()\n"
        "        started.append(os.getpid())\n"
        "        await send({'type': 'lifespan.startup.complete'})\n"
        "        await receive()\n"
        "        return\n"
        "    if scope['path'] == '/fork':\n"
        "        pid = os.fork()\n"
        "        if pid == 0:\n"
        "            os._exit(0 if handler(event('/child'))['body'] == 'ok' else 1)\n"
        "        assert os.waitpid(pid, 0)[1] == 0\n"
        "    await send({'type': 'http.response.start', 'status': 200})\n"
        "    await send({'type': 'http.response.body', 'body': b'ok'})\n"
        "def event(path):\n"
        "    return {'rawPath': path, 'requestContext': {'http': {'method': 'GET'}}}\n"
        "handler = Adapter(app)\n"
        "assert handler(event('/'))['body'] == 'ok'\n"
        "parent = environment.loop\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    assert handler(event('/'))['body'] == 'ok'\n"
        "    assert environment.loop is not parent\n"
        "    os._exit(0 if len(started) == 2 else 1)\n"
        "assert os.waitpid(pid, 0)[1] == 0\n"
        "assert handler(event('/'))['body'] == 'ok' and len(started) == 1\n"
        "assert handler(event('/fork'))['body'] == 'ok'\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=30
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


LIFESPAN_SCRIPT = """
import os, signal, sys, threading, time
from asgi_lambda import Adapter
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("shut down", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/term":
        os.kill(os.getpid(), signal.SIGTERM)
        print("still serving", flush=True)
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"ok"})
def event(path):
    return {"rawPath": path, "requestContext": {"http": {"method": "GET"}}}
"""


def run(script: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", LIFESPAN_SCRIPT + script],
        capture_output=True, text=True, timeout=30, cwd=os.getcwd(),
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_the_lifespan_shuts_down_when_the_interpreter_ends() -> None:
    assert run("handler = Adapter(app); handler(event('/'))") == (0, "shut down\n", "")


def test_a_shutdown_when_the_interpreter_ends_may_use_an_executor() -> None:
    script = """
import asyncio
async def threaded(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print(await asyncio.to_thread(lambda: "from a thread"), flush=True)
    await send({"type": "lifespan.shutdown.complete"})
Adapter(threaded).start()
"""
    assert run(script) == (0, "from a thread\n", "")


def test_sigterm_shuts_down_and_then_does_what_it_would_have_done() -> None:
    script = "handler = Adapter(app); handler(event('/')); os.kill(os.getpid(), signal.SIGTERM)"
    assert run(script) == (-signal.SIGTERM, "shut down\n", "")


def test_sigterm_is_passed_to_whoever_handled_it_before() -> None:
    script = (
        "signal.signal(signal.SIGTERM, lambda *_: print('chained', flush=True))\n"
        "handler = Adapter(app); handler(event('/')); os.kill(os.getpid(), signal.SIGTERM)\n"
        "print('alive')"
    )
    assert run(script) == (0, "shut down\nchained\nalive\n", "")


def test_sigterm_during_a_request_waits_for_its_end() -> None:
    script = "handler = Adapter(app); handler(event('/term')); print('unreached')"
    assert run(script) == (-signal.SIGTERM, "still serving\nshut down\n", "")


def test_sigterm_in_a_process_that_runs_another_loop_shuts_down_too() -> None:
    script = (
        "import asyncio\n"
        "handler = Adapter(app); handler(event('/'))\n"
        "async def main(): os.kill(os.getpid(), signal.SIGTERM); time.sleep(1)\n"
        "asyncio.run(main())"
    )
    assert run(script) == (-signal.SIGTERM, "shut down\n", "")


def test_a_thread_that_starts_the_lifespan_leaves_sigterm_alone() -> None:
    script = (
        "before = signal.getsignal(signal.SIGTERM)\n"
        "handler = Adapter(app)\n"
        "thread = threading.Thread(target=handler, args=(event('/'),))\n"
        "thread.start(); thread.join()\n"
        "print(signal.getsignal(signal.SIGTERM) == before)"
    )
    assert run(script) == (0, "True\nshut down\n", "")


def test_a_shutdown_that_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.01)
    own = Environment()

    async def hang() -> None:
        await asyncio.sleep(60)

    async def nothing() -> None: ...

    own.call(nothing)
    own.at_shutdown(hang)
    own.shutdown()
    own.shutdown()
    assert caplog.messages == ["A shutdown took longer than 0.01 s and was given up."]
    own.close()


def test_a_shutdown_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    own = Environment()

    async def fail() -> None:
        raise ValueError("the reason")

    assert not own.loop.is_closed()
    own.at_shutdown(fail)
    own.shutdown()
    assert caplog.messages == ["The app could not be shut down."]
    own.close()
    own.close()


class Done:
    """Work that is finished when somebody says so."""

    on_finish: Callable[[], None] | None = None
    finished = False

    async def run(self) -> None: ...

    def finish(self) -> None:
        self.finished = True
        if self.on_finish is not None:
            self.on_finish()


def test_work_that_is_cancelled_before_it_begins_is_waited_for_no_longer() -> None:
    begun = []

    class Unbegun(Done):
        async def run(self) -> None:
            begun.append(True)

    def sweep(kept: "set[asyncio.Task[Any]]") -> None:
        for task in asyncio.all_tasks() - kept:
            task.cancel()

    async def on_a_loop_of_our_own() -> None:
        running = asyncio.get_running_loop()
        running.call_soon(sweep, asyncio.all_tasks())
        await run_here(Unbegun())

    loop = environment.loop
    loop.call_soon(sweep, asyncio.all_tasks(loop))
    environment.run(Unbegun())
    asyncio.run(on_a_loop_of_our_own())
    assert begun == []
    assert Adapter(hello, lifespan="off")(event())["body"] == "ok"


def test_the_process_ends_although_a_daemon_still_serves() -> None:
    script = (
        "handler = Adapter(app)\n"
        "async def slow(scope, receive, send): time.sleep(60)\n"
        "stuck = Adapter(slow, lifespan='off')\n"
        "handler(event('/'))\n"
        "threading.Thread(target=stuck, args=(event('/'),), daemon=True).start()\n"
        "time.sleep(0.2)"
    )
    assert run(script) == (0, "", "")


def test_work_that_cannot_begin_raises_in_whatever_thread() -> None:
    class Broken(Done):
        def run(self) -> Any:
            raise ValueError("the reason")

    async def under_a_loop() -> None:
        environment.run(Broken())

    with pytest.raises(ValueError, match="the reason"):
        environment.run(Broken())
    with pytest.raises(ValueError, match="the reason"):
        asyncio.run(under_a_loop())
    assert Adapter(hello, lifespan="off")(event())["body"] == "ok"


def test_what_a_fork_inherits_is_left_alone() -> None:
    own = Environment()
    inherited = own.loop
    own._after_fork()
    assert own.loop is not inherited
    assert not inherited.is_closed()
    own.close()
    own._loop, own._root = inherited, own._inherited[1]  # type: ignore[assignment]
    own.close()


def test_closing_hears_what_the_tasks_raise() -> None:
    own = Environment()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ValueError("the reason") from None

    task = own.loop.create_task(stubborn())
    own.call(lambda: asyncio.sleep(0))
    own.close()
    assert repr(task.exception()) == "ValueError('the reason')"
    own.close()


def test_closing_does_nothing_while_another_thread_is_served() -> None:
    own = Environment()
    begun, release = threading.Event(), threading.Event()

    async def wait() -> None:
        begun.set()
        while not release.is_set():
            await asyncio.sleep(0.001)

    thread = threading.Thread(target=own.call, args=(wait,))
    thread.start()
    begun.wait()
    own.close()
    assert not own.loop.is_closed()
    release.set()
    thread.join()
    own.close()
    assert own._loop is not None
    assert own._loop.is_closed()


def test_a_loop_that_is_closed_cannot_be_shut_down_any_more() -> None:
    own = Environment()
    own.close()
    own.shutdown()
    calls = []

    async def never() -> None:
        calls.append(1)

    own.call(lambda: asyncio.sleep(0))
    own.at_shutdown(never)
    own.forget_shutdown(never)
    own.forget_shutdown(never)
    own.close()
    assert calls == []


class Signalled:
    """A Sigterm that logs, and what the process did before it with the signal."""

    def __init__(self, busy: bool = False) -> None:
        self.log: list[str] = []
        self.busy = busy
        self.sigterm = Sigterm(lambda: self.busy, lambda: self.log.append("shut down"))
        self.before = signal.signal(signal.SIGTERM, lambda *_: self.log.append("chained"))

    def __enter__(self) -> "Signalled":
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self.before)


def test_the_signal_shuts_down_and_is_passed_on() -> None:
    with Signalled() as it:
        it.sigterm.watch()
        it.sigterm.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert it.log == ["shut down", "chained"]
        os.kill(os.getpid(), signal.SIGTERM)
        assert it.log == ["shut down", "chained", "chained"]


def test_the_signal_waits_for_what_must_not_be_interrupted() -> None:
    with Signalled(busy=True) as it:
        it.sigterm.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert it.log == []
        it.sigterm.act_if_pending()
        it.sigterm.act_if_pending()
        assert it.log == ["shut down", "chained"]


def test_no_other_thread_than_the_main_one_watches_for_the_signal() -> None:
    with Signalled() as it:
        thread = threading.Thread(target=it.sigterm.watch)
        thread.start()
        thread.join()
        os.kill(os.getpid(), signal.SIGTERM)
        assert it.log == ["chained"]


def test_an_idle_environment_shuts_down_at_the_signal() -> None:
    log: list[str] = []
    own = Environment()

    async def shut_down() -> None:
        log.append("shut down")

    before = signal.signal(signal.SIGTERM, lambda *_: log.append("chained"))
    try:
        own.call(lambda: asyncio.sleep(0))
        own.at_shutdown(shut_down)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert log == ["shut down", "chained"]
    own.close()


def test_worker_threads_of_synchronous_endpoints_outlive_their_request() -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request as StarletteRequest
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def endpoint(request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse(str(threading.get_ident()))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    threads = {handler(event())["body"] for _ in range(5)}
    assert len(threads) == 1


def test_a_task_left_behind_is_named_once_and_left_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []
    tasks = []

    async def orphan() -> None:
        await asyncio.sleep(0.01)
        done.append(True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        tasks.append(asyncio.create_task(orphan()))
        finished = asyncio.create_task(asyncio.sleep(0))
        await finished
        cancelled = asyncio.create_task(asyncio.sleep(60))
        cancelled.cancel()
        await reply(send)

    handler = Adapter(app, lifespan="off")
    with caplog.at_level(logging.WARNING):
        handler(event())
        handler(event())
    assert len(caplog.messages) == 1
    assert "orphan behind" in caplog.messages[0]
    time.sleep(0.02)
    asyncio_free = Adapter(hello, lifespan="off")
    asyncio_free(event())
    asyncio_free(event())
    assert done == [True, True]


def test_keyboard_interrupt_leaves_an_environment_that_serves_on(
    context: Callable[[float], Any],
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/stop":
            raise KeyboardInterrupt
        await reply(send)

    handler = Adapter(app, lifespan="off")
    with pytest.raises(KeyboardInterrupt):
        handler(event("/stop"), context(30))
    assert handler(event(), context(30))["body"] == "ok"
