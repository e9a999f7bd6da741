"""PowertoolsStore: records in a persistence layer, and leases without tokens."""

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

# One session for all tests: the first client of a session reads megabytes of JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


class CustomLayer(BasePersistenceLayer):
    """A custom layer. Like the Redis layer, it raises exceptions without the existing record."""

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
    """A client of moto's DynamoDB, with a table for Powertools."""
    with mock_aws():
        client = SESSION.client("dynamodb")
        client.create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def acquire_token(store: PowertoolsStore, key: str, seconds: float = 60.0) -> str:
    lease = store.acquire(key, seconds)
    assert isinstance(lease, Leased)
    return lease.token


def expire_lease(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Set the clock to the end of the lease."""
    monkeypatch.setattr(powertools, "time", lambda: float(token))


def test_functions_that_share_a_table_do_not_share_deliveries(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = DynamoDBPersistenceLayer("idempotency", boto3_client=table)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "shop")
    acquire_token(PowertoolsStore(layer), "stripe:evt_1")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "books")
    acquire_token(PowertoolsStore(layer), "stripe:evt_1")
    keys = [item["id"]["S"] for item in table.scan(TableName="idempotency")["Items"]]
    assert {(key.partition("#")[0], len(key.partition("#")[2])) for key in keys} == {
        ("shop.webhooks", 64),
        ("books.webhooks", 64),
    }
    assert len({key.partition("#")[2] for key in keys}) == 1


def test_a_layer_can_also_be_used_by_idempotent_functions(table: Any) -> None:
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
    token = acquire_token(store, "stripe:evt_1")
    assert store.finish("stripe:evt_1", token, "done", 3600.0)
    assert store.acquire("stripe:evt_1", 60.0) == Finished("done")
    assert vars(layer) == before
    once(order={"number": "1", "amount": "5"})
    assert store.acquire("stripe:evt_1", 60.0) == Finished("done")
    assert calls == ["1"]


def test_an_expired_lease_cannot_be_released(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PowertoolsStore(DynamoDBPersistenceLayer("idempotency", boto3_client=table))
    token = acquire_token(store, "github:a")
    assert store.finish("github:a", token, "another's", 3600.0)
    expire_lease(monkeypatch, token)
    assert not store.release("github:a", token)
    assert store.acquire("github:a", 60.0) == Finished("another's")


def test_an_expired_lease_can_be_finished(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PowertoolsStore(DynamoDBPersistenceLayer("idempotency", boto3_client=table))
    token = acquire_token(store, "github:a")
    expire_lease(monkeypatch, token)
    assert store.finish("github:a", token, "late", 3600.0)
    assert store.acquire("github:a", 60.0) == Finished("late")


def test_the_record_is_read_if_the_exception_does_not_contain_it() -> None:
    store = PowertoolsStore(CustomLayer())
    token = acquire_token(store, "github:a")
    result = store.acquire("github:a", 60.0)
    assert isinstance(result, Busy)
    assert result.seconds == pytest.approx(60.0, abs=30.0)
    assert store.finish("github:a", token, "done", 3600.0)
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_a_record_that_was_deleted_in_the_meantime_is_busy_for_0_seconds() -> None:
    class DeletedRecord(CustomLayer):
        def _get_record(self, idempotency_key: str) -> DataRecord:
            raise IdempotencyItemNotFoundError

    store = PowertoolsStore(DeletedRecord())
    acquire_token(store, "github:a")
    assert store.acquire("github:a", 60.0) == Busy(0.0)


def test_a_record_that_has_expired_in_the_meantime_is_busy_for_0_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = PowertoolsStore(CustomLayer())
    token = acquire_token(store, "github:a", 1.0)
    monkeypatch.setattr(powertools, "time", lambda: float(token) + 9.0)
    assert store.acquire("github:a", 60.0) == Busy(0.0)


def test_a_record_without_an_expiration_time_is_busy_for_a_whole_lease() -> None:
    class RecordWithoutEnd(CustomLayer):
        def _put_record(self, data_record: DataRecord) -> None:
            data_record.in_progress_expiry_timestamp = None
            super()._put_record(data_record)

    store = PowertoolsStore(RecordWithoutEnd())
    acquire_token(store, "github:a")
    assert store.acquire("github:a", 45.0) == Busy(45.0)


def test_exceptions_of_the_layer_are_raised() -> None:
    class FailingLayer(CustomLayer):
        def _put_record(self, data_record: DataRecord) -> None:
            raise ConnectionError("no route")

    with pytest.raises(ConnectionError, match="no route"):
        PowertoolsStore(FailingLayer()).acquire("github:a", 60.0)


def test_what_is_not_a_layer_is_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        PowertoolsStore("idempotency")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "Expected a persistence layer of Powertools' idempotency, such as "
        "DynamoDBPersistenceLayer(table_name=...), got str."
    )


def test_without_powertools_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = CustomLayer()
    monkeypatch.setitem(sys.modules, "aws_lambda_powertools.utilities.idempotency", None)
    with pytest.raises(ConfigurationError) as refused:
        PowertoolsStore(layer)
    assert str(refused.value) == (
        "Expected Powertools for AWS Lambda and boto3, which PowertoolsStore needs, but "
        "they are not installed. Next: pip install 'aws-lambda-powertools[aws-sdk]'"
    )
