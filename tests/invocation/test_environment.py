"""The environment of a process: its event loop, concurrent callers, shutdown and SIGTERM."""

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


def test_a_closed_loop_is_replaced() -> None:
    messages = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            messages.append(await receive())
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
    assert messages == [{"type": "lifespan.startup"}] * 2
    handler.stop()


def test_an_error_in_a_running_loop_reaches_the_caller() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise SystemExit(3)

    handler = Adapter(app, lifespan="off")

    async def main() -> None:
        with pytest.raises(SystemExit):
            handler(event())

    asyncio.run(main())


def test_a_handler_called_by_its_own_app_raises_runtime_error() -> None:
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


def test_the_thread_that_runs_the_loop_waits_for_joined_requests() -> None:
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

    thread = threading.Thread(target=call, args=("/short",))
    thread.start()
    time.sleep(0.02)
    call("/long")
    thread.join()
    assert sorted(answers) == ["/long", "/short"]


def test_each_request_has_its_own_copy_of_the_callers_context() -> None:
    variable = contextvars.ContextVar("variable", default="outside")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        value = variable.get()
        variable.set("inside")
        await reply(send, value.encode())

    handler = Adapter(app, lifespan="off")
    assert handler(event())["body"] == "outside"
    variable.set("caller")
    assert handler(event())["body"] == "caller"
    assert variable.get() == "caller"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_gets_a_new_environment(tmp_path: Any) -> None:
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
    result = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=30
    )
    assert (result.stdout, result.stderr) == ("done\n", "")


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


def run_script(script: str) -> tuple[int, str, str]:
    result = subprocess.run(
        [sys.executable, "-c", LIFESPAN_SCRIPT + script],
        capture_output=True, text=True, timeout=30, cwd=os.getcwd(),
    )  # fmt: skip
    return result.returncode, result.stdout, result.stderr


def test_the_lifespan_shuts_down_when_the_interpreter_exits() -> None:
    assert run_script("handler = Adapter(app); handler(event('/'))") == (0, "shut down\n", "")


def test_a_shutdown_at_interpreter_exit_can_use_an_executor() -> None:
    script = """
import asyncio
async def threaded(scope, receive, send):
    await receive()
    await asyncio.to_thread(int)  # its thread stays: Python 3.12.1 starts none at its end
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print(await asyncio.to_thread(lambda: "from a thread"), flush=True)
    await send({"type": "lifespan.shutdown.complete"})
Adapter(threaded).start()
"""
    assert run_script(script) == (0, "from a thread\n", "")


def test_sigterm_shuts_down_and_then_ends_the_process() -> None:
    script = "handler = Adapter(app); handler(event('/')); os.kill(os.getpid(), signal.SIGTERM)"
    assert run_script(script) == (-signal.SIGTERM, "shut down\n", "")


def test_sigterm_is_passed_to_the_previous_handler() -> None:
    script = (
        "signal.signal(signal.SIGTERM, lambda *_: print('chained', flush=True))\n"
        "handler = Adapter(app); handler(event('/')); os.kill(os.getpid(), signal.SIGTERM)\n"
        "print('alive')"
    )
    assert run_script(script) == (0, "shut down\nchained\nalive\n", "")


def test_sigterm_during_a_request_waits_for_the_end_of_the_request() -> None:
    script = "handler = Adapter(app); handler(event('/term')); print('unreached')"
    assert run_script(script) == (-signal.SIGTERM, "still serving\nshut down\n", "")


def test_sigterm_shuts_down_while_another_loop_runs() -> None:
    script = (
        "import asyncio\n"
        "handler = Adapter(app); handler(event('/'))\n"
        "async def main(): os.kill(os.getpid(), signal.SIGTERM); time.sleep(1)\n"
        "asyncio.run(main())"
    )
    assert run_script(script) == (-signal.SIGTERM, "shut down\n", "")


def test_a_lifespan_started_in_a_thread_sets_no_sigterm_handler() -> None:
    script = (
        "before = signal.getsignal(signal.SIGTERM)\n"
        "handler = Adapter(app)\n"
        "thread = threading.Thread(target=handler, args=(event('/'),))\n"
        "thread.start(); thread.join()\n"
        "print(signal.getsignal(signal.SIGTERM) == before)"
    )
    assert run_script(script) == (0, "True\nshut down\n", "")


def test_a_shutdown_that_hangs_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lambda_adapters.invocation.environment._SHUTDOWN_SECONDS", 0.01)
    env = Environment()

    async def hang() -> None:
        await asyncio.sleep(60)

    async def nothing() -> None: ...

    env.call(nothing)
    env.at_shutdown(hang)
    env.shutdown()
    env.shutdown()
    assert caplog.messages == ["A shutdown took longer than 0.01 s and was cancelled."]
    env.close()


def test_a_shutdown_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    env = Environment()

    async def fail() -> None:
        raise ValueError("the reason")

    assert not env.loop.is_closed()
    env.at_shutdown(fail)
    env.shutdown()
    assert caplog.messages == ["The app could not be shut down."]
    env.close()
    env.close()


class FakeWork:
    """Work for the environment that finishes when `finish` is called."""

    on_finish: Callable[[], None] | None = None
    finished = False

    async def run(self) -> None: ...

    def finish(self) -> None:
        self.finished = True
        if self.on_finish is not None:
            self.on_finish()


def test_work_that_is_cancelled_before_it_starts_is_finished() -> None:
    starts = []

    class CancelledWork(FakeWork):
        async def run(self) -> None:
            starts.append(True)

    def cancel_new_tasks(old_tasks: "set[asyncio.Task[Any]]") -> None:
        for task in asyncio.all_tasks() - old_tasks:
            task.cancel()

    async def run_on_another_loop() -> None:
        running = asyncio.get_running_loop()
        running.call_soon(cancel_new_tasks, asyncio.all_tasks())
        await run_here(CancelledWork())

    loop = environment.loop
    loop.call_soon(cancel_new_tasks, asyncio.all_tasks(loop))
    environment.run(CancelledWork())
    asyncio.run(run_on_another_loop())
    assert starts == []
    assert Adapter(hello, lifespan="off")(event())["body"] == "ok"


def test_the_process_ends_while_a_daemon_thread_still_serves() -> None:
    script = (
        "handler = Adapter(app)\n"
        "async def slow(scope, receive, send): time.sleep(60)\n"
        "stuck = Adapter(slow, lifespan='off')\n"
        "handler(event('/'))\n"
        "threading.Thread(target=stuck, args=(event('/'),), daemon=True).start()\n"
        "time.sleep(0.2)"
    )
    assert run_script(script) == (0, "", "")


def test_work_that_cannot_start_raises_in_the_callers_thread() -> None:
    class BrokenWork(FakeWork):
        def run(self) -> Any:
            raise ValueError("the reason")

    async def run_in_a_loop() -> None:
        environment.run(BrokenWork())

    with pytest.raises(ValueError, match="the reason"):
        environment.run(BrokenWork())
    with pytest.raises(ValueError, match="the reason"):
        asyncio.run(run_in_a_loop())
    assert Adapter(hello, lifespan="off")(event())["body"] == "ok"


def test_the_loop_inherited_by_a_fork_is_not_closed() -> None:
    env = Environment()
    inherited = env.loop
    env._after_fork()
    assert env.loop is not inherited
    assert not inherited.is_closed()
    env.close()
    env._loop, env._root = inherited, env._inherited[1]  # type: ignore[assignment]
    env.close()


def test_close_retrieves_the_exceptions_of_tasks() -> None:
    env = Environment()

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ValueError("the reason") from None

    task = env.loop.create_task(stubborn())
    env.call(lambda: asyncio.sleep(0))
    env.close()
    assert repr(task.exception()) == "ValueError('the reason')"
    env.close()


def test_close_does_nothing_while_another_thread_is_served() -> None:
    env = Environment()
    running, release = threading.Event(), threading.Event()

    async def wait() -> None:
        running.set()
        while not release.is_set():
            await asyncio.sleep(0.001)

    thread = threading.Thread(target=env.call, args=(wait,))
    thread.start()
    running.wait()
    env.close()
    assert not env.loop.is_closed()
    release.set()
    thread.join()
    env.close()
    assert env._loop is not None
    assert env._loop.is_closed()


def test_after_close_no_shutdown_runs() -> None:
    env = Environment()
    env.close()
    env.shutdown()
    calls = []

    async def never() -> None:
        calls.append(1)

    env.call(lambda: asyncio.sleep(0))
    env.at_shutdown(never)
    env.forget_shutdown(never)
    env.forget_shutdown(never)
    env.close()
    assert calls == []


class SigtermTest:
    """A Sigterm whose shutdown is logged, and a previous handler that is logged too."""

    def __init__(self, busy: bool = False) -> None:
        self.log: list[str] = []
        self.busy = busy
        self.sigterm = Sigterm(lambda: self.busy, lambda: self.log.append("shut down"))
        self.before = signal.signal(signal.SIGTERM, lambda *_: self.log.append("chained"))

    def __enter__(self) -> "SigtermTest":
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self.before)


def test_sigterm_shuts_down_once_and_calls_the_previous_handler() -> None:
    with SigtermTest() as test:
        test.sigterm.watch()
        test.sigterm.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert test.log == ["shut down", "chained"]
        os.kill(os.getpid(), signal.SIGTERM)
        assert test.log == ["shut down", "chained", "chained"]


def test_a_sigterm_while_busy_is_handled_later() -> None:
    with SigtermTest(busy=True) as test:
        test.sigterm.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert test.log == []
        test.sigterm.act_if_pending()
        test.sigterm.act_if_pending()
        assert test.log == ["shut down", "chained"]


def test_watch_in_another_thread_sets_no_handler() -> None:
    with SigtermTest() as test:
        thread = threading.Thread(target=test.sigterm.watch)
        thread.start()
        thread.join()
        os.kill(os.getpid(), signal.SIGTERM)
        assert test.log == ["chained"]


def test_an_idle_environment_shuts_down_at_sigterm() -> None:
    log: list[str] = []
    env = Environment()

    async def shut_down() -> None:
        log.append("shut down")

    before = signal.signal(signal.SIGTERM, lambda *_: log.append("chained"))
    try:
        env.call(lambda: asyncio.sleep(0))
        env.at_shutdown(shut_down)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert log == ["shut down", "chained"]
    env.close()


def test_a_sigterm_that_comes_during_work_is_handled_at_its_end() -> None:
    log: list[str] = []
    env = Environment()

    async def shut_down() -> None:
        log.append("shut down")

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        log.append("finished")

    before = signal.signal(signal.SIGTERM, lambda *_: log.append("chained"))
    try:
        env.call(lambda: asyncio.sleep(0))
        env.at_shutdown(shut_down)
        env.call(work)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert log == ["finished", "shut down", "chained"]
    env.close()


def test_synchronous_endpoints_reuse_one_worker_thread() -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request as StarletteRequest
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def endpoint(request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse(str(threading.get_ident()))

    handler = Adapter(Starlette(routes=[Route("/", endpoint)]), lifespan="off")
    threads = {handler(event())["body"] for _ in range(5)}
    assert len(threads) == 1


def test_an_unfinished_task_is_logged_once_and_not_cancelled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ends = []
    tasks = []

    async def orphan() -> None:
        await asyncio.sleep(0.01)
        ends.append(True)

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
    assert "orphan unfinished" in caplog.messages[0]
    time.sleep(0.02)
    second_handler = Adapter(hello, lifespan="off")
    second_handler(event())
    second_handler(event())
    assert ends == [True, True]
