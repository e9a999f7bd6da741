"""What is down comes up again, and then no delivery is lost and none is there twice."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hooks.app import create_app
from hooks.database import Database, url_from_environment
from hooks_helpers import BY_NAME, Made, sent, stored
from plays.signing import Player
from plays.stage import Secrets
from sqlalchemy.exc import IntegrityError

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.local import Client
from lambda_adapters.webhooks import Delivery
from wsgi_lambda import Adapter


@pytest.fixture(params=BY_NAME)
def player(request: pytest.FixtureRequest) -> Player:
    return BY_NAME[request.param]


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(url_from_environment())
    yield database
    database.close()


def test_a_store_that_is_down_loses_nothing(
    player: Player, function: Made, secrets: dict[str, Secrets], places: Path
) -> None:
    message, secret = player.write(), secrets[player.name]
    with Client(function()) as client:
        (places / "store").rename(places / "away")
        assert sent(client, player, message, secret) == 503
        assert stored(client) == []
        (places / "away").rename(places / "store")
        assert sent(client, player, message, secret) == 202
        assert stored(client) == [(player.name, message.id)]


def test_a_database_that_is_down_loses_nothing(
    player: Player, function: Made, secrets: dict[str, Secrets], places: Path
) -> None:
    (places / "database").rename(places / "away")
    message, secret = player.write(), secrets[player.name]
    with Client(function()) as client:
        assert sent(client, player, message, secret) == 500
        assert client.get("/deliveries").status_code == 500
        (places / "away").rename(places / "database")
        assert sent(client, player, message, secret) == 202
        assert stored(client) == [(player.name, message.id)]


def test_a_crash_behind_the_storing_stores_nothing_twice(
    player: Player, database: Database, secrets: dict[str, Secrets]
) -> None:
    crashes = [RuntimeError("pulled the plug")]

    def take(delivery: Delivery) -> None:
        database.add(delivery)
        if crashes:
            raise crashes.pop()

    message, secret = player.write(), secrets[player.name]
    with Client(Adapter(create_app(database, take))) as client:
        assert sent(client, player, message, secret) == 500
        assert sent(client, player, message, secret) == 202
        assert stored(client) == [(player.name, message.id)]


def test_a_finished_delivery_is_answered_without_the_app(
    player: Player, database: Database, secrets: dict[str, Secrets]
) -> None:
    taken: list[str] = []
    message, secret = player.write(), secrets[player.name]
    app = create_app(database, lambda delivery: taken.append(delivery.id))
    with Client(Adapter(app)) as client:
        assert [sent(client, player, message, secret) for _ in range(3)] == [202, 202, 202]
    assert taken == [message.id]


def test_a_store_that_has_forgotten_stores_nothing_twice(
    player: Player, function: Made, secrets: dict[str, Secrets], places: Path
) -> None:
    message, secret = player.write(), secrets[player.name]
    with Client(function()) as client:
        assert sent(client, player, message, secret) == 202
        (places / "store/deliveries.db").unlink()
        assert sent(client, player, message, secret) == 202
        assert stored(client) == [(player.name, message.id)]


def test_an_id_of_one_sender_is_another_delivery_of_another(database: Database) -> None:
    for sender in ("stripe", "github", "stripe"):
        database.add(Delivery(sender, "1", b"{}"))
    assert [(listed.sender, listed.id) for listed in database.newest()] == [
        ("github", "1"),
        ("stripe", "1"),
    ]


def test_what_the_database_refuses_for_another_reason_is_not_taken_for_stored(
    database: Database,
) -> None:
    no_body: Any = None
    with pytest.raises(IntegrityError, match="NOT NULL"):
        database.add(Delivery("github", "1", no_body))
    assert database.newest() == []


@pytest.mark.parametrize("module", ["hooks.function", "hooks.wsgi"])
@pytest.mark.parametrize("value", ["", None, " padded"])
def test_without_a_secret_nothing_starts(
    player: Player, module: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(player.variable)
    else:
        monkeypatch.setenv(player.variable, value)
    with pytest.raises(ConfigurationError):
        runpy.run_module(module)


def test_an_empty_old_secret_is_none(
    player: Player, function: Made, secrets: dict[str, Secrets], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{player.variable}_OLD", "")  # as the template has it
    with Client(function()) as client:
        assert sent(client, player, player.write(), secrets[player.name]) == 202
        assert sent(client, player, player.write(), Secrets("empty")) == 401
