"""DynamoDBStore: what stands in the table, requests that are sent again, and what is refused."""

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

# One session for all tests: the first client of each reads megabytes of botocore's JSON.
SESSION = boto3.session.Session(region_name="eu-central-1")


@pytest.fixture
def client() -> Iterator[Any]:
    """A client for DynamoDB, as moto plays it, with the table that the docstring describes."""
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


def leased(store: DynamoDBStore, key: str, lease: float = 60.0) -> str:
    taken = store.acquire(key, lease)
    assert isinstance(taken, Leased)
    return taken.token


def answer_lost_once(client: Any, operation: str) -> list[str]:
    """Have the first answer of an operation thrown away behind DynamoDB's work, so that botocore
    sends the request again, as it does when a connection breaks; what was sent."""
    sent: list[str] = []

    def again(attempts: int, **_: object) -> int | None:
        sent.append(operation)
        return 0 if attempts == 1 else None  # seconds to wait; None: take the answer

    client.meta.events.register_first(f"needs-retry.dynamodb.{operation}", again)
    return sent


def test_a_lease_is_an_item_with_two_ends(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client, clock=lambda: NOW)
    token = leased(store, "github:a")
    assert items(client) == [
        {
            "id": {"S": "github:a"},
            "lease": {"S": token},
            "ends": {"N": "1790000060.250"},
            "expires": {"N": "1790003661"},  # whole seconds, an hour behind the end
        }
    ]


def test_an_answer_is_the_same_item_with_later_ends(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client, clock=lambda: NOW)
    token = leased(store, "github:a")
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


def test_a_key_given_back_leaves_no_item(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client)
    assert store.release("github:a", leased(store, "github:a"))
    assert items(client) == []


def test_a_lease_whose_answer_was_lost_finds_itself(client: Any) -> None:
    sent = answer_lost_once(client, "PutItem")
    store = DynamoDBStore("deliveries", client=client)
    token = leased(store, "github:a")
    assert sent == ["PutItem", "PutItem"]
    assert items(client)[0]["lease"] == {"S": token}
    assert isinstance(store.acquire("github:a", 60.0), Busy)


def test_an_answer_that_was_written_twice_counts(client: Any) -> None:
    sent = answer_lost_once(client, "UpdateItem")
    store = DynamoDBStore("deliveries", client=client)
    assert store.finish("github:a", leased(store, "github:a"), "done", 3600.0)
    assert sent == ["UpdateItem", "UpdateItem"]
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_a_key_that_was_given_back_twice_counts(client: Any) -> None:
    sent = answer_lost_once(client, "DeleteItem")
    store = DynamoDBStore("deliveries", client=client)
    assert store.release("github:a", leased(store, "github:a"))
    assert sent == ["DeleteItem", "DeleteItem"]
    assert items(client) == []


def test_a_lease_that_arrives_behind_its_own_answer_does_not_undo_it(client: Any) -> None:
    requests: list[Any] = []

    def keep(params: Any, **_: object) -> None:
        requests.append(dict(params))

    client.meta.events.register("provide-client-params.dynamodb.PutItem", keep)
    store = DynamoDBStore("deliveries", client=client)
    assert store.finish("github:a", leased(store, "github:a"), "done", 3600.0)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(**requests[0])
    assert store.acquire("github:a", 60.0) == Finished("done")


def test_each_step_is_one_request(client: Any) -> None:
    asked: list[str] = []

    def note(model: Any, **_: object) -> None:
        asked.append(model.name)

    client.meta.events.register("before-call.dynamodb", note)
    store = DynamoDBStore("deliveries", client=client)
    token = leased(store, "github:a")
    store.acquire("github:a", 60.0)
    store.finish("github:a", token, "done", 3600.0)
    store.acquire("github:a", 60.0)
    store.release("github:a", token)
    assert asked == ["PutItem", "PutItem", "UpdateItem", "PutItem", "DeleteItem"]


def test_no_attribute_has_a_name_that_dynamodb_reserves(client: Any) -> None:
    store = DynamoDBStore("deliveries", client=client)
    store.finish("github:a", leased(store, "github:a"), "done", 3600.0)
    names = {name.upper() for name in items(client)[0]}
    assert names & set(ReservedKeywords.get_reserved_keywords()) == set()


def test_the_store_makes_its_client_when_first_needed_and_once(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    store = DynamoDBStore("deliveries")
    assert "_client" not in vars(store)
    token = leased(store, "github:a")
    made = vars(store)["_client"]
    assert store.finish("github:a", token, "done", 3600.0)
    assert vars(store)["_client"] is made
    config = made.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_a_table_that_is_missing_raises(client: Any) -> None:
    store = DynamoDBStore("elsewhere", client=client)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.acquire("github:a", 60.0)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.finish("github:a", "token", "done", 60.0)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        store.release("github:a", "token")


@pytest.mark.parametrize("name", ["", None])
def test_a_table_without_a_name_is_refused_when_built(name: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        DynamoDBStore(name)
    assert str(refused.value) == (
        f"DynamoDBStore needs the name of a table, not {name!r}. "
        "Next: see that the environment variable which holds it is set."
    )


def test_without_boto3_the_store_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError) as refused:
        DynamoDBStore("deliveries")
    assert str(refused.value) == (
        "DynamoDBStore needs boto3, which is not installed. "
        "Next: pip install 'lambda-adapters[aws]'"
    )
