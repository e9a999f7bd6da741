"""Fixtures of the local tools' tests: fronts, handlers and modules with handlers."""

import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.local.commands import MakeModule
from tests.local.local_fronts import FRONT_CASES, FrontCase, MakeHandler, asgi_handler, wsgi_handler


def _id(front_case: FrontCase) -> str:
    return "-".join([front_case.name, *front_case.options])


@pytest.fixture(params=FRONT_CASES, ids=_id)
def front_case(request: pytest.FixtureRequest) -> FrontCase:
    """Every front with its settings."""
    case: FrontCase = request.param
    return case


@pytest.fixture(params=["asgi", "wsgi"])
def make_handler(request: pytest.FixtureRequest) -> MakeHandler:
    """Returns a function that turns a view into a handler, of an ASGI or of a WSGI app."""
    return asgi_handler if request.param == "asgi" else wsgi_handler


@pytest.fixture
def make_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeModule:
    """Returns a function that writes a module into tmp_path and returns its unique name."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def make(text: str) -> str:
        name = f"function_{uuid4().hex}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return make
