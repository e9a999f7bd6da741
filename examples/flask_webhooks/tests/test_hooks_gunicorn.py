"""senders.py against the same app under gunicorn, in a separate process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import senders
from click.testing import CliRunner
from hooks_helpers import RESULTS

HERE = Path(__file__).parents[1]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The URL of two gunicorn workers."""
    # gunicorn inherits the listening socket, so no other program can take the port.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}"]
        command += ["--workers", "2", "--threads", "4", "hooks.wsgi:app"]
        path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
        with (tmp_path / "log").open("wb") as log:
            server = subprocess.Popen(
                command,
                cwd=HERE,
                env=os.environ | {"PYTHONPATH": path},
                pass_fds=[listener.fileno()],
                stdout=log,
                stderr=log,
            )
    try:
        _wait_until_ready(server, address, tmp_path / "log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/deliveries", timeout=20).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("gunicorn did not start:\n" + log.read_text())


def test_the_whole_simulation_passes_under_gunicorn(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(senders.main, [url, "--timeout", "60"])
    lines = result.output.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("ok ")] == []
    assert (len(lines), lines[-1], result.exit_code) == (RESULTS + 1, "All passed.", 0)

    # another secret than the app's
    monkeypatch.setenv("GITHUB_SECRET", "another")
    result = CliRunner().invoke(senders.main, [url, "--timeout", "60", "--wait", "0"])
    assert "FAILED  github   valid                        expected 202, got 401" in result.output
    assert result.exit_code == 1
