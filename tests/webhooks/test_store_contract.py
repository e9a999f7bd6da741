"""What every store does: leases, answers, and when they expire."""

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
    """A clock that the test advances."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.25

    def __call__(self) -> float:
        return self.now


@dataclass
class StoreCase:
    """A store, and the clock it reads."""

    store: Store
    clock: Clock

    def acquire(self, key: str, seconds: float = 60.0) -> str:
        """Acquire a free key. Returns the token."""
        lease = self.store.acquire(key, seconds)
        assert isinstance(lease, Leased)
        return lease.token


# One session for all tests: the first client of a session reads megabytes of JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


@contextmanager
def dynamodb_table(time_to_live: str) -> Iterator[Any]:
    """A client of moto's DynamoDB, with a table for deliveries."""
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


def set_powertools_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock of Powertools, which calls datetime.now() in each module."""
    now = SimpleNamespace(now=lambda: datetime.fromtimestamp(clock()))
    for module in (base, datarecord, dynamodb):
        monkeypatch.setattr(module, "dt", SimpleNamespace(datetime=now, timedelta=timedelta))
    monkeypatch.setattr(powertools, "time", clock)


@contextmanager
def memory_store(folder: Path, clock: Clock) -> Iterator[Store]:
    yield MemoryStore(clock=clock)


@contextmanager
def sqlite_store(folder: Path, clock: Clock) -> Iterator[Store]:
    yield SQLiteStore(folder / "deliveries.db", clock=clock)


@contextmanager
def dynamodb_store(folder: Path, clock: Clock) -> Iterator[Store]:
    with dynamodb_table("expires") as client:
        yield DynamoDBStore("deliveries", client=client, clock=clock)


@contextmanager
def powertools_store(folder: Path, clock: Clock) -> Iterator[Store]:
    with dynamodb_table("expiration") as client, pytest.MonkeyPatch.context() as monkeypatch:
        set_powertools_clock(clock, monkeypatch)
        yield PowertoolsStore(DynamoDBPersistenceLayer("deliveries", boto3_client=client))


STORES = [memory_store, sqlite_store, dynamodb_store, powertools_store]


@pytest.fixture(params=STORES, ids=["memory", "sqlite", "dynamodb", "powertools"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreCase]:
    clock = Clock()
    with request.param(tmp_path, clock) as store:
        yield StoreCase(store, clock)


def busy_seconds(case: StoreCase, key: str) -> float:
    result = case.store.acquire(key, 60.0)
    assert isinstance(result, Busy)
    return result.seconds


def test_a_leased_key_is_busy_until_its_lease_expires(case: StoreCase) -> None:
    case.acquire("github:a", 60.0)
    assert busy_seconds(case, "github:a") == pytest.approx(60.0, abs=0.01)
    case.clock.now += 59.0
    assert busy_seconds(case, "github:a") == pytest.approx(1.0, abs=0.01)


def test_a_long_lease_is_busy_until_it_expires(case: StoreCase) -> None:
    case.acquire("github:a", 7200.0)
    case.clock.now += 7000.0
    assert busy_seconds(case, "github:a") == pytest.approx(200.0, abs=0.01)


def test_different_keys_have_different_leases(case: StoreCase) -> None:
    keys = ["github:a", "github:b", "GitHub:a"]
    assert [type(case.store.acquire(key, 60.0)) for key in keys] == [Leased] * 3
    assert [type(case.store.acquire(key, 60.0)) for key in keys] == [Busy] * 3


def test_a_finished_key_returns_its_answer_every_time(case: StoreCase) -> None:
    token = case.acquire("stripe:evt_1")
    assert case.store.finish("stripe:evt_1", token, '{"status": 202}', 3600.0)
    case.clock.now += 3599.0  # the lease has expired, but the answer has not
    assert case.store.acquire("stripe:evt_1", 60.0) == Finished('{"status": 202}')
    assert case.store.acquire("stripe:evt_1", 60.0) == Finished('{"status": 202}')


def test_a_released_key_can_be_acquired_at_once(case: StoreCase) -> None:
    token = case.acquire("slack:Ev1")
    assert case.store.release("slack:Ev1", token)
    assert case.acquire("slack:Ev1") != ""


def test_a_lease_can_be_released_twice(case: StoreCase) -> None:
    token = case.acquire("slack:Ev1")
    assert case.store.release("slack:Ev1", token)
    assert case.store.release("slack:Ev1", token)  # as if the first response was lost


def test_a_lease_can_be_finished_twice(case: StoreCase) -> None:
    token = case.acquire("slack:Ev1")
    assert case.store.finish("slack:Ev1", token, "done", 3600.0)
    assert case.store.finish("slack:Ev1", token, "done", 3600.0)
    assert case.store.acquire("slack:Ev1", 60.0) == Finished("done")


def test_a_key_with_an_expired_lease_can_be_acquired(case: StoreCase) -> None:
    case.acquire("twilio:t", 60.0)
    case.clock.now += 61.0
    case.acquire("twilio:t", 60.0)
    assert busy_seconds(case, "twilio:t") == pytest.approx(60.0, abs=0.01)


def test_an_expired_lease_can_be_finished_if_the_key_was_not_acquired_since(
    case: StoreCase,
) -> None:
    token = case.acquire("twilio:t", 60.0)
    case.clock.now += 1800.0
    case.store.acquire("another key: stores can delete expired rows now", 60.0)
    assert case.store.finish("twilio:t", token, "late", 3600.0)
    assert case.store.acquire("twilio:t", 60.0) == Finished("late")


def test_a_lease_lost_to_another_worker_can_neither_finish_nor_release(case: StoreCase) -> None:
    if isinstance(case.store, PowertoolsStore):
        pytest.skip("records of Powertools have no token, see its docstring")
    lost_token = case.acquire("github:a", 60.0)
    case.clock.now += 61.0
    new_token = case.acquire("github:a", 60.0)
    assert not case.store.finish("github:a", lost_token, "lost", 3600.0)
    assert not case.store.release("github:a", lost_token)
    assert busy_seconds(case, "github:a") == pytest.approx(60.0, abs=0.01)
    assert case.store.finish("github:a", new_token, "held", 3600.0)
    assert not case.store.finish("github:a", lost_token, "lost", 3600.0)
    assert not case.store.release("github:a", lost_token)
    assert not case.store.release("github:a", new_token)  # a finished key cannot be released
    assert case.store.acquire("github:a", 60.0) == Finished("held")
    released = case.acquire("github:b")
    assert case.store.release("github:b", released)
    assert not case.store.finish("github:b", released, "released", 3600.0)
    case.acquire("github:b")


def test_a_key_with_an_expired_answer_can_be_acquired(case: StoreCase) -> None:
    token = case.acquire("github:a", 60.0)
    assert case.store.finish("github:a", token, "old", 3600.0)
    case.clock.now += 3602.0  # Powertools stores whole seconds
    new_token = case.acquire("github:a", 60.0)
    assert busy_seconds(case, "github:a") == pytest.approx(60.0, abs=0.01)
    assert case.store.finish("github:a", new_token, "new", 3600.0)
    assert case.store.acquire("github:a", 60.0) == Finished("new")


def test_an_answer_can_expire_before_its_lease_would_have(case: StoreCase) -> None:
    token = case.acquire("github:a", 900.0)
    assert case.store.finish("github:a", token, "short", 10.0)
    case.clock.now += 12.0
    case.acquire("github:a")


def test_keys_and_answers_can_be_any_text(case: StoreCase) -> None:
    texts = st.text(max_size=120)

    @settings(max_examples=25)
    @given(key=st.text(min_size=1, max_size=120), answer=texts)
    def check(key: str, answer: str) -> None:
        case.clock.now += 100_000.0  # everything of the last example has expired
        token = case.acquire(key)
        case.acquire(key + " ")
        assert case.store.finish(key, token, answer, 3600.0)
        assert case.store.acquire(key, 60.0) == Finished(answer)

    check()


def test_an_answer_can_have_a_hundred_kilobytes(case: StoreCase) -> None:
    answer = "é" * 50_000
    assert case.store.finish("k", case.acquire("k"), answer, 3600.0)
    assert case.store.acquire("k", 60.0) == Finished(answer)


def test_importing_the_stores_loads_no_database_and_no_aws_library() -> None:
    code = (
        "import sys; import lambda_adapters.webhooks.stores; "
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'sqlite3', 'boto3', 'botocore', 'aws_lambda_powertools', 'jmespath'}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
