"""What every store does, whatever it writes in: leases, answers, and the end of both."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence import base, datarecord, dynamodb
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from lambda_adapters.webhooks.stores import (
    Busy,
    DynamoDBStore,
    Finished,
    Leased,
    MemoryStore,
    PowertoolsStore,
    SQLiteStore,
    Store,
    powertools,
)


class Clock:
    """A time that passes when told."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.25

    def __call__(self) -> float:
        return self.now


@dataclass
class Shelf:
    """A store, and the clock it reads."""

    store: Store
    clock: Clock

    def acquire(self, key: str, lease: float = 60.0) -> str:
        """The token of a key that is free."""
        taken = self.store.acquire(key, lease)
        assert isinstance(taken, Leased)
        return taken.token


# One session for all tests: the first client of each reads megabytes of botocore's JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


@contextmanager
def table(time_to_live: str) -> Iterator[Any]:
    """A client for DynamoDB, as moto plays it, with a table for deliveries."""
    with mock_aws():
        client = SESSION.client("dynamodb")
        client.create_table(
            TableName="deliveries",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.update_time_to_live(
            TableName="deliveries",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": time_to_live},
        )
        yield client


def powertools_tells(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Powertools has no clock to pass: it asks datetime.now() in each module."""
    now = SimpleNamespace(now=lambda: datetime.fromtimestamp(clock()))
    for module in (base, datarecord, dynamodb):
        monkeypatch.setattr(module, "dt", SimpleNamespace(datetime=now, timedelta=timedelta))
    monkeypatch.setattr(powertools, "time", clock)


@contextmanager
def memory(folder: Path, clock: Clock) -> Iterator[Store]:
    yield MemoryStore(clock=clock)


@contextmanager
def sqlite(folder: Path, clock: Clock) -> Iterator[Store]:
    yield SQLiteStore(folder / "deliveries.db", clock=clock)


@contextmanager
def of_dynamodb(folder: Path, clock: Clock) -> Iterator[Store]:
    with table("expires") as client:
        yield DynamoDBStore("deliveries", client=client, clock=clock)


@contextmanager
def of_powertools(folder: Path, clock: Clock) -> Iterator[Store]:
    with table("expiration") as client, pytest.MonkeyPatch.context() as monkeypatch:
        powertools_tells(clock, monkeypatch)
        yield PowertoolsStore(DynamoDBPersistenceLayer("deliveries", boto3_client=client))


STORES = [memory, sqlite, of_dynamodb, of_powertools]


@pytest.fixture(params=STORES, ids=["memory", "sqlite", "dynamodb", "powertools"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    clock = Clock()
    with request.param(tmp_path, clock) as store:
        yield Shelf(store, clock)


def busy_for(shelf: Shelf, key: str) -> float:
    found = shelf.store.acquire(key, 60.0)
    assert isinstance(found, Busy)
    return found.seconds


def test_a_key_that_is_taken_is_busy_until_its_lease_ends(shelf: Shelf) -> None:
    shelf.acquire("github:a", 60.0)
    assert busy_for(shelf, "github:a") == pytest.approx(60.0, abs=0.01)
    shelf.clock.now += 59.0
    assert busy_for(shelf, "github:a") == pytest.approx(1.0, abs=0.01)


def test_a_long_lease_lasts_to_its_end(shelf: Shelf) -> None:
    shelf.acquire("github:a", 7200.0)
    shelf.clock.now += 7000.0
    assert busy_for(shelf, "github:a") == pytest.approx(200.0, abs=0.01)


def test_keys_do_not_stand_in_each_others_way(shelf: Shelf) -> None:
    shelf.acquire("github:a")
    shelf.acquire("github:b")
    shelf.acquire("GitHub:a")


def test_a_finished_key_gives_its_answer_again_and_again(shelf: Shelf) -> None:
    token = shelf.acquire("stripe:evt_1")
    assert shelf.store.finish("stripe:evt_1", token, '{"status": 202}', 3600.0)
    shelf.clock.now += 3599.0  # the lease is over by far: an answer does not end with it
    assert shelf.store.acquire("stripe:evt_1", 60.0) == Finished('{"status": 202}')
    assert shelf.store.acquire("stripe:evt_1", 60.0) == Finished('{"status": 202}')


def test_a_key_given_back_is_free_at_once(shelf: Shelf) -> None:
    token = shelf.acquire("slack:Ev1")
    assert shelf.store.release("slack:Ev1", token)
    assert shelf.acquire("slack:Ev1") != ""


def test_giving_back_twice_does_no_harm(shelf: Shelf) -> None:
    token = shelf.acquire("slack:Ev1")
    assert shelf.store.release("slack:Ev1", token)
    assert shelf.store.release("slack:Ev1", token)  # as when the first one's answer was lost


def test_writing_the_answer_twice_does_no_harm(shelf: Shelf) -> None:
    token = shelf.acquire("slack:Ev1")
    assert shelf.store.finish("slack:Ev1", token, "done", 3600.0)
    assert shelf.store.finish("slack:Ev1", token, "done", 3600.0)
    assert shelf.store.acquire("slack:Ev1", 60.0) == Finished("done")


def test_a_lease_that_ran_out_counts_for_nothing(shelf: Shelf) -> None:
    shelf.acquire("twilio:t", 60.0)
    shelf.clock.now += 61.0
    shelf.acquire("twilio:t", 60.0)
    assert busy_for(shelf, "twilio:t") == pytest.approx(60.0, abs=0.01)


def test_who_is_late_can_still_finish_where_nobody_took_over(shelf: Shelf) -> None:
    token = shelf.acquire("twilio:t", 60.0)
    shelf.clock.now += 1800.0
    shelf.store.acquire("another key, by which stores may clean up", 60.0)
    assert shelf.store.finish("twilio:t", token, "late", 3600.0)
    assert shelf.store.acquire("twilio:t", 60.0) == Finished("late")


def test_a_lost_lease_can_neither_finish_nor_release(shelf: Shelf) -> None:
    if isinstance(shelf.store, PowertoolsStore):
        pytest.skip("Powertools' records have no token: its docstring says what that means")
    lost = shelf.acquire("github:a", 60.0)
    shelf.clock.now += 61.0
    holder = shelf.acquire("github:a", 60.0)
    assert not shelf.store.finish("github:a", lost, "lost", 3600.0)
    assert not shelf.store.release("github:a", lost)
    assert busy_for(shelf, "github:a") == pytest.approx(60.0, abs=0.01)
    assert shelf.store.finish("github:a", holder, "held", 3600.0)
    assert not shelf.store.finish("github:a", lost, "lost", 3600.0)
    assert not shelf.store.release("github:a", lost)
    assert not shelf.store.release("github:a", holder)  # what is finished cannot be given back
    assert shelf.store.acquire("github:a", 60.0) == Finished("held")
    given_back = shelf.acquire("github:b")
    assert shelf.store.release("github:b", given_back)
    assert not shelf.store.finish("github:b", given_back, "given back", 3600.0)
    shelf.acquire("github:b")


def test_an_answer_that_has_outlived_its_time_counts_for_nothing(shelf: Shelf) -> None:
    token = shelf.acquire("github:a", 60.0)
    assert shelf.store.finish("github:a", token, "old", 3600.0)
    shelf.clock.now += 3602.0  # Powertools counts in whole seconds
    again = shelf.acquire("github:a", 60.0)
    assert busy_for(shelf, "github:a") == pytest.approx(60.0, abs=0.01)
    assert shelf.store.finish("github:a", again, "new", 3600.0)
    assert shelf.store.acquire("github:a", 60.0) == Finished("new")


def test_an_answer_may_be_kept_for_less_than_its_lease_had_left(shelf: Shelf) -> None:
    token = shelf.acquire("github:a", 900.0)
    assert shelf.store.finish("github:a", token, "short", 10.0)
    shelf.clock.now += 12.0
    shelf.acquire("github:a")


def test_keys_and_answers_are_any_text(shelf: Shelf) -> None:
    texts = st.text(max_size=120)

    @settings(max_examples=25)
    @given(key=st.text(min_size=1, max_size=120), answer=texts)
    def holds(key: str, answer: str) -> None:
        shelf.clock.now += 100_000.0  # whatever the last example left has run out
        token = shelf.acquire(key)
        shelf.acquire(key + " ")
        assert shelf.store.finish(key, token, answer, 3600.0)
        assert shelf.store.acquire(key, 60.0) == Finished(answer)

    holds()


def test_an_answer_of_a_hundred_kilobytes_fits(shelf: Shelf) -> None:
    answer = "é" * 50_000
    assert shelf.store.finish("k", shelf.acquire("k"), answer, 3600.0)
    assert shelf.store.acquire("k", 60.0) == Finished(answer)


def test_importing_the_stores_loads_nothing_foreign() -> None:
    code = (
        "import sys; import lambda_adapters.webhooks.stores; "
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'sqlite3', 'boto3', 'botocore', 'aws_lambda_powertools', 'jmespath'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
