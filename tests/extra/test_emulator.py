"""Handlers with AWS's runtime client and its emulator of Lambda, without Docker."""

import base64
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import source_by_name

EMULATOR = Path(sys.prefix) / "extra" / "samcli" / "local" / "rapid"
FUNCTION = """
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from flask import Flask, request

import asgi_lambda
import wsgi_lambda

starts = []

@asynccontextmanager
async def lifespan(app):
    starts.append(1)
    yield

api = FastAPI(lifespan=lifespan)

@api.get("/starts")
def count():
    return {"starts": len(starts)}

@api.get("/bytes")
def some_bytes():
    return Response(bytes(range(256)), media_type="application/octet-stream")

@api.get("/large")
def large():
    return Response("x" * 7_000_000, media_type="text/plain")

@api.get("/boom")
def boom():
    raise LookupError("no such thing")

site = Flask(__name__)

@site.post("/echo")
def echo():
    headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Type", "image/png")]
    return request.get_data(), 201, headers

asgi = asgi_lambda.Adapter(api)
wsgi = wsgi_lambda.Adapter(site)
router = asgi_lambda.Router(asgi)
router.route("/echo", wsgi, methods=["POST"])
router.on("sqs", lambda event, context: {"batchItemFailures": []})
"""
Invoke = Callable[[Any], Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def invoke(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Invoke]:
    """Returns a function that invokes the handler in the emulator. All events have one runtime."""
    architecture = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    emulator = EMULATOR / f"aws-lambda-rie-{architecture}"
    if not emulator.exists():
        pytest.fail(f"Expected AWS's emulator at {emulator}, got none. Next: make test-extra")
    folder = tmp_path_factory.mktemp("function")
    (folder / "function.py").write_text(FUNCTION)
    invoke_address, api_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
    addresses = [
        "--runtime-interface-emulator-address",
        invoke_address,
        "--runtime-api-address",
        api_address,
    ]
    process = subprocess.Popen(
        [emulator, "--log-level", "error", *addresses, sys.executable, "-m", "awslambdaric",
         f"function.{request.param}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "AWS_LAMBDA_FUNCTION_TIMEOUT": "20"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://{invoke_address}/2015-03-31/functions/function/invocations"

    def call(event: Any) -> Any:
        for _ in range(100):
            try:
                return httpx.post(url, json=event, timeout=30).json()
            except httpx.ConnectError:
                time.sleep(0.1)
        return pytest.fail("The emulator does not listen.")

    try:
        yield call
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def event_for(source: str, path: str, method: str = "GET", body: bytes = b"") -> Any:
    request = Request(method, path=path, raw_path=path, body=body, client=("203.0.113.7", 0))
    return source_by_name(source).event_from_request(request, Front())


def with_handlers(*handlers: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("invoke", handlers, indirect=True, scope="module")


@with_handlers("asgi", "router")
def test_the_lifespan_starts_once_for_many_events(invoke: Invoke) -> None:
    responses = [invoke(event_for("http_api", "/starts")) for _ in range(3)]

    assert [json.loads(response["body"]) for response in responses] == [{"starts": 1}] * 3


@with_handlers("asgi", "router")
def test_bytes_are_base64_in_the_response(invoke: Invoke) -> None:
    response = invoke(event_for("function_url", "/bytes"))

    assert response["isBase64Encoded"] is True
    assert base64.b64decode(response["body"]) == bytes(range(256))


@with_handlers("asgi", "router")
def test_a_reply_over_the_limit_gives_500_and_the_next_event_is_handled(invoke: Invoke) -> None:
    responses = [invoke(event_for("rest_api", path)) for path in ("/large", "/starts")]

    assert [response["statusCode"] for response in responses] == [500, 200]


@with_handlers("asgi", "router")
def test_an_exception_of_an_app_gives_500_and_not_a_failed_invocation(invoke: Invoke) -> None:
    response = invoke(event_for("load_balancer", "/boom"))

    assert (response["statusCode"], response["body"]) == (500, "Internal Server Error")


@with_handlers("wsgi", "router")
def test_a_binary_body_and_two_cookies_are_in_the_response(invoke: Invoke) -> None:
    body = bytes(range(256))

    response = invoke(event_for("http_api", "/echo", "POST", body))

    assert (response["statusCode"], response["cookies"]) == (201, ["a=1", "b=2"])
    assert (response["isBase64Encoded"], base64.b64decode(response["body"])) == (True, body)


@with_handlers("asgi", "wsgi", "router")
def test_an_unknown_event_fails_the_invocation(invoke: Invoke) -> None:
    response = invoke({"type": "TOKEN", "methodArn": "arn:aws:x", "authorizationToken": "t0ken"})

    assert response["errorType"] == "UnknownEvent"
    assert "t0ken" not in response["errorMessage"]


@with_handlers("router")
def test_the_response_to_a_trigger_is_returned_unchanged(invoke: Invoke) -> None:
    record = {"messageId": "1", "body": "{}", "eventSource": "aws:sqs"}

    assert invoke({"Records": [record]}) == {"batchItemFailures": []}
