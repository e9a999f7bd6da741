"""`lambda-adapters serve`: targets, options and errors."""

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lambda_adapters.local import server
from lambda_adapters.local.cli import main
from lambda_adapters.local.gateway import Gateway
from tests.local.commands import MakeModule, run


def test_a_missing_module_is_an_error(tmp_path: Path) -> None:
    result = run("serve", "no_such_module.sub:handler", "--app-dir", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Expected a module 'no_such_module.sub' in {tmp_path.resolve()} or among the "
        "installed packages, got no module 'no_such_module'. Next: start in your project's "
        "directory or pass --app-dir.\n"
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import no_such_dependency\n", "ModuleNotFoundError"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("def\n", "SyntaxError"),
    ],
)
def test_an_import_error_shows_its_traceback(
    text: str, error: str, make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module(text)

    result = run("serve", f"{module}:handler", "--app-dir", tmp_path)

    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-2].startswith(f"{error}: ")
    assert lines[-1] == (
        f"Error: Expected to import the module {module!r}, got {error}: see the traceback above."
    )


def test_a_module_without_the_handler_is_an_error(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module("app = 1\n")

    result = run("serve", f"{module}:handler", "--app-dir", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Expected 'handler' in the module {module!r}, got a module without it. Next: "
        "add handler = Adapter(app) at its end, or pass the right name.\n"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("handler = 1\n", "int"),
        ("async def handler(scope, receive, send): ...\n", "function"),
    ],
)
def test_a_target_that_is_not_a_handler_is_refused(
    text: str, kind: str, make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module(text)

    result = run("serve", f"{module}:handler", "--app-dir", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Expected handler(event, context) at '{module}:handler', got {kind}. Next: for an "
        "app, handler = Adapter(app) from asgi_lambda or wsgi_lambda.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["m:h", "--front", "rest"], "front must be one of cloudfront, function-url, http-api, "
         "http-api-v1, load-balancer, openwhisk, rest-api, vpc-lattice, vpc-lattice-v1, not "
         "'rest'."),
        (["m:h", "--front", "function-url", "--stage", "prod"], "stage must be empty for "
         "function-url, which has no stages, not 'prod'."),
        (["users=m:h"], "Expected a path pattern such as /users, /users/{id}, /users/{proxy+} or "
         "$default, got 'users': it does not begin with a slash."),
        (["/users=m"], "Expected module:handler or PATTERN=module:handler, such as "
         "app.main:handler or '/users/{proxy+}=users.main:handler', got '/users=m'. "
         "Did you mean m:handler?"),
        ([], "Missing argument 'TARGET...'."),
        (["m:h", "--port", "99999"], "Invalid value for '--port' (env var: 'PORT'): 99999 is not "
         "in the range 0<=x<=65535."),
        (["m:h", "--timeout", "0"], "Invalid value for '--timeout': 0.0 is not in the range x>0."),
    ],
)  # fmt: skip
def test_serve_refuses_wrong_arguments_before_it_imports_a_module(
    arguments: list[str], message: str
) -> None:
    result = run("serve", *arguments)

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_serve_refuses_two_patterns_for_the_same_paths(
    make_module: MakeModule, tmp_path: Path
) -> None:
    first, second = (make_module("def handler(event, context): ...\n") for _ in range(2))

    result = run(
        "serve", f"/{{id}}={first}:handler", f"/{{x}}={second}:handler", "--app-dir", tmp_path
    )

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "Error: Expected patterns that differ, got '/{id}' and '/{x}', which match the same "
        "paths. Give each path one function."
    )


def test_a_port_in_use_is_an_error(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module("def handler(event, context): ...\n")

    with socket.create_server(("127.0.0.1", 0)) as other_program:
        port = other_program.getsockname()[1]
        result = CliRunner().invoke(
            main,
            ["serve", f"{module}:handler", "--app-dir", str(tmp_path)],
            env={"PORT": str(port)},
        )

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Expected a free port, got {port}, which another program uses on 127.0.0.1. "
        f"Next: stop that program, or pass --port {port + 1}.\n"
    )


def test_a_host_of_another_machine_is_an_error(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module("def handler(event, context): ...\n")

    result = run(
        "serve", f"{module}:handler", "--app-dir", tmp_path, "--host", "192.0.2.1", "--port", 0
    )

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: Expected to listen on 192.0.2.1 port 0, got: Cannot assign requested address. "
        "Next: pass another --host or --port.\n"
    )


def test_serve_passes_its_options_to_the_gateway(
    make_module: MakeModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = make_module(
        "def handler(event, context): return {}\ndef other(event, context): return {}\n"
    )
    gateways: list[Gateway] = []

    def serve(gateway: Gateway, listener: socket.socket, started: Callable[[], None]) -> bool:
        gateways.append(gateway)
        started()
        listener.close()
        return True

    monkeypatch.setattr(server, "run", serve)
    result = run(
        "serve", f"/a={module}:handler", f"/b/{{x}}={module}:other",
        f"/a/{{proxy+}}={module}:handler", "--front", "rest_api", "--stage", "dev", "--port", 0,
        "--multi-value", "--binary-media-type", "image/*", "--binary-media-type", "a/b",
        "--app-dir", tmp_path,
    )  # fmt: skip

    assert result.exit_code == 0
    front = gateways[0].front.front
    assert (front.stage, front.multi_value, front.binary_media_types) == (
        "dev", True, ("image/*", "a/b"),
    )  # fmt: skip
    assert [(function.name, function.patterns) for function in gateways[0].functions] == [
        (module, ("/a", "/a/{proxy+}")),
        (f"{module}:other", ("/b/{x}",)),
    ]
    assert re.sub(r":\d+/", ":PORT/", result.stdout).splitlines() == [
        f"{module}  /a  /a/{{proxy+}}",
        f"{module}:other  /b/{{x}}",
        "Listening on http://127.0.0.1:PORT/dev/  (Ctrl-C ends)",
    ]


def test_a_function_that_fails_to_start_ends_serve(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(
        "class Handler:\n"
        "    def __call__(self, event, context): ...\n"
        "    def start(self):\n        raise LookupError('no database')\n"
        "handler = Handler()\n"
    )

    result = run("serve", f"{module}:handler", "--app-dir", tmp_path, "--port", 0)

    assert result.exit_code == 1
    assert f"{module}: its start raised LookupError; see the traceback above." in result.stderr
    assert result.stderr.endswith("Error: A function did not start: see the traceback above.\n")
    assert "Listening on" not in result.stdout


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],
)
def test_serve_prints_an_address_that_a_browser_can_open(host: str, expected: str) -> None:
    with server.open_listener(host, 0) as listener:
        port = listener.getsockname()[1]
        assert server.url_of(listener, Gateway([])) == f"http://{expected}:{port}/"
