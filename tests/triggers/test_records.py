"""`records` returns the records of an event; `partial_failures` reports the failed ones."""

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest

from lambda_adapters import UnknownEvent
from lambda_adapters.triggers.records import partial_failures, records


def logs_event(value: Any) -> dict[str, Any]:
    data = b64encode(gzip.compress(json.dumps(value).encode())).decode()
    return {"awslogs": {"data": data}}


def sqs_event(*ids: str, queue: str = "jobs") -> dict[str, Any]:
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    return {
        "Records": [
            {"messageId": each, "eventSource": "aws:sqs", "eventSourceARN": arn} for each in ids
        ]
    }


def kinesis_event(*ids: str) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": each}} for each in ids
        ]
    }


def dynamodb_event(*ids: str) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": each}} for each in ids
        ]
    }


SNS = {"EventSource": "aws:sns", "Sns": {"Message": "hi"}}
S3 = {"eventSource": "aws:s3", "s3": {}}
BRIDGE = {"detail-type": "Order", "detail": {}, "source": "shop"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"Records": [SNS]}, [SNS]),
        ({"Records": [S3, {**S3, "n": 2}]}, [S3, {**S3, "n": 2}]),
        (
            {"eventSource": "aws:kafka", "records": {"a-0": [{"o": 1}, {"o": 2}], "b-0": [{}]}},
            [{"o": 1}, {"o": 2}, {}],
        ),
        ({"eventSource": "aws:mq", "messages": [{"m": 1}]}, [{"m": 1}]),
        ({"eventSource": "aws:rmq", "rmqMessagesByQueue": {"q": [{"m": 1}]}}, [{"m": 1}]),
        ({"eventSource": "aws:docdb", "events": [{"event": {}}]}, [{"event": {}}]),
        ({"invocationId": "i", "records": [{"recordId": "1"}]}, [{"recordId": "1"}]),
        (logs_event({"logEvents": [{"id": "a"}, {"id": "b"}]}), [{"id": "a"}, {"id": "b"}]),
        (logs_event({"logEvents": []}), []),
        (BRIDGE, [BRIDGE]),
        ({"mine": 1}, [{"mine": 1}]),
    ],
)  # fmt: skip
def test_records_are_returned_in_order(event: Any, expected: list[Any]) -> None:
    assert records(event) == expected


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"eventSource": "aws:mq"}, "Expected a list of records in the event of mq"),
        ({"eventSource": "aws:kafka", "records": {"a": 1}}, "Expected a list of records in"),
        ({"Records": [SNS, 1]}, "Expected records that are objects in the event of sns"),
        ({"awslogs": {}}, "Expected awslogs.data as base64 of gzipped JSON with logEvents in"),
        ({"awslogs": {"data": "!"}}, "Expected awslogs.data"),
        ({"awslogs": {"data": b64encode(b"plain").decode()}}, "Expected awslogs.data"),
        (logs_event({}), "Expected awslogs.data"),
        (
            {"awslogs": {"data": b64encode(gzip.compress(b"{}")[:10] + b"\xff" * 20).decode()}},
            "Expected awslogs.data",
        ),
        ({"Records": [{"cf": {"request": {"method": "GET"}}}]}, "Expected an event with records"),
        (logs_event({"logEvents": [1]}), "Expected awslogs.data"),
        ({"httpMethod": "GET", "requestContext": {}}, "Expected an event with records, got one"),
        ([1], "Expected an event with records, got one"),
    ],
)
def test_an_event_without_valid_records_raises_unknown_event(event: Any, message: str) -> None:
    with pytest.raises(UnknownEvent) as error:
        records(event)

    assert str(error.value).startswith(message)


def test_logs_that_decompress_to_more_than_an_event_can_hold_raise_unknown_event() -> None:
    with pytest.raises(UnknownEvent, match="Expected awslogs.data"):
        records(logs_event({"logEvents": [{"message": " " * 65 * 1024 * 1024}]}))


def fail_at(*failing_calls: int) -> Any:
    calls = []

    def function(record: dict[str, Any]) -> None:
        calls.append(record)
        if len(calls) in failing_calls:
            raise LookupError("no such order")

    function.calls = calls  # type: ignore[attr-defined]
    return function


@pytest.mark.parametrize(
    ("event", "failing_calls", "failed_ids", "call_count"),
    [
        (sqs_event("a", "b", "c"), (), [], 3),
        (sqs_event("a", "b", "c"), (2,), ["b"], 3),
        (sqs_event("a", "b", "c"), (1, 3), ["a", "c"], 3),
        (sqs_event("a", "b", "c", queue="jobs.fifo"), (2,), ["b", "c"], 2),
        (sqs_event("a", "b", queue="jobs.fifo"), (), [], 2),
        (kinesis_event("1", "2", "3"), (2,), ["2"], 2),
        (dynamodb_event("1", "2", "3"), (1, 2), ["1"], 1),
    ],
)
def test_failed_records_are_returned_and_ordered_sources_stop_at_the_first(
    event: Any, failing_calls: tuple[int, ...], failed_ids: list[str], call_count: int
) -> None:
    function = fail_at(*failing_calls)

    answer = partial_failures(event, function)

    assert answer == {"batchItemFailures": [{"itemIdentifier": each} for each in failed_ids]}
    assert function.calls == event["Records"][:call_count]


def test_a_failed_record_is_logged_with_its_id_and_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    partial_failures(sqs_event("m-1"), fail_at(1))

    assert caplog.messages == ["Record m-1 of sqs failed; it will be sent again."]
    assert "LookupError: no such order" in caplog.text


BATCH_EXPECTED = (
    "Expected an event of sqs, kinesis or dynamodb, which can send failed records again"
)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"Records": [{"eventSource": "aws:sqs"}]}, "Expected messageId in each record in"),
        ({"Records": [{"eventSource": "aws:sqs", "messageId": ""}]}, "Expected messageId in"),
        ({"Records": [{"eventSource": "aws:kinesis", "kinesis": 1}]}, "Expected kinesis.sequence"),
        ({"Records": [SNS]}, f"{BATCH_EXPECTED}, got one of sns."),
        ({"rawPath": "/"}, f"{BATCH_EXPECTED}, got one of an unknown service."),
    ],
)
def test_a_record_without_an_id_raises_unknown_event_before_any_call(
    event: Any, message: str
) -> None:
    function = fail_at()

    with pytest.raises(UnknownEvent) as error:
        partial_failures(event, function)

    assert str(error.value).startswith(message)
    assert function.calls == []


def test_system_exit_propagates() -> None:
    def function(record: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        partial_failures(sqs_event("a"), function)
