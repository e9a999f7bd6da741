"""The stack of template.yaml, its queue and table played by moto: answered now, stored later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]
from hooks_helpers import BY_NAME, Made, sent, stored
from moto import mock_aws
from plays.play import play
from plays.stage import Secrets

from lambda_adapters import Router
from lambda_adapters.local import Client

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    resources: dict[str, Any] = decode(str(TEMPLATE))[0]["Resources"]
    return resources


class Queue:
    """What Lambda does with the stack's queue: it polls, calls, and deletes what has not failed."""

    def __init__(self, sqs: Any, url: str) -> None:
        self.sqs = sqs
        self.url = url

    def records(self) -> list[dict[str, Any]]:
        """The messages that wait, as an event has them."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
            for message in found.get("Messages", [])
        ]

    def drain(self, handler: Router) -> int:
        """Give all messages to the function; how many there were."""
        done = 0
        while records := self.records():
            answer = handler({"Records": records}, None)
            assert answer == {"batchItemFailures": []}
            for record in records:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])
            done += len(records)
        return done


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, template: dict[str, Any]) -> Iterator[Queue]:
    """The stack's queue and table, and the environment that names them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        table = template["Deliveries"]["Properties"]
        columns = ("BillingMode", "AttributeDefinitions", "KeySchema")
        boto3.client("dynamodb").create_table(
            TableName="deliveries", **{name: table[name] for name in columns}
        )
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        monkeypatch.setenv("DELIVERIES_TABLE", "deliveries")
        monkeypatch.setenv("QUEUE_URL", url)
        yield Queue(sqs, url)


def test_the_whole_play_holds_when_stored_later(
    queue: Queue, function: Made, secrets: dict[str, Secrets]
) -> None:
    handler = function()
    cases = []
    with Client(handler, "http-api") as client:
        for line in play(client, secrets):
            cases.append(line)
            queue.drain(handler)
    assert [line for line in cases if not line.right] == []


def test_an_answer_does_not_wait_for_the_database(
    queue: Queue, function: Made, secrets: dict[str, Secrets], places: Path
) -> None:
    stripe = BY_NAME["stripe"]
    message = stripe.write()
    (places / "database").rename(places / "away")
    handler = function()
    with Client(handler, "http-api") as client:
        assert sent(client, stripe, message, secrets["stripe"]) == 202
        records = queue.records()
        failed = handler({"Records": records}, None)
        named = [{"itemIdentifier": record["messageId"]} for record in records]
        assert failed == {"batchItemFailures": named}
        (places / "away").rename(places / "database")
        # Lambda does not delete it, and at least once means that it may well come twice
        for _ in range(2):
            assert handler({"Records": records}, None) == {"batchItemFailures": []}
        assert stored(client) == [("stripe", message.id)]


def test_a_queue_that_is_away_loses_nothing(
    queue: Queue, function: Made, secrets: dict[str, Secrets]
) -> None:
    slack = BY_NAME["slack"]
    message = slack.write()
    handler = function()
    queue.sqs.delete_queue(QueueUrl=queue.url)
    with Client(handler, "http-api") as client:
        assert sent(client, slack, message, secrets["slack"]) == 500
        queue.sqs.create_queue(QueueName="queue")
        assert sent(client, slack, message, secrets["slack"]) == 202
        assert queue.drain(handler) == 1
        assert stored(client) == [("slack", message.id)]


def test_the_template_has_what_the_function_needs(template: dict[str, Any]) -> None:
    function = template["Hooks"]["Properties"]
    events = function["Events"]
    assert function["Handler"] == "hooks.function.handler"
    assert events["Queued"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert template["Queue"]["Properties"]["VisibilityTimeout"] >= 6 * function["Timeout"]
    table = template["Deliveries"]["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    variables = function["Environment"]["Variables"]
    for player in BY_NAME.values():
        assert {player.variable, f"{player.variable}_OLD"} <= variables.keys()
    assert {"DATABASE_URL", "DELIVERIES_TABLE", "PAGE_PASSWORD", "QUEUE_URL"} <= variables.keys()
