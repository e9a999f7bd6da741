"""What the tests of lambda_adapters.local share."""

import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.local.commands import MakeModule
from tests.local.playing import PLAYED, MakeHandler, Played, asgi_handler, wsgi_handler


def _id(played: Played) -> str:
    return "-".join([played[0], *played[1]])


@pytest.fixture(params=PLAYED, ids=_id)
def played(request: pytest.FixtureRequest) -> Played:
    """Every front with its settings."""
    chosen: Played = request.param
    return chosen


@pytest.fixture(params=["asgi", "wsgi"])
def make_handler(request: pytest.FixtureRequest) -> MakeHandler:
    """Makes a handler of an answer, as an ASGI or as a WSGI app."""
    return asgi_handler if request.param == "asgi" else wsgi_handler


@pytest.fixture
def make_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeModule:
    """Writes a module into tmp_path and returns its name, which no other test has."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def make(text: str) -> str:
        name = f"function_{uuid4().hex}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return make
