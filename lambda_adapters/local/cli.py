"""The command line: `lambda-adapters` and what it can be told."""

import contextlib
import json
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lambda_adapters.local import MISSING

try:
    import click

    from lambda_adapters.local import remote_invoke as remote
    from lambda_adapters.local import server as serving
    from lambda_adapters.local.gateway import Gateway
except ModuleNotFoundError as missing:
    if missing.name not in ("click", "uvicorn"):
        raise
    raise SystemExit(MISSING.format(missing.name)) from None

from lambda_adapters.errors import ConfigurationError, LambdaAdaptersError
from lambda_adapters.invocation.handler import LambdaHandler
from lambda_adapters.local.console import Console
from lambda_adapters.local.context import DEFAULT_TIMEOUT, LocalContext
from lambda_adapters.local.fronts import EVENT_TYPES, FRONTS, EventType, local_front
from lambda_adapters.local.function import Function
from lambda_adapters.local.handler_import import CannotImport, import_handler, patterns_by_handler
from lambda_adapters.local.routes import DEFAULT
from lambda_adapters.triggers.detection import COMMAND

_timeout = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    help="Seconds that a function may take.",
)
_app_dir = click.option(
    "--app-dir",
    type=click.Path(exists=True, file_okay=False),
    default=".",
    show_default=True,
    help="Where to look for the modules first.",
)


@click.group()
@click.version_option(package_name="lambda-adapters", prog_name="lambda-adapters")
def main() -> None:
    """Run Lambda functions on this machine."""


@main.command()
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--front", default="http-api", show_default=True, help=f"One of {', '.join(FRONTS)}.")
@click.option("--stage", default="", help="The stage that every path begins with.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="0: any that is free.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--multi-value/--single-value",
    default=False,
    help="How the load balancer's target group sends headers.",
)
@click.option(
    "--binary-media-type",
    "binary_media_types",
    multiple=True,
    default=("*/*",),
    show_default=True,
    help="One of the REST API's binary media types; repeatable.",
)
@click.option(
    "--event-type",
    type=click.Choice(EVENT_TYPES),
    default=EVENT_TYPES[0],
    show_default=True,
    help="Which of CloudFront's triggers the functions are attached to.",
)
@_timeout
@_app_dir
def serve(
    targets: tuple[str, ...],
    front: str,
    stage: str,
    port: int,
    host: str,
    multi_value: bool,
    binary_media_types: tuple[str, ...],
    event_type: EventType,
    timeout: float,
    app_dir: str,
) -> None:
    """Serve functions over HTTP, every request through an event, a handler and a response.

    TARGET is module:handler, which gets every path, or PATTERN=module:handler, with API
    Gateway's patterns: /users, /users/{id}, /users/{proxy+}. Several patterns for one handler
    make one function.
    """
    console = Console()
    try:
        places = patterns_by_handler(targets)
        local_front(front, stage=stage)  # before the modules, which may take their time
        functions = [
            Function(_handler(place, app_dir), patterns, _name(place))
            for place, patterns in places.items()
        ]
        gateway = Gateway(
            functions,
            front,
            stage=stage,
            multi_value=multi_value,
            binary_media_types=binary_media_types,
            event_type=event_type,
            timeout=timeout,
            console=console,
        )
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from None
    try:
        listener = serving.listening(host, port)
    except serving.CannotListen as error:
        raise click.ClickException(str(error)) from None
    for function in functions:
        paths = ["every path" if p == DEFAULT else p for p in function.patterns]
        console.say(f"{function.name}  {'  '.join(paths)}")
    everywhere = any(DEFAULT in function.patterns for function in functions)
    url = f"{'Open' if everywhere else 'Listening on'} {serving.url_of(listener, gateway)}"
    if not serving.run(gateway, listener, lambda: console.say(f"{url}  (Ctrl-C ends)")):
        raise click.ClickException("A function did not start: see the traceback above.")


@main.command()
@click.argument("target", metavar="MODULE:HANDLER")
@click.argument("event", metavar="EVENT.json")
@_timeout
@_app_dir
def invoke(target: str, event: str, timeout: float, app_dir: str) -> None:
    """Call a handler with the event in a file (- for stdin) and print its response.

    What the handler itself prints goes to stderr, so that stdout is the response alone.
    """
    value = _event(event)
    with contextlib.redirect_stdout(sys.stderr):
        try:
            handler = _handler(target, app_dir)
        except ConfigurationError as error:
            raise click.UsageError(str(error)) from None
        text = _called(handler, value, LocalContext(timeout, _name(target)))
    click.echo(text)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("function", metavar="FUNCTION")
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, required=True)
@click.option("--local", is_flag=True, help="FUNCTION is a module:handler of this machine.")
@click.option("--region", help="The function's region, else the one that boto3 finds.")
@_app_dir
def command(
    function: str, words: tuple[str, ...], local: bool, region: str | None, app_dir: str
) -> None:
    """Run a command in a function that takes them, such as Django's migrate.

    FUNCTION is the name or ARN of a deployed function. What the command prints is printed, and
    its exit code is this one's.
    """
    event = {COMMAND: list(words)}
    if local:
        try:
            context = LocalContext(900, _name(function))
            context.client_context = SimpleNamespace(custom=event, env={}, client=None)
            result = _handler(function, app_dir)(event, context)
        except ConfigurationError as error:
            raise click.UsageError(str(error)) from None
        except LambdaAdaptersError as error:
            raise click.ClickException(str(error)) from None
    else:
        try:
            result = remote.invoked(function, event, region)
        except remote.CannotInvoke as error:
            raise click.ClickException(str(error)) from None
    if not isinstance(result, dict) or not isinstance(result.get("exit_code"), int):
        raise click.ClickException(
            f"Expected {function!r} to answer with an exit code, got {type(result).__name__}. "
            'Next: router.on("command", ...) in the function.'
        )
    click.echo(result.get("output", ""), nl=False)
    raise SystemExit(result["exit_code"])


def _name(place: str) -> str:
    """The function's name: the module, and the handler where it has another name than most."""
    return place.removesuffix(":handler")


def _handler(place: str, app_dir: str) -> LambdaHandler:
    try:
        return import_handler(place, app_dir)
    except CannotImport as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        raise click.ClickException(str(error)) from None


def _event(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except OSError as error:
        raise click.ClickException(
            f"Expected a file with an event, got {name!r}: {error.strerror}. Next: check the "
            "path, or pass - and the event on stdin."
        ) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"Expected UTF-8 in {name!r}, got other bytes.") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.ClickException(
            f"Expected JSON in {name!r}, got a text that is none: {error}."
        ) from None


def _called(handler: LambdaHandler, event: Any, context: LocalContext) -> str:
    """The response as indented JSON."""
    try:
        response = handler(event, context)
    except Exception as error:
        Console().failed(context.function_name, "the handler", error)
        raise SystemExit(1) from None
    finally:
        stop = getattr(handler, "stop", None)
        if callable(stop):
            stop()
    try:
        return json.dumps(response, indent=2, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise click.ClickException(
            f"Expected a response that can be JSON, got {type(response).__name__}: {error}."
        ) from None
