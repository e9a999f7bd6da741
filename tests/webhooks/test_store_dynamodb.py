"""DynamoDBStore: the items of its table, requests that are sent twice, and wrong arguments."""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores import Busy, DynamoDBStore, Finished, Leased

NOW = 1_790_000_000.25

# One session for all tests: the first client of a session reads megabytes of JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


@pytest.fixture
def client() -> Iterator[Any]:
    """A client of moto's DynamoDB, with the table that the docstring of the store describes."""
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
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
        )
        yield client


def items(client: Any) -> Any:
    return client.scan(TableName="deliveries")["Items"]


def acquire_token(store: DynamoDBStore, key: str) -> str:
    lease = store.acquire(key, 60.0)
    assert isinstance(lease, Leased)
    return lease.token


def lose_first_response(client: Any, operation: str) -> list[str]:
    """Drop the first response of an operation, so that botocore sends the request again, as after
    a broken connection. Returns the list of sent requests."""
    requests: list[str] = []

    def retry_once(attempts: int, **_: object) -> int | None:
        requests.append(operation)
        return 0 if attempts == 1 else None  # seconds until the retry; None: no retry

    client.meta.events.register_first(f"needs-retry.dynamodb.{operation}", retry_once)
    return requests


def test_a_lease_is_an_item_with_two_expiration_times(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client, clock=lambda: NOW)
    token = acquire_token(store, "github:a")
    assert items(client) == [
        {
            "id": {"S": "github:a"},
            "lease": {"S": token},
            "ends": {"N": "1790000060.250"},
            "expires": {"N": "1790003661"},  # whole seconds, one hour later
        }
    ]


def test_an_answer_is_stored_in_the_item_with_later_expiration_times(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client, clock=lambda: NOW)
    token = acquire_token(store, "github:a")
    assert store.finish("github:a", token, "done", 259_200.0)
    assert items(client) == [
        {
            "id": {"S": "github:a"},
            "lease": {"S": token},
            "ends": {"N": "1790259200.250"},
            "expires": {"N": "1790262801"},
            "answer": {"S": "done"},
        }
    ]


def test_release_deletes_the_item(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client)
    assert store.release("github:a", acquire_token(store, "github:a"))
    assert items(client) == []


def test_an_acquire_request_that_is_sent_twice_returns_the_lease(client: Any) -> None:
    requests = lose_first_response(client, "PutItem")
    store = DynamoDBStore("deliveries", client=client)
    token = acquire_token(store, "github:a")
    assert requests == ["PutItem", "PutItem"]
    assert items(client)[0]["lease"] == {"S": token}
    assert isinstance(store.acquire("github:a", 60.0), Busy)


def test_a_finish_request_that_is_sent_twice_succeeds(client: Any) -> None:
    requests = lose_first_response(client, "UpdateItem")
    store = DynamoDBStore("deliveries", client=client)
    assert store.finish("github:a", acquire_token(store, "github:a"), "done", 3600.0)
    assert requests == ["UpdateItem", "UpdateItem"]
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_a_release_request_that_is_sent_twice_succeeds(client: Any) -> None:
    requests = lose_first_response(client, "DeleteItem")
    store = DynamoDBStore("deliveries", client=client)
    assert store.release("github:a", acquire_token(store, "github:a"))
    assert requests == ["DeleteItem", "DeleteItem"]
    assert items(client) == []


def test_an_acquire_request_that_arrives_after_finish_does_not_delete_the_answer(
    client: Any,
) -> None:
    requests: list[Any] = []

    def record(params: Any, **_: object) -> None:
        requests.append(dict(params))

    client.meta.events.register("provide-client-params.dynamodb.PutItem", record)
    store = DynamoDBStore("deliveries", client=client)
    assert store.finish("github:a", acquire_token(store, "github:a"), "done", 3600.0)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(**requests[0])
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_each_method_sends_one_request(client: Any) -> None:
    operations: list[str] = []

    def record(model: Any, **_: object) -> None:
        operations.append(model.name)

    client.meta.events.register("before-call.dynamodb", record)
    store = DynamoDBStore("deliveries", client=client)
    token = acquire_token(store, "github:a")
    store.acquire("github:a", 60.0)
    store.finish("github:a", token, "done", 3600.0)
    store.acquire("github:a", 60.0)
    store.release("github:a", token)
    assert operations == ["PutItem", "PutItem", "UpdateItem", "PutItem", "DeleteItem"]


def test_no_attribute_has_a_reserved_name(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client)
    store.finish("github:a", acquire_token(store, "github:a"), "done", 3600.0)
    names = {name.upper() for name in items(client)[0]}
    assert names & set(ReservedKeywords.get_reserved_keywords()) == set()


def test_the_store_creates_one_client_on_first_use(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    store = DynamoDBStore("deliveries")
    assert "_client" not in vars(store)
    token = acquire_token(store, "github:a")
    store_client = vars(store)["_client"]
    assert store.finish("github:a", token, "done", 3600.0)
    assert vars(store)["_client"] is store_client
    config = store_client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_a_missing_table_raises_an_error(client: Any) -> None:
    store = DynamoDBStore("elsewhere", client=client)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.acquire("github:a", 60.0)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.finish("github:a", "token", "done", 60.0)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.release("github:a", "token")


@pytest.mark.parametrize("name", ["", None])
def test_a_missing_table_name_is_refused(name: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        DynamoDBStore(name)
    assert str(refused.value) == (
        f"Expected the name of a table for DynamoDBStore, got {name!r}. "
        "Next: check that its environment variable is set."
    )


def test_without_boto3_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError) as refused:
        DynamoDBStore("deliveries")
    assert str(refused.value) == (
        "Expected boto3, which DynamoDBStore needs, but it is not installed. "
        "Next: pip install 'lambda-adapters[aws]'"
    )
