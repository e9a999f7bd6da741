"""Commands in the deployed function: the event has the words, the result output and exit code."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import click
import pytest
from django.core import management
from flask import Flask

from lambda_adapters import BadRequest, Front, Request, UnknownEvent
from lambda_adapters.routing.router import Router
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.triggers.commands import commands, django_commands, flask_commands
from wsgi_lambda import Adapter

KEY = "lambda_adapters_command"
BY_INVOKE = SimpleNamespace(client_context=SimpleNamespace(custom={KEY: True}))


def command_event(*words: Any) -> dict[str, Any]:
    return {KEY: list(words)}


@pytest.mark.parametrize(
    "context",
    [
        None,
        SimpleNamespace(client_context=None),
        SimpleNamespace(client_context=SimpleNamespace(custom=None)),
        SimpleNamespace(client_context=SimpleNamespace(custom={})),
    ],
)
def test_an_event_without_the_client_context_raises_bad_request(context: Any) -> None:
    """An IoT rule passes on a device's message, which could contain the key of a command."""
    calls: list[Any] = []

    with pytest.raises(BadRequest, match="^Expected a command by Invoke"):
        commands(calls.append)({**command_event("shell"), "temperature": 3}, context)
    assert calls == []


def test_bytes_that_a_command_writes_are_in_the_output() -> None:
    def run(words: list[str]) -> None:
        sys.stdout.buffer.write("caf\u00e9 ".encode() + b"\xff\n")

    assert commands(run)(command_event("a"), BY_INVOKE)["output"] == "caf\u00e9 \ufffd\n"


def exit_with(code: Any) -> Any:
    def run(words: list[str]) -> None:
        print("words:", *words)
        print("and an error", file=sys.stderr)
        raise SystemExit(code)

    return run


@pytest.mark.parametrize(
    ("code", "exit_code", "message"),
    [(None, 0, ""), (0, 0, ""), (3, 3, ""), (True, 1, ""), ("no database", 1, "no database\n")],
)
def test_output_and_exit_code_are_returned(code: Any, exit_code: int, message: str) -> None:
    assert commands(exit_with(code))(command_event("migrate", "--plan"), BY_INVOKE) == {
        "exit_code": exit_code,
        "output": f"words: migrate --plan\nand an error\n{message}",
    }


def test_a_command_that_returns_has_exit_code_0() -> None:
    assert commands(print)(command_event("a"), BY_INVOKE) == {"exit_code": 0, "output": "['a']\n"}


def test_the_traceback_of_a_command_is_in_its_output() -> None:
    def run(words: list[str]) -> None:
        raise LookupError("no such table")

    result = commands(run)(command_event("migrate"), BY_INVOKE)

    assert result["exit_code"] == 1
    assert result["output"].endswith("LookupError: no such table\n")


def test_only_the_end_of_a_long_output_is_returned() -> None:
    def run(words: list[str]) -> None:
        print("a" * 3_000_000 + "end", end="")

    assert commands(run)(command_event(), BY_INVOKE)["output"] == "a" * (1024 * 1024 - 3) + "end"


@pytest.mark.parametrize(
    "event", [None, [], {}, command_event(7), {"lambda_adapters_command": "migrate"}]
)
def test_an_invalid_command_raises_bad_request(event: Any) -> None:
    with pytest.raises(BadRequest, match="^Expected a command as"):
        commands(print)(event, BY_INVOKE)


def test_flask_commands_run_with_the_app() -> None:
    app = Flask("shop")

    @app.cli.command("greet")
    @click.argument("name")
    def greet(name: str) -> None:
        from flask import current_app

        print(f"hello {name} from {current_app.name}")

    function = flask_commands(app)

    assert function(command_event("greet", "zoe"), BY_INVOKE) == {
        "exit_code": 0,
        "output": "hello zoe from shop\n",
    }
    assert "static    GET" in function(command_event("routes"), BY_INVOKE)["output"]
    wrong = function(command_event("nothing"), BY_INVOKE)
    assert wrong["exit_code"] == 2
    assert "No such command 'nothing'" in wrong["output"]


DJANGO = """
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes"],
)
from lambda_adapters.triggers.commands import django_commands
from lambda_adapters.routing.router import Router
from lambda_adapters.sources.registry import all_sources
from types import SimpleNamespace
custom = {"lambda_adapters_command": True}
context = SimpleNamespace(client_context=SimpleNamespace(custom=custom))
router = Router()
router.on("command", django_commands())
done = router({"lambda_adapters_command": ["migrate", "--noinput", "--no-color"]}, context)
assert done["exit_code"] == 0, done
assert "Applying contenttypes.0001_initial... OK" in done["output"], done
wrong = router({"lambda_adapters_command": ["nothing"]}, context)
assert wrong["exit_code"] == 1, wrong
assert "Unknown command: 'nothing'" in wrong["output"], wrong
"""


def test_django_commands_run() -> None:
    command = [sys.executable, "-c", DJANGO]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_django_gets_the_words_as_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(management, "execute_from_command_line", calls.append)

    assert django_commands()(command_event("migrate", "--plan"), BY_INVOKE) == {
        "exit_code": 0,
        "output": "",
    }
    assert calls == [["manage.py", "migrate", "--plan"]]


def test_only_a_direct_invocation_of_a_router_with_a_target_is_a_command() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"the app"]

    router = Router(Adapter(app))
    with pytest.raises(UnknownEvent):
        router(command_event("migrate"))
    router.on("command", commands(print))
    assert router(command_event("migrate"), BY_INVOKE)["output"] == "['migrate']\n"
    for source in all_sources():
        event = {**source.event_from_request(Request(), Front()), **command_event("migrate")}
        reply = source.reply_from_response(router(event, BY_INVOKE), Request(), Front())
        assert reply.body == b"the app"
