"""The records of events that are not HTTP, and the response that names failed records.

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

_RECORD_KEYS = ("Records", "records", "messages", "rmqMessagesByQueue", "events", "tasks")
# Triggers whose events have a record list; any other event is its own single record.
_BATCH_TRIGGERS = frozenset(
    {
        "sns", "sqs", "s3", "dynamodb", "kinesis", "ses", "codecommit", "kafka", "mq", "documentdb",
        "firehose", "kinesis_analytics", "s3_batch",
    }
)  # fmt: skip
_MAX_LOG_BYTES = 64 * 1024 * 1024  # an event of 6 MB could decompress to gigabytes

logger = logging.getLogger("lambda_adapters")


def records(event: Any) -> list[Record]:
    """Return each record of an event once, in order, for every service.

    For Kafka and RabbitMQ, the topics or queues follow each other. For CloudWatch Logs, the records
    are the decompressed log events. An event without a record list (EventBridge, Cognito, one of
    your own) is its own single record. Raises UnknownEvent for an HTTP event, and for a record list
    that is missing or not valid.
    """
    name = None if find_source(event) is not None else trigger_name(event)
    if name == "cloudwatch_logs":
        return _unpack_log_events(event)
    if name in _BATCH_TRIGGERS:
        return list(_iterate_records(event, name))
    if name is None or not isinstance(event, dict):
        raise UnknownEvent("Expected an event with records, got one that no trigger matches.")
    return [event]


def _iterate_records(event: Record, name: str) -> Iterator[Record]:
    container = next((event[key] for key in _RECORD_KEYS if key in event), None)
    lists = container.values() if isinstance(container, dict) else [container]
    for records in lists:
        if not isinstance(records, list):
            raise _unknown_event(name, "a list of records")
        for record in records:
            if not isinstance(record, dict):
                raise _unknown_event(name, "records that are objects")
            yield record


def _unpack_log_events(event: Record) -> list[Record]:
    try:
        compressed = b64decode(event["awslogs"]["data"], validate=True)
        import gzip  # slow to import, and rarely needed

        with gzip.open(io.BytesIO(compressed)) as file:
            text = file.read(_MAX_LOG_BYTES + 1)
        events = json.loads(text)["logEvents"] if len(text) <= _MAX_LOG_BYTES else None
    except (KeyError, TypeError, ValueError, OSError, EOFError, RecursionError, zlib.error):
        events = None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        expected = "awslogs.data as base64 of gzipped JSON with logEvents"
        raise _unknown_event("cloudwatch_logs", expected)
    return events


def _unknown_event(name: str, expected: str) -> UnknownEvent:
    return UnknownEvent(
        f"Expected {expected} in the event of {name}, got something else. Next: if a test wrote "
        "the event, compare it with the service's sample event."
    )


def partial_failures(event: Any, function: Callable[[Record], object]) -> dict[str, Any]:
    """Call `function` with each record, and return `{"batchItemFailures": [...]}` with the ids of
    records for which it raised, so that only these are sent again.

    For SQS, Kinesis and DynamoDB streams. Their event source mapping must report batch item
    failures (FunctionResponseTypes). Where order matters, `function` is not called after a failure:
    the response names the failed message of a FIFO queue and all after it, or the failed record of
    a stream. Raises UnknownEvent for any other event.
    """
    name = trigger_name(event)
    id_of = _ID_GETTERS.get(name or "")
    if id_of is None:
        raise UnknownEvent(
            "Expected an event of sqs, kinesis or dynamodb, which can send failed records again, "
            f"got one of {name or 'an unknown service'}."
        )
    pending = [(id_of(record), record) for record in records(event)]
    failed: list[str] = []
    for at, (record_id, record) in enumerate(pending):
        try:
            function(record)
        except Exception:
            logger.exception("Record %s of %s failed; it will be sent again.", record_id, name)
            if name != "sqs":
                failed.append(record_id)  # a stream starts again at this record
                break
            if str(record.get("eventSourceARN")).endswith(".fifo"):
                failed += [other for other, _ in pending[at:]]
                break
            failed.append(record_id)
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}


def _id_getter(name: str, *path: str) -> Callable[[Record], str]:
    def id_of(record: Record) -> str:
        value: Any = record
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value:
            # AWS reads an empty id as the whole batch, so a guess would lose messages.
            raise _unknown_event(name, f"{'.'.join(path)} in each record")
        return value

    return id_of


_ID_GETTERS = {
    "sqs": _id_getter("sqs", "messageId"),
    "kinesis": _id_getter("kinesis", "kinesis", "sequenceNumber"),
    "dynamodb": _id_getter("dynamodb", "dynamodb", "SequenceNumber"),
}
