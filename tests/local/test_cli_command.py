"""`lambda-adapters command`: a command in a deployed function or in a local one."""

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
        ("plain", "Error: Expected an HTTP event; this one is a command, and this function"),
        ("other", "to return an exit code, got str. Next: router.on("),
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
    """boto3's client. `creations` has the arguments of each call that created it."""
    lambda_client = boto3.client(
        "lambda", "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    lambda_client.creations = []

    def make(name: str, *, region_name: str | None, config: Any) -> Any:
        options = (config.read_timeout, config.retries, config.tcp_keepalive)
        lambda_client.creations.append((name, region_name, *options))
        return lambda_client

    monkeypatch.setattr(boto3, "client", make)
    return lambda_client


CUSTOM = b64encode(b'{"custom": {"lambda_adapters_command": true}}').decode()


def stub_invoke(client: Any, payload: Any, error: str | None = None) -> Stubber:
    data = json.dumps(payload).encode()
    response = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(data), len(data))}
    if error is not None:
        response["FunctionError"] = error
    stubber = Stubber(client)
    expected_payload = json.dumps({"lambda_adapters_command": ["migrate", "--plan"]}).encode()
    stubber.add_response(
        "invoke",
        response,
        {"FunctionName": "shop", "Payload": expected_payload, "ClientContext": CUSTOM},
    )
    return stubber


def test_a_deployed_function_is_invoked_once_with_a_long_timeout(client: Any) -> None:
    with stub_invoke(client, {"exit_code": 2, "output": "no\n"}) as stubber:
        result = run("command", "shop", "--region", "eu-west-1", "--", "migrate", "--plan")

    assert (result.exit_code, result.stdout) == (2, "no\n")
    stubber.assert_no_pending_responses()
    assert client.creations == [("lambda", "eu-west-1", 910, {"total_max_attempts": 1}, True)]


def test_an_error_of_the_deployed_function_is_printed(client: Any) -> None:
    payload = {"errorType": "UnknownEvent", "errorMessage": "Expected an HTTP ..."}
    with stub_invoke(client, payload, "Unhandled"):
        result = run("command", "shop", "--", "migrate", "--plan")

    assert (result.exit_code, result.stderr) == (
        1,
        "Error: Expected 'shop' to run the command, got UnknownEvent: Expected an HTTP ...\n",
    )


def test_a_missing_function_is_an_error(client: Any) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "ResourceNotFoundException", "Function not found: shop")
        result = run("command", "shop", "migrate")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Expected to invoke 'shop', got: An error occurred (Res")


def test_missing_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(*args: Any, **options: Any) -> Any:
        raise NoCredentialsError

    monkeypatch.setattr(boto3, "client", make)

    with pytest.raises(remote.CannotInvoke, match="^Expected to invoke 'shop', got: Unable to loc"):
        remote.invoke_function("shop", {})


def test_without_boto3_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original_import = builtins.__import__

    def import_without_boto3(name: str, *rest: Any) -> Any:
        if name == "boto3":
            raise ImportError(name)
        return original_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", import_without_boto3)

    with pytest.raises(remote.CannotInvoke, match=r"pip install 'lambda-adapters\[aws\]'"):
        remote.invoke_function("shop", {})
