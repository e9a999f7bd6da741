"""Commands in the deployed function: their words go in, output and exit code come back."""

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


def sent(*words: Any) -> dict[str, Any]:
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
def test_an_event_without_the_client_context_of_an_invoke_is_no_command(context: Any) -> None:
    """A device's message, as an IoT rule passes it on, is an event as a whole."""
    called: list[Any] = []

    with pytest.raises(BadRequest, match="^Expected a command by Invoke"):
        commands(called.append)({**sent("shell"), "temperature": 3}, context)
    assert called == []


def test_bytes_that_a_command_writes_come_back() -> None:
    def run(words: list[str]) -> None:
        sys.stdout.buffer.write("caf\u00e9 ".encode() + b"\xff\n")

    assert commands(run)(sent("a"), BY_INVOKE)["output"] == "caf\u00e9 \ufffd\n"


def ending(code: Any) -> Any:
    def run(words: list[str]) -> None:
        print("words:", *words)
        print("and an error", file=sys.stderr)
        raise SystemExit(code)

    return run


@pytest.mark.parametrize(
    ("code", "exit_code", "more"),
    [(None, 0, ""), (0, 0, ""), (3, 3, ""), (True, 1, ""), ("no database", 1, "no database\n")],
)
def test_output_and_exit_code_come_back(code: Any, exit_code: int, more: str) -> None:
    assert commands(ending(code))(sent("migrate", "--plan"), BY_INVOKE) == {
        "exit_code": exit_code,
        "output": f"words: migrate --plan\nand an error\n{more}",
    }


def test_a_command_that_returns_has_ended_well() -> None:
    assert commands(print)(sent("a"), BY_INVOKE) == {"exit_code": 0, "output": "['a']\n"}


def test_what_a_command_raises_is_its_output() -> None:
    def run(words: list[str]) -> None:
        raise LookupError("no such table")

    result = commands(run)(sent("migrate"), BY_INVOKE)

    assert result["exit_code"] == 1
    assert result["output"].endswith("LookupError: no such table\n")


def test_of_a_long_output_the_end_comes_back() -> None:
    def run(words: list[str]) -> None:
        print("a" * 3_000_000 + "end", end="")

    assert commands(run)(sent(), BY_INVOKE)["output"] == "a" * (1024 * 1024 - 3) + "end"


@pytest.mark.parametrize("event", [None, [], {}, sent(7), {"lambda_adapters_command": "migrate"}])
def test_what_is_no_command_is_refused(event: Any) -> None:
    with pytest.raises(BadRequest, match="^Expected a command as"):
        commands(print)(event, BY_INVOKE)


def test_flasks_own_commands_run_with_the_app() -> None:
    app = Flask("shop")

    @app.cli.command("greet")
    @click.argument("name")
    def greet(name: str) -> None:
        from flask import current_app

        print(f"hello {name} from {current_app.name}")

    function = flask_commands(app)

    assert function(sent("greet", "zoe"), BY_INVOKE) == {
        "exit_code": 0,
        "output": "hello zoe from shop\n",
    }
    assert "static    GET" in function(sent("routes"), BY_INVOKE)["output"]
    wrong = function(sent("nothing"), BY_INVOKE)
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


def test_djangos_own_commands_run() -> None:
    command = [sys.executable, "-c", DJANGO]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_djangos_command_line_gets_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(management, "execute_from_command_line", asked.append)

    assert django_commands()(sent("migrate", "--plan"), BY_INVOKE) == {"exit_code": 0, "output": ""}
    assert asked == [["manage.py", "migrate", "--plan"]]


def test_only_a_direct_invocation_is_a_command_and_only_where_it_is_asked_for() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"the app"]

    router = Router(Adapter(app))
    with pytest.raises(UnknownEvent):
        router(sent("migrate"))
    router.on("command", commands(print))
    assert router(sent("migrate"), BY_INVOKE)["output"] == "['migrate']\n"
    for source in all_sources():
        event = {**source.event_from_request(Request(), Front()), **sent("migrate")}
        reply = source.reply_from_response(router(event, BY_INVOKE), Request(), Front())
        assert reply.body == b"the app"
