"""`lambda-adapters command`: a command in a deployed function, or in one of this machine."""

import builtins
import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambda_adapters.local import remote_invoke as remote
from tests.local.commands import MakeModule, run

HANDLER = """
from lambda_adapters.triggers.commands import commands
from lambda_adapters.routing.router import Router

def work(words):
    print("did", *words)
    raise SystemExit(3)

handler = Router()
handler.on("command", commands(work))
plain = Router()
def other(event, context):
    return "done"
"""


def test_a_local_function_runs_a_command(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(HANDLER)

    result = run(
        "command", "--local", "--app-dir", tmp_path, f"{module}:handler", "--", "migrate", "--plan"
    )

    assert (result.exit_code, result.stdout) == (3, "did migrate --plan\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plain", "Error: Expected an HTTP event; this is a command for the function, which"),
        ("other", "to answer with an exit code, got str. Next: router.on("),
    ],
)
def test_a_local_function_without_commands_says_so(
    name: str, message: str, make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module(HANDLER)

    result = run("command", "--local", "--app-dir", tmp_path, f"{module}:{name}", "migrate")

    assert result.exit_code == 1
    assert message in result.stderr


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """boto3's own client, which asks nobody; `asked` holds how it was made."""
    made = boto3.client(
        "lambda", "eu-west-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
    )
    made.asked = []

    def make(name: str, *, region_name: str | None, config: Any) -> Any:
        asked = (config.read_timeout, config.retries, config.tcp_keepalive)
        made.asked.append((name, region_name, *asked))
        return made

    monkeypatch.setattr(boto3, "client", make)
    return made


CUSTOM = b64encode(b'{"custom": {"lambda_adapters_command": true}}').decode()


def answering(client: Any, payload: Any, error: str | None = None) -> Stubber:
    data = json.dumps(payload).encode()
    answer = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(data), len(data))}
    if error is not None:
        answer["FunctionError"] = error
    stubber = Stubber(client)
    sent = json.dumps({"lambda_adapters_command": ["migrate", "--plan"]}).encode()
    stubber.add_response(
        "invoke", answer, {"FunctionName": "shop", "Payload": sent, "ClientContext": CUSTOM}
    )
    return stubber


def test_a_deployed_function_is_asked_once_and_may_take_its_time(client: Any) -> None:
    with answering(client, {"exit_code": 2, "output": "no\n"}) as stubber:
        result = run("command", "shop", "--region", "eu-west-1", "--", "migrate", "--plan")

    assert (result.exit_code, result.stdout) == (2, "no\n")
    stubber.assert_no_pending_responses()
    assert client.asked == [("lambda", "eu-west-1", 910, {"total_max_attempts": 1}, True)]


def test_a_function_that_fails_is_an_error_with_its_own_words(client: Any) -> None:
    said = {"errorType": "UnknownEvent", "errorMessage": "Expected an HTTP ..."}
    with answering(client, said, "Unhandled"):
        result = run("command", "shop", "--", "migrate", "--plan")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: Expected 'shop' to run the command, got UnknownEvent: Expected an HTTP ...\n",
    )


def test_a_function_that_is_not_there_is_an_error(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "ResourceNotFoundException", "Function not found: shop")
        result = run("command", "shop", "migrate")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Expected to invoke 'shop', got: An error occurred (Res")


def test_without_credentials_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*args: Any, **options: Any) -> Any:
        raise NoCredentialsError

    monkeypatch.setattr(boto3, "client", make)

    with pytest.raises(remote.CannotInvoke, match="^Expected to invoke 'shop', got: Unable to loc"):
        remote.invoked("shop", {})


def test_without_boto3_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "boto3":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)

    with pytest.raises(remote.CannotInvoke, match=r"pip install 'lambda-adapters\[aws\]'"):
        remote.invoked("shop", {})
