"""Many requests at a time, for seconds, over real sockets."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extra.extra_tools import serving, tool

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
def test_every_request_of_eight_clients_is_answered(handler: str, tmp_path: Path) -> None:
    wrk = tool("wrk", "wrk")
    (tmp_path / "loaded.py").write_text(APP)

    with serving(tmp_path, f"loaded:{handler}") as address:
        command = [wrk, "--threads", "2", "--connections", "8", "--duration", "4s", address]
        done = subprocess.run(command, capture_output=True, text=True, check=True)

    answered = re.search(r"(\d+) requests in", done.stdout)
    assert answered is not None
    assert int(answered[1]) > 100, done.stdout
    assert "Non-2xx" not in done.stdout
    assert "Socket errors" not in done.stdout


def test_a_long_life_leaves_nothing_behind() -> None:
    program = [sys.executable, str(ROOT / "benchmarks" / "long_life.py"), "20000"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Nothing has grown.")
