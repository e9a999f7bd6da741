"""PowertoolsStore: leases and answers in the idempotency store of Powertools for AWS Lambda.

Source: aws_lambda_powertools/utilities/idempotency/persistence, of version 3.37.
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
    """Leases and answers through a persistence layer of Powertools' idempotency (DynamoDB, Redis,
    your own), for those who have its table already. Others take DynamoDBStore, which does more.

    The layer itself stays as it is: the store works with copies, which have no local cache, no
    payload validation, and keys `<function's name>.webhooks#<sha256>`, so functions that share a
    table do not share deliveries. Times are Powertools' own clock's; an answer is kept to the
    second, rounded up.

    **Powertools' records have no token**, so nothing proves to them whose a lease is. While a
    lease lasts, nobody else has it. Behind its end, `release` writes nothing and is False, because
    the record may be another's by now; `finish` always writes and is True. A delivery that took
    longer than its lease may therefore run twice at a time, as with any store, and whoever
    finishes last leaves the answer; where the other one then fails, it runs once more.

    Raises ConfigurationError when built with anything but a persistence layer.
    """

    def __init__(self, persistence_layer: "BasePersistenceLayer") -> None:
        try:
            from aws_lambda_powertools.utilities.idempotency import (
                BasePersistenceLayer,
                IdempotencyConfig,
            )
        except ImportError as error:
            raise ConfigurationError(
                "PowertoolsStore needs Powertools for AWS Lambda and boto3, which are not "
                "installed. Next: pip install 'aws-lambda-powertools[aws-sdk]'"
            ) from error
        if not isinstance(persistence_layer, BasePersistenceLayer):
            raise ConfigurationError(
                "PowertoolsStore needs a persistence layer of Powertools' idempotency, such as "
                f"DynamoDBPersistenceLayer(table_name=...), not {type(persistence_layer).__name__}."
            )
        self._layer = copy(persistence_layer)
        # A layer takes the first configuration only, and keeps its validation with any.
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
        # The record outlives the lease: one that ended first would count for nothing too early.
        layer = self._keeping(lease + 1)
        try:
            layer.save_inprogress(_data(key), remaining_time_in_millis=math.ceil(lease * 1000))
        except IdempotencyItemAlreadyExistsError as refused:
            try:
                record = refused.old_data_record or layer.get_record(_data(key))
            except IdempotencyItemNotFoundError:
                return Busy(0.0)  # given back in between: take it the next time
            assert record is not None  # which it would be for data without a key
            return _read(record, lease)
        return Leased(token)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        # Any JSON will do as a result, whatever its annotation says.
        result: Any = answer
        self._keeping(keep).save_success(_data(key), result)
        return True

    def release(self, key: str, token: str) -> bool:
        if time() >= float(token):
            return False
        self._layer.delete_record(_data(key), Exception("released"))
        return True

    def _keeping(self, seconds: float) -> "BasePersistenceLayer":
        """A layer whose records expire so much later. A copy: other threads have other times."""
        layer = copy(self._layer)
        layer.expires_after_seconds = math.ceil(seconds)
        return layer


def _data(key: str) -> dict[str, Any]:
    return {"delivery": key}


def _read(record: "DataRecord", lease: float) -> Busy | Finished:
    """What a record says that was in the way."""
    if record.status == "COMPLETED":
        answer: Any = record.response_json_as_dict()
        return Finished(answer)
    ends = record.in_progress_expiry_timestamp  # milliseconds; a layer of your own may lose it
    return Busy(lease if ends is None else max(float(ends) / 1000 - time(), 0.0))
