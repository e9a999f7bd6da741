"""Records: each once, in order, whatever the service calls them; and which of them failed."""

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest

from lambda_adapters import UnknownEvent
from lambda_adapters.triggers.records import partial_failures, records


def packed(value: Any) -> dict[str, Any]:
    data = b64encode(gzip.compress(json.dumps(value).encode())).decode()
    return {"awslogs": {"data": data}}


def sqs(*ids: str, queue: str = "jobs") -> dict[str, Any]:
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    return {
        "Records": [
            {"messageId": each, "eventSource": "aws:sqs", "eventSourceARN": arn} for each in ids
        ]
    }


def stream(*ids: str) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": each}} for each in ids
        ]
    }


def table(*ids: str) -> dict[str, Any]:
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
        (packed({"logEvents": [{"id": "a"}, {"id": "b"}]}), [{"id": "a"}, {"id": "b"}]),
        (packed({"logEvents": []}), []),
        (BRIDGE, [BRIDGE]),
        ({"mine": 1}, [{"mine": 1}]),
    ],
)  # fmt: skip
def test_each_record_comes_once_and_in_order(event: Any, expected: list[Any]) -> None:
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
        (packed({}), "Expected awslogs.data"),
        (
            {"awslogs": {"data": b64encode(gzip.compress(b"{}")[:10] + b"\xff" * 20).decode()}},
            "Expected awslogs.data",
        ),
        ({"Records": [{"cf": {"request": {"method": "GET"}}}]}, "Expected an event with records"),
        (packed({"logEvents": [1]}), "Expected awslogs.data"),
        ({"httpMethod": "GET", "requestContext": {}}, "Expected an event with records, got one"),
        ([1], "Expected an event with records, got one"),
    ],
)
def test_records_that_are_not_there_are_an_unknown_event(event: Any, message: str) -> None:
    with pytest.raises(UnknownEvent) as caught:
        records(event)

    assert str(caught.value).startswith(message)


def test_logs_that_unpack_to_more_than_any_event_are_refused() -> None:
    with pytest.raises(UnknownEvent, match="Expected awslogs.data"):
        records(packed({"logEvents": [{"message": " " * 65 * 1024 * 1024}]}))


def fail_at(*bad: int) -> Any:
    calls = []

    def function(record: dict[str, Any]) -> None:
        calls.append(record)
        if len(calls) in bad:
            raise LookupError("no such order")

    function.calls = calls  # type: ignore[attr-defined]
    return function


@pytest.mark.parametrize(
    ("event", "bad", "failed", "called"),
    [
        (sqs("a", "b", "c"), (), [], 3),
        (sqs("a", "b", "c"), (2,), ["b"], 3),
        (sqs("a", "b", "c"), (1, 3), ["a", "c"], 3),
        (sqs("a", "b", "c", queue="jobs.fifo"), (2,), ["b", "c"], 2),
        (sqs("a", "b", queue="jobs.fifo"), (), [], 2),
        (stream("1", "2", "3"), (2,), ["2"], 2),
        (table("1", "2", "3"), (1, 2), ["1"], 1),
    ],
)
def test_what_failed_is_named_and_order_is_kept(
    event: Any, bad: tuple[int, ...], failed: list[str], called: int
) -> None:
    function = fail_at(*bad)

    answer = partial_failures(event, function)

    assert answer == {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
    assert function.calls == event["Records"][:called]


def test_a_failure_is_logged_with_its_id_and_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    partial_failures(sqs("m-1"), fail_at(1))

    assert caplog.messages == ["Record m-1 of sqs failed; it will come again."]
    assert "LookupError: no such order" in caplog.text


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"Records": [{"eventSource": "aws:sqs"}]}, "Expected messageId in each record in"),
        ({"Records": [{"eventSource": "aws:sqs", "messageId": ""}]}, "Expected messageId in"),
        ({"Records": [{"eventSource": "aws:kinesis", "kinesis": 1}]}, "Expected kinesis.sequence"),
        ({"Records": [SNS]}, "Expected an event of sqs, kinesis or dynamodb, got one of sns"),
        ({"rawPath": "/"}, "Expected an event of sqs, kinesis or dynamodb, got one of nothing"),
    ],
)
def test_nothing_is_called_where_a_failure_could_not_be_named(event: Any, message: str) -> None:
    function = fail_at()

    with pytest.raises(UnknownEvent) as caught:
        partial_failures(event, function)

    assert str(caught.value).startswith(message)
    assert function.calls == []


def test_an_order_to_stop_is_no_failed_record() -> None:
    def function(record: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        partial_failures(sqs("a"), function)
