"""The records of events that are not HTTP, and the answer that names those that failed.

Sources: docs.aws.amazon.com/lambda/latest/dg/lambda-services.html and the pages it links to;
docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html for batchItemFailures.
"""

import io
import json
import logging
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from lambda_adapters.errors import UnknownEvent
from lambda_adapters.sources.registry import find_source
from lambda_adapters.triggers.detection import trigger_name

Record = dict[str, Any]

_LISTS = ("Records", "records", "messages", "rmqMessagesByQueue", "events", "tasks")
# Triggers whose events hold several; all others are one record themselves.
_SEVERAL = frozenset(
    {
        "sns", "sqs", "s3", "dynamodb", "kinesis", "ses", "codecommit", "kafka", "mq", "documentdb",
        "firehose", "kinesis_analytics", "s3_batch",
    }
)  # fmt: skip
_MOST_LOG_BYTES = 64 * 1024 * 1024  # an event of 6 MB could unpack to gigabytes

logger = logging.getLogger("lambda_adapters")


def records(event: Any) -> list[Record]:
    """Each record of an event once and in its order, whatever the service calls them.

    Of Kafka and RabbitMQ the topics or queues follow each other; of CloudWatch Logs these are the
    log events, unpacked; an event that has no records (EventBridge, Cognito, one of your own) is
    the only one. Raises UnknownEvent for HTTP events and for records that are not there.
    """
    name = None if find_source(event) is not None else trigger_name(event)
    if name == "cloudwatch_logs":
        return _log_events(event)
    if name in _SEVERAL:
        return list(_listed(event, name))
    if name is None or not isinstance(event, dict):
        raise UnknownEvent("Expected an event with records, got one that no trigger claims.")
    return [event]


def _listed(event: Record, name: str) -> Iterator[Record]:
    held = next((event[key] for key in _LISTS if key in event), None)
    lists = held.values() if isinstance(held, dict) else [held]
    for records in lists:
        if not isinstance(records, list):
            raise _without(name, "a list of records")
        for record in records:
            if not isinstance(record, dict):
                raise _without(name, "records that are objects")
            yield record


def _log_events(event: Record) -> list[Record]:
    try:
        packed = b64decode(event["awslogs"]["data"], validate=True)
        import gzip  # takes its time, and is rarely needed

        with gzip.open(io.BytesIO(packed)) as file:
            text = file.read(_MOST_LOG_BYTES + 1)
        events = json.loads(text)["logEvents"] if len(text) <= _MOST_LOG_BYTES else None
    except (KeyError, TypeError, ValueError, OSError, EOFError, RecursionError, zlib.error):
        events = None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise _without("cloudwatch_logs", "awslogs.data as base64 of gzipped JSON with logEvents")
    return events


def _without(name: str, expected: str) -> UnknownEvent:
    return UnknownEvent(
        f"Expected {expected} in the event of {name}, got something else. If a test wrote it, "
        "compare it with the service's own sample event."
    )


def partial_failures(event: Any, function: Callable[[Record], object]) -> dict[str, Any]:
    """Call `function` with each record; the answer `{"batchItemFailures": [...]}` names those for
    which it raised, so that only they come again.

    For SQS, Kinesis and DynamoDB streams, whose event source mapping must report batch item
    failures (FunctionResponseTypes). Where order matters nothing is called behind a failure: of
    a FIFO queue the failed message and all behind it are named, of a stream the failed record.
    """
    name = trigger_name(event)
    id_of = _IDS.get(name or "")
    if id_of is None:
        raise UnknownEvent(
            f"Expected an event of sqs, kinesis or dynamodb, got one of {name or 'nothing known'}: "
            "only these can be told which records failed."
        )
    pending = [(id_of(record), record) for record in records(event)]
    failed: list[str] = []
    for at, (record_id, record) in enumerate(pending):
        try:
            function(record)
        except Exception:
            logger.exception("Record %s of %s failed; it will come again.", record_id, name)
            if name != "sqs":
                failed.append(record_id)  # a stream goes back to it, whatever else is trigger_name
                break
            if str(record.get("eventSourceARN")).endswith(".fifo"):
                failed += [other for other, _ in pending[at:]]
                break
            failed.append(record_id)
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}


def _id_at(name: str, *path: str) -> Callable[[Record], str]:
    def id_of(record: Record) -> str:
        value: Any = record
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value:
            # AWS takes an empty name for the whole batch, so a guess would lose messages.
            raise _without(name, f"{'.'.join(path)} in each record")
        return value

    return id_of


_IDS = {
    "sqs": _id_at("sqs", "messageId"),
    "kinesis": _id_at("kinesis", "kinesis", "sequenceNumber"),
    "dynamodb": _id_at("dynamodb", "dynamodb", "SequenceNumber"),
}
