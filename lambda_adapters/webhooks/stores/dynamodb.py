"""DynamoDBStore: leases and answers in a DynamoDB table, for any number of environments.

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

# No attribute's name is a reserved word (`token` and `until` are), so expressions may say it.
_MINE = "lease = :lease"
_MINE_UNFINISHED = f"({_MINE} AND attribute_not_exists(answer))"
# Nothing there; or what is there has run out, which DynamoDB deletes days later; or it is this
# very lease: the first request's answer was lost, and botocore sent it again.
_FREE = f"attribute_not_exists(id) OR ends <= :now OR {_MINE_UNFINISHED}"
_NOBODYS_OR_MINE = f"attribute_not_exists(id) OR {_MINE_UNFINISHED}"

# An item stays so long after its end, so that one who is late can still finish, and a machine
# whose clock is behind does not lose its lease to DynamoDB's.
_GRACE = 3600


class DynamoDBStore:
    """Leases and answers in a DynamoDB table, one request a step. Functions that share a table
    need keys of their own: `once(store, lambda delivery: f"shop {delivery.key}")`.

    The table, which on-demand billing suits:

    - partition key `id`, a string; no sort key
    - time to live (TTL) on the attribute `expires`, a number: seconds since 1970
    - what the store adds itself: `lease`, who has it; `ends`, a number, seconds since 1970, which
      is what counts, because DynamoDB deletes late; `answer`

    The function's role needs `dynamodb:PutItem`, `dynamodb:UpdateItem` and `dynamodb:DeleteItem`
    on the table, and nothing else. DynamoDB takes keys of up to 2048 bytes and items of up to
    400 KB; what it refuses is raised as boto3 raises it.

    `client` is a boto3 client for DynamoDB. Without one the store makes its own when first needed,
    for the environment's region and credentials; that one gives up within some ten seconds.
    `clock` gives the time in seconds. Raises ConfigurationError when built without the name of a
    table, or without a client where boto3 is not installed.
    """

    def __init__(
        self, table_name: str, *, client: Any = None, clock: Callable[[], float] = time.time
    ) -> None:
        if not isinstance(table_name, str) or not table_name:
            raise ConfigurationError(
                f"DynamoDBStore needs the name of a table, not {table_name!r}. "
                "Next: see that the environment variable which holds it is set."
            )
        if client is None and find_spec("boto3") is None:
            raise ConfigurationError(
                "DynamoDBStore needs boto3, which is not installed. "
                "Next: pip install 'lambda-adapters[aws]'"
            )
        self._table = table_name
        self._given = client
        self._clock = clock

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        token, now = urandom(16).hex(), self._clock()
        there = self._refusing(
            self._client.put_item,
            Item={"id": {"S": key}, "lease": {"S": token}, **_times(now + lease)},
            ConditionExpression=_FREE,
            ExpressionAttributeValues={":lease": {"S": token}, ":now": _number(now)},
        )
        if there is None:
            return Leased(token)
        if "answer" in there:
            return Finished(there["answer"]["S"])
        return Busy(float(there["ends"]["N"]) - now)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        values = {"answer": {"S": answer}, **_times(self._clock() + keep)}
        there = self._refusing(
            self._client.update_item,
            Key={"id": {"S": key}},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
            ConditionExpression=_MINE,
            ExpressionAttributeValues={
                ":lease": {"S": token},
                **{f":{name}": value for name, value in values.items()},
            },
        )
        return there is None

    def release(self, key: str, token: str) -> bool:
        there = self._refusing(
            self._client.delete_item,
            Key={"id": {"S": key}},
            ConditionExpression=_NOBODYS_OR_MINE,
            ExpressionAttributeValues={":lease": {"S": token}},
        )
        return there is None

    def _refusing(self, call: Callable[..., object], **arguments: Any) -> dict[str, Any] | None:
        """Make a conditional request: the item as it is where the condition does not hold, empty
        where there is none; None where it holds."""
        try:
            call(
                TableName=self._table,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",  # saves the reading of the item
                **arguments,
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            there: dict[str, Any] = refused.response.get("Item", {})
            return there
        return None

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        from boto3.session import Session  # only those pay for it who use it
        from botocore.config import Config

        # boto3 would wait for minutes; senders wait for three to thirty seconds.
        retries = {"mode": "standard", "total_max_attempts": 3}
        config = Config(connect_timeout=2, read_timeout=2, retries=retries)
        # A session of its own: making clients of the default one is not safe for threads.
        return Session().client("dynamodb", config=config)


def _times(ends: float) -> dict[str, dict[str, str]]:
    return {"ends": _number(ends), "expires": {"N": str(math.ceil(ends) + _GRACE)}}


def _number(seconds: float) -> dict[str, str]:
    return {"N": f"{seconds:.3f}"}
