"""DynamoDBStore: leases and answers in a DynamoDB table, for many Lambda environments.

Sources: docs.aws.amazon.com/amazondynamodb/latest/developerguide, the pages on condition
expressions, reserved words and time to live.
"""

import math
import time
from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from os import urandom
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased

# The attribute names are not reserved words (`token` and `until` are), so expressions can use them.
_SAME_LEASE = "lease = :lease"
_SAME_UNFINISHED = f"({_SAME_LEASE} AND attribute_not_exists(answer))"
# No item; or an expired item, which DynamoDB deletes days later; or the same lease: the response
# to the first request was lost, and botocore has sent the request again.
_AVAILABLE = f"attribute_not_exists(id) OR ends <= :now OR {_SAME_UNFINISHED}"
_ABSENT_OR_SAME = f"attribute_not_exists(id) OR {_SAME_UNFINISHED}"

# In seconds. An expired item is kept this long, so that a late worker can still finish, and
# DynamoDB does not delete the lease of a machine with a slow clock.
_GRACE = 3600


class DynamoDBStore:
    """Leases and answers in a DynamoDB table; each method is one request. Functions that share a
    table need different keys: `once(store, lambda delivery: f"shop {delivery.key}")`.

    The table (on-demand billing is a good choice):

    - partition key `id`, a string; no sort key
    - time to live (TTL) on the attribute `expires`, a number: seconds since 1970
    - the store adds the attributes `lease`, a token; `ends`, a number, seconds since 1970, the
      actual expiry, because DynamoDB deletes late; and `answer`

    The function's role needs only `dynamodb:PutItem`, `dynamodb:UpdateItem` and
    `dynamodb:DeleteItem` on the table. DynamoDB allows keys of up to 2048 bytes and items of up to
    400 KB. The exceptions of boto3 are passed on.

    `client`: a boto3 client for DynamoDB. Without one, the store creates it on first use, with the
    environment's region and credentials; its requests fail after about ten seconds at most.
    `clock` returns the time in seconds. Raises ConfigurationError if the table name is empty, or
    if there is no client and boto3 is not installed.
    """

    def __init__(
        self, table_name: str, *, client: Any = None, clock: Callable[[], float] = time.time
    ) -> None:
        if not isinstance(table_name, str) or not table_name:
            raise ConfigurationError(
                f"Expected the name of a table for DynamoDBStore, got {table_name!r}. "
                "Next: check that its environment variable is set."
            )
        if client is None and find_spec("boto3") is None:
            raise ConfigurationError(
                "Expected boto3, which DynamoDBStore needs, but it is not installed. "
                "Next: pip install 'lambda-adapters[aws]'"
            )
        self._table = table_name
        self._given_client = client
        self._clock = clock

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        token, now = urandom(16).hex(), self._clock()
        existing = self._call_conditionally(
            self._client.put_item,
            Item={"id": {"S": key}, "lease": {"S": token}, **_times(now + lease)},
            ConditionExpression=_AVAILABLE,
            ExpressionAttributeValues={":lease": {"S": token}, ":now": _number(now)},
        )
        if existing is None:
            return Leased(token)
        if "answer" in existing:
            return Finished(existing["answer"]["S"])
        return Busy(float(existing["ends"]["N"]) - now)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        values = {"answer": {"S": answer}, **_times(self._clock() + keep)}
        existing = self._call_conditionally(
            self._client.update_item,
            Key={"id": {"S": key}},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
            ConditionExpression=_SAME_LEASE,
            ExpressionAttributeValues={
                ":lease": {"S": token},
                **{f":{name}": value for name, value in values.items()},
            },
        )
        return existing is None

    def release(self, key: str, token: str) -> bool:
        existing = self._call_conditionally(
            self._client.delete_item,
            Key={"id": {"S": key}},
            ConditionExpression=_ABSENT_OR_SAME,
            ExpressionAttributeValues={":lease": {"S": token}},
        )
        return existing is None

    def _call_conditionally(
        self, call: Callable[..., object], **arguments: Any
    ) -> dict[str, Any] | None:
        """Make a conditional request. Return None if the condition is true, else the existing item
        (empty if there is none)."""
        try:
            call(
                TableName=self._table,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",  # saves a read of the item
                **arguments,
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            existing: dict[str, Any] = error.response.get("Item", {})
            return existing
        return None

    @cached_property
    def _client(self) -> Any:
        if self._given_client is not None:
            return self._given_client
        from boto3.session import Session  # here, because the import is slow
        from botocore.config import Config

        # By default boto3 waits for minutes; senders wait three to thirty seconds.
        retries = {"mode": "standard", "total_max_attempts": 3}
        config = Config(connect_timeout=2, read_timeout=2, retries=retries)
        # Not the default session: creating clients with it is not thread-safe.
        return Session().client("dynamodb", config=config)


def _times(ends: float) -> dict[str, dict[str, str]]:
    return {"ends": _number(ends), "expires": {"N": str(math.ceil(ends) + _GRACE)}}


def _number(seconds: float) -> dict[str, str]:
    return {"N": f"{seconds:.3f}"}
