"""`lambda-adapters invoke`: one event, one response."""

import json
from pathlib import Path

import pytest

from tests.local.commands import MakeModule, run


def test_version_prints_the_version() -> None:
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, "lambda-adapters, version 0.1.0\n")


def test_invoke_prints_the_response_as_json(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(
        "def handler(event, context):\n"
        "    print('the handler prints this')\n"
        "    left = context.get_remaining_time_in_millis()\n"
        "    return {'got': event, 'name': context.function_name, 'in time': 1000 < left <= 2000}\n"
    )
    (tmp_path / "event.json").write_text('{"text": "é"}', "utf-8")

    result = run(
        "invoke", f"{module}:handler", tmp_path / "event.json", "--app-dir", tmp_path,
        "--timeout", 2,
    )  # fmt: skip

    assert result.exit_code == 0
    assert result.stdout == (
        f'{{\n  "got": {{\n    "text": "é"\n  }},\n  "name": "{module}",\n  "in time": true\n}}\n'
    )
    assert result.stderr == "the handler prints this\n"


def test_invoke_reads_an_event_from_stdin_and_finds_a_handler_inside_a_class(
    make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module(
        "class Functions:\n"
        "    @staticmethod\n"
        "    def double(event, context):\n"
        "        return event * 2\n"
    )

    result = run("invoke", f"{module}:Functions.double", "-", "--app-dir", tmp_path, stdin="21")

    assert (result.exit_code, result.stdout) == (0, "42\n")


def test_invoke_stops_the_handler(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(
        "class Handler:\n"
        "    def __call__(self, event, context):\n        return 1\n"
        "    def stop(self):\n        print('stopped')\n"
        "handler = Handler()\n"
    )

    result = run("invoke", f"{module}:handler", "-", "--app-dir", tmp_path, stdin="{}")

    assert (result.stdout, result.stderr) == ("1\n", "stopped\n")


def test_invoke_shows_the_traceback_of_a_handler_that_raises(
    make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module("def handler(event, context):\n    raise LookupError('no such thing')\n")

    result = run("invoke", f"{module}:handler", "-", "--app-dir", tmp_path, stdin="{}")

    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-2:] == [
        "LookupError: no such thing",
        f"{module}: the handler raised LookupError; see the traceback above.",
    ]


def test_invoke_refuses_a_response_that_is_not_json_serializable(
    make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module("def handler(event, context):\n    return {1, 2}\n")

    result = run("invoke", f"{module}:handler", "-", "--app-dir", tmp_path, stdin="{}")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: Expected a JSON-serializable response, got set: Object of type set is not JSON "
        "serializable.\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "Expected a file with an event, got 'NAME': No such file or directory. Next: check "
         "the path, or pass - to read the event from stdin."),
        (b"{'a': 1}", "Expected JSON in 'NAME', got text that is not valid JSON: Expecting "
         "property name enclosed in double quotes: line 1 column 2 (char 1)."),
        (b"\xff\xfe", "Expected UTF-8 in 'NAME', got other bytes."),
    ],
)  # fmt: skip
def test_invoke_says_what_is_wrong_with_the_event(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "event.json"
    if content is not None:
        path.write_bytes(content)

    result = run("invoke", "no_such_module:handler", path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {message.replace('NAME', str(path))}\n"


def test_invoke_requires_a_module_and_a_handler() -> None:
    result = run("invoke", "app.py", "-", stdin="{}")

    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: Expected module:handler or PATTERN=module:handler, such as app.main:handler or "
        "'/users/{proxy+}=users.main:handler', got 'app.py'. Did you mean app:handler?\n"
    )


def test_invoke_works_with_an_adapter(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(
        "from wsgi_lambda import Adapter\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('content-type', 'text/plain')])\n"
        "    return [environ['PATH_INFO'].encode()]\n"
        "handler = Adapter(app)\n"
    )
    event = {"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/x", "headers": {}}

    result = run("invoke", f"{module}:handler", "-", "--app-dir", tmp_path, stdin=json.dumps(event))

    assert json.loads(result.stdout) == {
        "statusCode": 200,
        "statusDescription": "200 OK",
        "headers": {"content-type": "text/plain"},
        "body": "/x",
        "isBase64Encoded": False,
    }
