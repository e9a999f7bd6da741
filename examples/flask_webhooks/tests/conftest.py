"""Secrets to sign with, new databases, and the function's handler, for each test."""

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from hooks_helpers import MakeHandler
from simulation.session import Secrets
from simulation.signing import SENDERS

from lambda_adapters import Router


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Secrets]:
    """Made-up secrets by sender. They are also in the environment."""
    secrets = {}
    for sender in SENDERS:
        new, old = f"{sender.name}'s, made up", f"{sender.name}'s old one"
        secrets[sender.name] = Secrets(new, old)
        monkeypatch.setenv(sender.variable, new)
        monkeypatch.setenv(f"{sender.variable}_OLD", old)
    return secrets


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for each of the two files. The environment has no AWS settings and no password."""
    (tmp_path / "database").mkdir()
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/database/hooks.db")
    monkeypatch.setenv("DELIVERIES_FILE", f"{tmp_path}/store/deliveries.db")
    for name in ("QUEUE_URL", "DELIVERIES_TABLE", "PAGE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def make_handler() -> Iterator[MakeHandler]:
    """A function that runs the handler's module, as Lambda does, with the current environment."""
    modules: list[dict[str, Any]] = []

    def make() -> Router:
        modules.append(runpy.run_module("hooks.function"))
        handler: Router = modules[-1]["handler"]
        return handler

    yield make
    for module in modules:
        module["database"].close()
