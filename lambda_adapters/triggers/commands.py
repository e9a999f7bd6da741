"""Commands in the deployed function: `manage.py migrate` where the database can be reached.

Off unless a Router is told: `router.on("command", django_commands())`. Only somebody who may
invoke the function can send one: the invocation's client context has to say so, which no event
source lets its users write (IoT rules and integrations without a proxy pass on whole events of
theirs). Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, X-Amz-Client-Context.
"""

import contextlib
import io
import traceback
from collections.abc import Callable
from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.triggers.detection import COMMAND

_MOST_OUTPUT = 1024 * 1024  # characters; a response is 6 MB at most, and its end tells the most

Result = dict[str, Any]


def commands(run: Callable[[list[str]], object]) -> Callable[..., Result]:
    """A function of (event, context) that gives a command's words to `run`.

    The event is `{"lambda_adapters_command": ["migrate", "--noinput"]}`, with a client context
    whose `custom` has the same key; the answer is
    `{"exit_code": 0, "output": "..."}`: what was printed, stdout and stderr together, the last
    megabyte of it. `run` ends as programs do: by returning, or with SystemExit.
    """

    def function(event: Any, context: Any = None) -> Result:
        custom = getattr(getattr(context, "client_context", None), "custom", None)
        if not isinstance(custom, dict) or COMMAND not in custom:
            raise BadRequest(
                "Expected a command by Invoke with a client context that says so, got an event "
                "without it. Next: lambda-adapters command FUNCTION -- migrate"
            )
        words = event.get(COMMAND) if isinstance(event, dict) else None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise BadRequest(
                f'Expected a command as {{"{COMMAND}": ["migrate", "--noinput"]}}, got other '
                "JSON. Next: lambda-adapters command FUNCTION -- migrate --noinput"
            )
        data = io.BytesIO()
        output = io.TextIOWrapper(data, "utf-8", errors="replace", write_through=True)
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            exit_code = _exit_code(run, words)
        text = data.getvalue().decode("utf-8", "replace")
        return {"exit_code": exit_code, "output": text[-_MOST_OUTPUT:]}

    return function


def _exit_code(run: Callable[[list[str]], object], words: list[str]) -> int:
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
    """Flask's command line for an app: `flask routes`, the app's own commands, and those of
    extensions such as `flask db upgrade`."""

    def run(words: list[str]) -> None:
        from flask.cli import FlaskGroup

        group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
        group.main(words, prog_name="flask")

    return commands(run)


def django_commands() -> Callable[..., Result]:
    """Django's command line, for the settings that DJANGO_SETTINGS_MODULE names."""

    def run(words: list[str]) -> None:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["manage.py", *words])

    return commands(run)
