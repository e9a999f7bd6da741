"""After a failure no delivery is lost, and none is stored twice."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hooks.app import create_app
from hooks.database import Database, url_from_environment
from hooks_helpers import BY_NAME, MakeHandler, list_stored, send_message
from simulation.session import Secrets
from simulation.signing import Sender
from sqlalchemy.exc import IntegrityError

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.local import Client
from lambda_adapters.webhooks import Delivery
from wsgi_lambda import Adapter


@pytest.fixture(params=BY_NAME)
def sender(request: pytest.FixtureRequest) -> Sender:
    return BY_NAME[request.param]


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(url_from_environment())
    yield database
    database.close()


def test_no_delivery_is_lost_while_the_store_is_down(
    sender: Sender, make_handler: MakeHandler, secrets: dict[str, Secrets], folders: Path
) -> None:
    message, secret = sender.create_message(), secrets[sender.name]
    with Client(make_handler()) as client:
        (folders / "store").rename(folders / "away")
        assert send_message(client, sender, message, secret) == 503
        assert list_stored(client) == []
        (folders / "away").rename(folders / "store")
        assert send_message(client, sender, message, secret) == 202
        assert list_stored(client) == [(sender.name, message.id)]


def test_no_delivery_is_lost_while_the_database_is_down(
    sender: Sender, make_handler: MakeHandler, secrets: dict[str, Secrets], folders: Path
) -> None:
    (folders / "database").rename(folders / "away")
    message, secret = sender.create_message(), secrets[sender.name]
    with Client(make_handler()) as client:
        assert send_message(client, sender, message, secret) == 500
        assert client.get("/deliveries").status_code == 500
        (folders / "away").rename(folders / "database")
        assert send_message(client, sender, message, secret) == 202
        assert list_stored(client) == [(sender.name, message.id)]


def test_a_crash_after_storing_stores_nothing_twice(
    sender: Sender, database: Database, secrets: dict[str, Secrets]
) -> None:
    crashes = [RuntimeError("pulled the plug")]

    def accept(delivery: Delivery) -> None:
        database.add(delivery)
        if crashes:
            raise crashes.pop()

    message, secret = sender.create_message(), secrets[sender.name]
    with Client(Adapter(create_app(database, accept))) as client:
        assert send_message(client, sender, message, secret) == 500
        assert send_message(client, sender, message, secret) == 202
        assert list_stored(client) == [(sender.name, message.id)]


def test_a_finished_delivery_is_answered_without_the_app(
    sender: Sender, database: Database, secrets: dict[str, Secrets]
) -> None:
    accepted: list[str] = []
    message, secret = sender.create_message(), secrets[sender.name]
    app = create_app(database, lambda delivery: accepted.append(delivery.id))
    with Client(Adapter(app)) as client:
        assert [send_message(client, sender, message, secret) for _ in range(3)] == [202, 202, 202]
    assert accepted == [message.id]


def test_a_delivery_is_stored_once_even_if_the_store_is_deleted(
    sender: Sender, make_handler: MakeHandler, secrets: dict[str, Secrets], folders: Path
) -> None:
    message, secret = sender.create_message(), secrets[sender.name]
    with Client(make_handler()) as client:
        assert send_message(client, sender, message, secret) == 202
        (folders / "store/deliveries.db").unlink()
        assert send_message(client, sender, message, secret) == 202
        assert list_stored(client) == [(sender.name, message.id)]


def test_the_same_id_of_two_senders_is_two_deliveries(database: Database) -> None:
    for sender in ("stripe", "github", "stripe"):
        database.add(Delivery(sender, "1", b"{}"))
    assert [(listed.sender, listed.id) for listed in database.list_newest()] == [
        ("github", "1"),
        ("stripe", "1"),
    ]


def test_another_error_of_the_database_is_raised(
    database: Database,
) -> None:
    no_body: Any = None
    with pytest.raises(IntegrityError, match="NOT NULL"):
        database.add(Delivery("github", "1", no_body))
    assert database.list_newest() == []


@pytest.mark.parametrize("module", ["hooks.function", "hooks.wsgi"])
@pytest.mark.parametrize("value", ["", None, " padded"])
def test_without_a_secret_nothing_starts(
    sender: Sender, module: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(sender.variable)
    else:
        monkeypatch.setenv(sender.variable, value)
    with pytest.raises(ConfigurationError):
        runpy.run_module(module)


def test_an_empty_old_secret_is_ignored(
    sender: Sender,
    make_handler: MakeHandler,
    secrets: dict[str, Secrets],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"{sender.variable}_OLD", "")  # the default of the template
    with Client(make_handler()) as client:
        assert send_message(client, sender, sender.create_message(), secrets[sender.name]) == 202
        assert send_message(client, sender, sender.create_message(), Secrets("empty")) == 401
