"""Load: concurrent requests over sockets, and 20,000 events in one environment."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extra.extra_tools import find_tool, run_serve

ROOT = Path(__file__).parents[2]
APP = """
import asgi_lambda, wsgi_lambda

async def asgi_app(scope, receive, send):
    assert scope["type"] == "http"
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

def wsgi_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

asgi = asgi_lambda.Adapter(asgi_app, lifespan="off")
wsgi = wsgi_lambda.Adapter(wsgi_app)
"""


@pytest.mark.parametrize("handler", ["asgi", "wsgi"])
def test_all_requests_of_eight_concurrent_clients_succeed(handler: str, tmp_path: Path) -> None:
    wrk = find_tool("wrk", "wrk")
    (tmp_path / "load_app.py").write_text(APP)

    with run_serve(tmp_path, f"load_app:{handler}") as address:
        command = [wrk, "--threads", "2", "--connections", "8", "--duration", "4s", address]
        result = subprocess.run(command, capture_output=True, text=True, check=True)

    match = re.search(r"(\d+) requests in", result.stdout)
    assert match is not None
    assert int(match[1]) > 100, result.stdout
    assert "Non-2xx" not in result.stdout
    assert "Socket errors" not in result.stdout


def test_nothing_grows_over_20000_events() -> None:
    program = [sys.executable, str(ROOT / "benchmarks" / "long_life.py"), "20000"]
    result = subprocess.run(program, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "Nothing has grown.")
