"""senders.py says what is missing before it sends deliveries."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import senders
from click.testing import CliRunner

HERE = Path(__file__).parents[1]


def test_a_server_that_cannot_be_reached_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = CliRunner().invoke(senders.main, [f"http://127.0.0.1:{port}"])
    expected = f"Expected the app at http://127.0.0.1:{port}, which cannot be reached"
    assert expected in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", ""])
def test_an_invalid_url_is_refused(url: str) -> None:
    result = CliRunner().invoke(senders.main, [url])
    assert "Expected a URL such as http://localhost:8000" in result.output
    assert result.exit_code == 2


OTHER_APPS = [
    (401, "The lists need PAGE_PASSWORD."),
    (404, "Expected the app's list at http://testserver/prod/deliveries, got 404."),
]


@pytest.mark.parametrize(("status", "message"), OTHER_APPS)
def test_another_app_is_refused(status: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url == "http://testserver/prod/deliveries"
        return httpx.Response(status)

    client_class = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **options: client_class(**options, transport=httpx.MockTransport(answer)),
    )
    result = CliRunner().invoke(senders.main, ["http://testserver/prod"])
    assert message in result.output
    assert result.exit_code == 2


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SECRET")
    result = CliRunner().invoke(senders.main, ["http://localhost:8000"])
    assert "Expected SLACK_SECRET in the environment, got none." in result.output
    assert result.exit_code == 2


def test_it_runs_as_a_script() -> None:
    result = subprocess.run(
        [sys.executable, HERE / "senders.py", "--help"], capture_output=True, text=True, check=True
    )
    assert result.stdout.startswith("Usage: senders.py [OPTIONS] URL")
