"""The command line in its own process."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.commands import MakeModule


def test_serve_runs_until_ctrl_c(make_module: MakeModule, tmp_path: Path) -> None:
    module = make_module(
        "from asgi_lambda import Adapter\n"
        "print('imported', flush=True)\n"
        "async def app(scope, receive, send):\n"
        "    if scope['type'] == 'lifespan':\n"
        "        for _ in range(2):\n"
        "            kind = (await receive())['type']\n"
        "            print(kind, flush=True)\n"
        "            await send({'type': kind + '.complete'})\n"
        "        return\n"
        "    if scope['path'] == '/dev/boom':\n"
        "        raise LookupError('no such thing')\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': scope['path'].encode()})\n"
        "handler = Adapter(app)\n"
    )
    command = [sys.executable, "-c", "from lambda_adapters.local.cli import main; main()", "serve"]
    process = subprocess.Popen(
        [*command, f"{module}:handler", "--stage", "dev", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip() for _ in range(4)]
        address = lines[3].split()[1]
        hello, boom = httpx.get(f"{address}hello"), httpx.get(f"{address}boom")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()

    assert lines[:3] == ["imported", f"{module}  every path", "lifespan.startup"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/dev/", address)
    assert (hello.status_code, hello.text, boom.status_code) == (200, "/dev/hello", 500)
    assert re.sub(r"[\d.]+ ms", "MS", out).splitlines() == [
        f"GET     /dev/hello http-api {module} 200 MS, 0 B in, 10 B out",
        f"GET     /dev/boom http-api {module} 500 MS, 0 B in, 21 B out",
        "lifespan.shutdown",
    ]
    assert "LookupError: no such thing" in err
    assert process.returncode == 0


def test_ctrl_c_ends_serve_even_if_a_function_does_not_return(
    make_module: MakeModule, tmp_path: Path
) -> None:
    module = make_module(
        "import time\n"
        "from asgi_lambda import Adapter\n"
        "async def app(scope, receive, send):\n"
        "    if scope['type'] == 'lifespan':\n"
        "        await receive()\n"
        "        await send({'type': 'lifespan.startup.complete'})\n"
        "        await receive()\n"
        "    time.sleep(60)\n"
        "handler = Adapter(app, deadline_margin=None)\n"
    )
    set_short_timeout = "from lambda_adapters.local import gateway; gateway._STOP_SECONDS = 0.1; "
    command = [
        sys.executable,
        "-c",
        set_short_timeout + "from lambda_adapters.local.cli import main; main()",
    ]
    process = subprocess.Popen(
        [*command, "serve", f"{module}:handler", "--port", "0", "--timeout", "0.1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        reply = httpx.get(lines[1].split()[1])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    finally:
        process.kill()

    assert (reply.status_code, reply.text) == (503, '{"message":"Service Unavailable"}')
    assert err.endswith(f"{module}: still busy, so it was not shut down.\n")
    assert process.returncode == 0


BLOCK_PACKAGES = "import sys; sys.modules.update(dict.fromkeys(['click', 'httpx', 'uvicorn'])); "


def run_python(code: str) -> Any:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_package_of_the_local_tools_needs_no_dependency() -> None:
    assert run_python(BLOCK_PACKAGES + "import lambda_adapters.local").returncode == 0


@pytest.mark.parametrize("missing", ["click", "uvicorn"])
def test_the_command_line_says_how_to_install_a_missing_package(missing: str) -> None:
    result = run_python(
        f"import sys; sys.modules[{missing!r}] = None; import lambda_adapters.local.cli"
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"{missing} is not installed. Next: pip install 'lambda-adapters[local]'\n"
    )


def test_the_client_says_how_to_install_httpx() -> None:
    result = run_python(BLOCK_PACKAGES + "from lambda_adapters.local import Client")

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: httpx is not installed. Next: pip install 'lambda-adapters[local]'"
    )


def test_the_client_needs_only_httpx() -> None:
    block = "import sys; sys.modules.update(dict.fromkeys(['click', 'uvicorn'])); "

    assert run_python(block + "from lambda_adapters.local import Client").returncode == 0
