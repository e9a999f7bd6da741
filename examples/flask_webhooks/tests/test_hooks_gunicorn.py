"""The same app under gunicorn, as a process, and senders.py against it."""

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
from hooks_helpers import LINES

HERE = Path(__file__).parents[1]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where two gunicorn workers listen."""
    # Bound here and inherited: no other program can take the port in between.
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
        _wait(server, address, tmp_path / "log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{url}/deliveries", timeout=20).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("gunicorn did not start:\n" + log.read_text())


def test_the_whole_play_holds_under_gunicorn(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    played = CliRunner().invoke(senders.main, [url, "--timeout", "60"])
    lines = played.output.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("ok ")] == []
    assert (len(lines), lines[-1], played.exit_code) == (LINES + 1, "All as it must be.", 0)

    # who has another secret than the app must be told
    monkeypatch.setenv("GITHUB_SECRET", "another")
    played = CliRunner().invoke(senders.main, [url, "--timeout", "60", "--wait", "0"])
    assert "WRONG  github   right                        expected 202, got 401" in played.output
    assert played.exit_code == 1
