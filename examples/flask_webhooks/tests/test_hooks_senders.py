"""senders.py says what is missing before it plays."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import senders
from click.testing import CliRunner

HERE = Path(__file__).parents[1]


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    played = CliRunner().invoke(senders.main, [f"http://127.0.0.1:{port}"])
    expected = f"Expected the app at http://127.0.0.1:{port}, which cannot be reached"
    assert expected in played.output
    assert played.exit_code == 2


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", ""])
def test_what_is_no_url_is_refused(url: str) -> None:
    played = CliRunner().invoke(senders.main, [url])
    assert "Expected a URL such as http://localhost:8000" in played.output
    assert played.exit_code == 2


STRANGERS = [
    (401, "The lists want PAGE_PASSWORD."),
    (404, "Expected the app's list at http://testserver/prod/deliveries, got 404."),
]


@pytest.mark.parametrize(("status", "told"), STRANGERS)
def test_another_app_is_not_played_against(
    status: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url == "http://testserver/prod/deliveries"
        return httpx.Response(status)

    made = httpx.Client
    monkeypatch.setattr(
        httpx,
        "Client",
        lambda **options: made(**options, transport=httpx.MockTransport(answer)),
    )
    played = CliRunner().invoke(senders.main, ["http://testserver/prod"])
    assert told in played.output
    assert played.exit_code == 2


def test_without_secrets_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SECRET")
    played = CliRunner().invoke(senders.main, ["http://localhost:8000"])
    assert "Expected SLACK_SECRET in the environment, got none." in played.output
    assert played.exit_code == 2


def test_it_runs_as_a_script() -> None:
    told = subprocess.run(
        [sys.executable, HERE / "senders.py", "--help"], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("Usage: senders.py [OPTIONS] URL")
