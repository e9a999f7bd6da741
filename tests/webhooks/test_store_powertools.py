"""PowertoolsStore: what becomes of the layer, and of leases that no token guards."""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency import (
    BasePersistenceLayer,
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from moto import mock_aws

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores import Busy, Finished, Leased, PowertoolsStore, powertools

# One session for all tests: the first client of each reads megabytes of botocore's JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


class Shelf(BasePersistenceLayer):
    """A layer of somebody's own: one that tells nothing when it refuses, as Redis's does."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.records: dict[str, DataRecord] = {}

    def _put_record(self, data_record: DataRecord) -> None:
        if data_record.idempotency_key in self.records:
            raise IdempotencyItemAlreadyExistsError
        self.records[data_record.idempotency_key] = data_record

    def _get_record(self, idempotency_key: str) -> DataRecord:
        return self.records[idempotency_key]

    def _update_record(self, data_record: DataRecord) -> None:
        self.records[data_record.idempotency_key] = data_record

    def _delete_record(self, data_record: DataRecord) -> None:
        self.records.pop(data_record.idempotency_key, None)


@pytest.fixture
def table() -> Iterator[Any]:
    """A client for DynamoDB, as moto plays it, with a table for Powertools."""
    with mock_aws():
        client = SESSION.client("dynamodb")
        client.create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def leased(store: PowertoolsStore, key: str, lease: float = 60.0) -> str:
    taken = store.acquire(key, lease)
    assert isinstance(taken, Leased)
    return taken.token


def late(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Let the lease's end be now."""
    monkeypatch.setattr(powertools, "time", lambda: float(token))


def test_functions_that_share_a_table_do_not_share_deliveries(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = DynamoDBPersistenceLayer("idempotency", boto3_client=table)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "shop")
    leased(PowertoolsStore(layer), "stripe:evt_1")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "books")
    leased(PowertoolsStore(layer), "stripe:evt_1")
    found = [item["id"]["S"] for item in table.scan(TableName="idempotency")["Items"]]
    assert {(key.partition("#")[0], len(key.partition("#")[2])) for key in found} == {
        ("shop.webhooks", 64),
        ("books.webhooks", 64),
    }
    assert len({key.partition("#")[2] for key in found}) == 1


def test_a_layer_that_serves_idempotent_functions_goes_on_doing_so(table: Any) -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 60_000

    calls: list[str] = []

    def charge(order: dict[str, str]) -> str:
        calls.append(order["number"])
        return "charged"

    layer = DynamoDBPersistenceLayer("idempotency", boto3_client=table)
    options: Any = {"lambda_context": Context(), "use_local_cache": True}
    config = IdempotencyConfig("number", payload_validation_jmespath="length(amount)", **options)
    once = idempotent_function(
        charge, data_keyword_argument="order", persistence_store=layer, config=config
    )
    once(order={"number": "1", "amount": "5"})
    before = dict(vars(layer))
    store = PowertoolsStore(layer)
    token = leased(store, "stripe:evt_1")
    assert store.finish("stripe:evt_1", token, "done", 3600.0)
    assert store.acquire("stripe:evt_1", 60.0) == Finished("done")
    assert vars(layer) == before
    once(order={"number": "1", "amount": "5"})
    assert store.acquire("stripe:evt_1", 60.0) == Finished("done")
    assert calls == ["1"]


def test_behind_its_end_a_lease_gives_nothing_back(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PowertoolsStore(DynamoDBPersistenceLayer("idempotency", boto3_client=table))
    token = leased(store, "github:a")
    assert store.finish("github:a", token, "another's", 3600.0)
    late(monkeypatch, token)
    assert not store.release("github:a", token)
    assert store.acquire("github:a", 60.0) == Finished("another's")


def test_behind_its_end_a_lease_still_finishes(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PowertoolsStore(DynamoDBPersistenceLayer("idempotency", boto3_client=table))
    token = leased(store, "github:a")
    late(monkeypatch, token)
    assert store.finish("github:a", token, "late", 3600.0)
    assert store.acquire("github:a", 60.0) == Finished("late")


def test_a_layer_that_tells_nothing_when_it_refuses_is_asked() -> None:
    store = PowertoolsStore(Shelf())
    token = leased(store, "github:a")
    found = store.acquire("github:a", 60.0)
    assert isinstance(found, Busy)
    assert found.seconds == pytest.approx(60.0, abs=30.0)
    assert store.finish("github:a", token, "done", 3600.0)
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_a_record_that_is_gone_when_asked_for_is_free_in_a_moment() -> None:
    class Gone(Shelf):
        def _get_record(self, idempotency_key: str) -> DataRecord:
            raise IdempotencyItemNotFoundError

    store = PowertoolsStore(Gone())
    leased(store, "github:a")
    assert store.acquire("github:a", 60.0) == Busy(0.0)


def test_a_record_that_ends_in_this_moment_is_free_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = PowertoolsStore(Shelf())
    token = leased(store, "github:a", 1.0)
    monkeypatch.setattr(powertools, "time", lambda: float(token) + 9.0)
    assert store.acquire("github:a", 60.0) == Busy(0.0)


def test_a_record_without_an_end_is_taken_for_a_whole_lease() -> None:
    class Endless(Shelf):
        def _put_record(self, data_record: DataRecord) -> None:
            data_record.in_progress_expiry_timestamp = None
            super()._put_record(data_record)

    store = PowertoolsStore(Endless())
    leased(store, "github:a")
    assert store.acquire("github:a", 45.0) == Busy(45.0)


def test_a_store_that_is_down_raises_what_the_layer_raises() -> None:
    class Down(Shelf):
        def _put_record(self, data_record: DataRecord) -> None:
            raise ConnectionError("no route")

    with pytest.raises(ConnectionError, match="no route"):
        PowertoolsStore(Down()).acquire("github:a", 60.0)


def test_what_is_no_layer_is_refused_when_built() -> None:
    with pytest.raises(ConfigurationError) as refused:
        PowertoolsStore("idempotency")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "PowertoolsStore needs a persistence layer of Powertools' idempotency, such as "
        "DynamoDBPersistenceLayer(table_name=...), not str."
    )


def test_without_powertools_the_store_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = Shelf()
    monkeypatch.setitem(sys.modules, "aws_lambda_powertools.utilities.idempotency", None)
    with pytest.raises(ConfigurationError) as refused:
        PowertoolsStore(layer)
    assert str(refused.value) == (
        "PowertoolsStore needs Powertools for AWS Lambda and boto3, which are not installed. "
        "Next: pip install 'aws-lambda-powertools[aws-sdk]'"
    )
