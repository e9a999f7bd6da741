"""PowertoolsStore: leases and answers in the idempotency store of Powertools for AWS Lambda.

Source: aws_lambda_powertools/utilities/idempotency/persistence, version 3.37.
"""

import math
from copy import copy
from time import time
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
    from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord


class PowertoolsStore:
    """Leases and answers in a persistence layer of Powertools' idempotency (DynamoDB, Redis, your
    own), if you already have its table. Otherwise use DynamoDBStore, which has tokens.

    The layer is not changed: the store uses copies without a local cache or payload validation. The
    keys are `<function's name>.webhooks#<sha256>`, so functions that share a table do not share
    deliveries. The time is from Powertools' own clock; `keep` is rounded up to whole seconds.

    **Powertools' records have no token**, so a record does not show which worker has the lease.
    Until a lease expires, no other worker gets it. After that, `release` writes nothing and
    returns False, because another worker may have the lease; `finish` always writes and returns
    True. As with every store, a delivery that takes longer than its lease may be processed twice
    at the same time. The answer of the last worker to finish is kept; if the other one then fails,
    the delivery is processed once more.

    Raises ConfigurationError if the argument is not a persistence layer.
    """

    def __init__(self, persistence_layer: "BasePersistenceLayer") -> None:
        try:
            from aws_lambda_powertools.utilities.idempotency import (
                BasePersistenceLayer,
                IdempotencyConfig,
            )
        except ImportError as error:
            raise ConfigurationError(
                "Expected Powertools for AWS Lambda and boto3, which PowertoolsStore needs, but "
                "they are not installed. Next: pip install 'aws-lambda-powertools[aws-sdk]'"
            ) from error
        if not isinstance(persistence_layer, BasePersistenceLayer):
            raise ConfigurationError(
                "Expected a persistence layer of Powertools' idempotency, such as "
                "DynamoDBPersistenceLayer(table_name=...), got "
                f"{type(persistence_layer).__name__}."
            )
        self._layer = copy(persistence_layer)
        # Reset the copy: a layer ignores a second configure, and never turns validation off.
        self._layer.configured = False
        self._layer.payload_validation_enabled = False
        config = IdempotencyConfig(hash_function="sha256", use_local_cache=False)
        self._layer.configure(config, function_name="webhooks")

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        from aws_lambda_powertools.utilities.idempotency.exceptions import (
            IdempotencyItemAlreadyExistsError,
            IdempotencyItemNotFoundError,
        )

        token = repr(time() + lease)
        # The record must expire after the lease: Powertools ignores an expired record.
        layer = self._copy_layer(lease + 1)
        try:
            layer.save_inprogress(_data(key), remaining_time_in_millis=math.ceil(lease * 1000))
        except IdempotencyItemAlreadyExistsError as error:
            try:
                record = error.old_data_record or layer.get_record(_data(key))
            except IdempotencyItemNotFoundError:
                return Busy(0.0)  # released in between: the next attempt can acquire it
            assert record is not None  # None only for data without a key
            return _result_from_record(record, lease)
        return Leased(token)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        # The annotation asks for a dict, but any JSON value works.
        result: Any = answer
        self._copy_layer(keep).save_success(_data(key), result)
        return True

    def release(self, key: str, token: str) -> bool:
        if time() >= float(token):
            return False
        self._layer.delete_record(_data(key), Exception("released"))
        return True

    def _copy_layer(self, seconds: float) -> "BasePersistenceLayer":
        """Return a layer whose records expire after `seconds`. A copy, because other threads use
        other times."""
        layer = copy(self._layer)
        layer.expires_after_seconds = math.ceil(seconds)
        return layer


def _data(key: str) -> dict[str, Any]:
    return {"delivery": key}


def _result_from_record(record: "DataRecord", lease: float) -> Busy | Finished:
    """Return the result of `acquire` for an existing record."""
    if record.status == "COMPLETED":
        answer: Any = record.response_json_as_dict()
        return Finished(answer)
    ends = record.in_progress_expiry_timestamp  # milliseconds; a custom layer may not store it
    return Busy(lease if ends is None else max(float(ends) / 1000 - time(), 0.0))
