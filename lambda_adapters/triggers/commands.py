"""Run commands in the deployed function, such as `manage.py migrate`.

Off by default; turn it on with `router.on("command", django_commands())`. A command needs
permission to invoke the function: the client context of the invocation must have the key too. No
event source lets its users write the client context, but IoT rules and non-proxy integrations let
them write the whole event. Source:
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, X-Amz-Client-Context.
"""

import contextlib
import io
import traceback
from collections.abc import Callable
from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.triggers.detection import COMMAND

_MAX_OUTPUT = 1024 * 1024  # characters; a response is 6 MB at most, and the end matters most

Result = dict[str, Any]


def commands(run: Callable[[list[str]], object]) -> Callable[..., Result]:
    """Return a function of (event, context) that calls `run` with a command's words.

    The event is `{"lambda_adapters_command": ["migrate", "--noinput"]}`, with a client context
    whose `custom` has the same key. The response is `{"exit_code": 0, "output": "..."}`; `output`
    is the last megabyte of stdout and stderr together. `run` ends like a program: it returns or
    raises SystemExit.
    """

    def function(event: Any, context: Any = None) -> Result:
        custom = getattr(getattr(context, "client_context", None), "custom", None)
        if not isinstance(custom, dict) or COMMAND not in custom:
            raise BadRequest(
                f"Expected a command by Invoke with {COMMAND!r} in its client context, got an "
                "event without it. Next: lambda-adapters command FUNCTION -- migrate"
            )
        words = event.get(COMMAND) if isinstance(event, dict) else None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise BadRequest(
                f'Expected a command as {{"{COMMAND}": ["migrate", "--noinput"]}}, got another '
                "value. Next: lambda-adapters command FUNCTION -- migrate --noinput"
            )
        data = io.BytesIO()
        output = io.TextIOWrapper(data, "utf-8", errors="replace", write_through=True)
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            exit_code = _run_command(run, words)
        text = data.getvalue().decode("utf-8", "replace")
        return {"exit_code": exit_code, "output": text[-_MAX_OUTPUT:]}

    return function


def _run_command(run: Callable[[list[str]], object], words: list[str]) -> int:
    """Run a command and return its exit code."""
    try:
        run(words)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code)  # as the interpreter does
        return 1
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def flask_commands(app: Any) -> Callable[..., Result]:
    """Return `commands` for Flask's command line: `flask routes`, the app's own commands, and those
    of extensions such as `flask db upgrade`."""

    def run(words: list[str]) -> None:
        from flask.cli import FlaskGroup

        group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
        group.main(words, prog_name="flask")

    return commands(run)


def django_commands() -> Callable[..., Result]:
    """Return `commands` for Django's command line, with the settings of DJANGO_SETTINGS_MODULE."""

    def run(words: list[str]) -> None:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["manage.py", *words])

    return commands(run)
