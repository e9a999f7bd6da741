"""The command line `lambda-adapters`: serve, invoke and command."""

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

    from lambda_adapters.local import remote_invoke, server
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
    help="Timeout of a function in seconds.",
)
_app_dir = click.option(
    "--app-dir",
    type=click.Path(exists=True, file_okay=False),
    default=".",
    show_default=True,
    help="Directory that is searched first for the modules.",
)


@click.group()
@click.version_option(package_name="lambda-adapters", prog_name="lambda-adapters")
def main() -> None:
    """Run Lambda functions on this machine."""


@main.command()
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--front", default="http-api", show_default=True, help=f"One of {', '.join(FRONTS)}.")
@click.option("--stage", default="", help="Stage: the first part of every path.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="0 selects a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--multi-value/--single-value",
    default=False,
    help="How the target group of the load balancer sends headers.",
)
@click.option(
    "--binary-media-type",
    "binary_media_types",
    multiple=True,
    default=("*/*",),
    show_default=True,
    help="Binary media type of the REST API; may be repeated.",
)
@click.option(
    "--event-type",
    type=click.Choice(EVENT_TYPES),
    default=EVENT_TYPES[0],
    show_default=True,
    help="CloudFront trigger of the functions.",
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
    """Serve functions over HTTP, with the events and responses that AWS uses.

    TARGET is module:handler, for all paths, or PATTERN=module:handler, with an API Gateway
    pattern: /users, /users/{id}, /users/{proxy+}. Several patterns with the same handler are one
    function.
    """
    console = Console()
    try:
        handlers = patterns_by_handler(targets)
        local_front(front, stage=stage)  # checks options before slow imports
        functions = [
            Function(_load_handler(name, app_dir), patterns, _function_name(name))
            for name, patterns in handlers.items()
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
        listener = server.open_listener(host, port)
    except server.CannotListen as error:
        raise click.ClickException(str(error)) from None
    _print_functions(functions, console)
    serves_root = any(DEFAULT in function.patterns for function in functions)
    url = f"{'Open' if serves_root else 'Listening on'} {server.url_of(listener, gateway)}"
    if not server.run(gateway, listener, lambda: console.print_line(f"{url}  (Ctrl-C ends)")):
        raise click.ClickException("A function did not start: see the traceback above.")


def _print_functions(functions: list[Function], console: Console) -> None:
    for function in functions:
        paths = ["every path" if p == DEFAULT else p for p in function.patterns]
        console.print_line(f"{function.name}  {'  '.join(paths)}")


@main.command()
@click.argument("target", metavar="MODULE:HANDLER")
@click.argument("event", metavar="EVENT.json")
@_timeout
@_app_dir
def invoke(target: str, event: str, timeout: float, app_dir: str) -> None:
    """Call a handler with the event in a file (- for stdin) and print its response.

    The output of the handler goes to stderr, so that stdout contains only the response.
    """
    value = _read_event(event)
    with contextlib.redirect_stdout(sys.stderr):
        try:
            handler = _load_handler(target, app_dir)
        except ConfigurationError as error:
            raise click.UsageError(str(error)) from None
        text = _call_handler(handler, value, LocalContext(timeout, _function_name(target)))
    click.echo(text)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("function", metavar="FUNCTION")
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, required=True)
@click.option("--local", is_flag=True, help="FUNCTION is a module:handler on this machine.")
@click.option("--region", help="Region of the function. Default: the region that boto3 finds.")
@_app_dir
def command(
    function: str, words: tuple[str, ...], local: bool, region: str | None, app_dir: str
) -> None:
    """Run a command in a function that supports commands, such as Django's migrate.

    FUNCTION is the name or ARN of a deployed function. The command's output is printed, and its
    exit code is the exit code of this program.
    """
    event = {COMMAND: list(words)}
    if local:
        try:
            context = LocalContext(900, _function_name(function))
            context.client_context = SimpleNamespace(custom=event, env={}, client=None)
            result = _load_handler(function, app_dir)(event, context)
        except ConfigurationError as error:
            raise click.UsageError(str(error)) from None
        except LambdaAdaptersError as error:
            raise click.ClickException(str(error)) from None
    else:
        try:
            result = remote_invoke.invoke_function(function, event, region)
        except remote_invoke.CannotInvoke as error:
            raise click.ClickException(str(error)) from None
    if not isinstance(result, dict) or not isinstance(result.get("exit_code"), int):
        raise click.ClickException(
            f"Expected {function!r} to return an exit code, got {type(result).__name__}. "
            'Next: router.on("command", ...) in the function.'
        )
    click.echo(result.get("output", ""), nl=False)
    raise SystemExit(result["exit_code"])


def _function_name(target: str) -> str:
    """Return the function's name: `module:handler` without the usual `:handler`."""
    return target.removesuffix(":handler")


def _load_handler(target: str, app_dir: str) -> LambdaHandler:
    try:
        return import_handler(target, app_dir)
    except CannotImport as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        raise click.ClickException(str(error)) from None


def _read_event(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except OSError as error:
        raise click.ClickException(
            f"Expected a file with an event, got {name!r}: {error.strerror}. Next: check the "
            "path, or pass - to read the event from stdin."
        ) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"Expected UTF-8 in {name!r}, got other bytes.") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.ClickException(
            f"Expected JSON in {name!r}, got text that is not valid JSON: {error}."
        ) from None


def _call_handler(handler: LambdaHandler, event: Any, context: LocalContext) -> str:
    """Return the response as indented JSON."""
    try:
        response = handler(event, context)
    except Exception as error:
        Console().print_failure(context.function_name, "the handler", error)
        raise SystemExit(1) from None
    finally:
        stop = getattr(handler, "stop", None)
        if callable(stop):
            stop()
    try:
        return json.dumps(response, indent=2, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise click.ClickException(
            f"Expected a JSON-serializable response, got {type(response).__name__}: {error}."
        ) from None
