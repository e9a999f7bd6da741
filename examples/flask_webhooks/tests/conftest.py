"""The secrets that the tests sign with, databases of their own, and the function."""

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from hooks_helpers import Made
from plays.signing import PLAYERS
from plays.stage import Secrets

from lambda_adapters import Router


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Secrets]:
    """In the environment, and by sender."""
    made = {}
    for player in PLAYERS:
        new, old = f"{player.name}'s, made up", f"{player.name}'s old one"
        made[player.name] = Secrets(new, old)
        monkeypatch.setenv(player.variable, new)
        monkeypatch.setenv(f"{player.variable}_OLD", old)
    return made


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A directory for each of the two files; nothing of AWS, and no password."""
    (tmp_path / "database").mkdir()
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/database/hooks.db")
    monkeypatch.setenv("DELIVERIES_FILE", f"{tmp_path}/store/deliveries.db")
    for name in ("QUEUE_URL", "DELIVERIES_TABLE", "PAGE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def function() -> Iterator[Made]:
    """Makes the handler as Lambda does, by running its module, with the environment as it is."""
    modules: list[dict[str, Any]] = []

    def make() -> Router:
        modules.append(runpy.run_module("hooks.function"))
        handler: Router = modules[-1]["handler"]
        return handler

    yield make
    for module in modules:
        module["database"].close()
