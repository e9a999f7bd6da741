"""The stack of template.yaml, with moto's queue and table: deliveries are stored later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]
from hooks_helpers import BY_NAME, MakeHandler, list_stored, send_message
from moto import mock_aws
from simulation.run import run_simulation
from simulation.session import Secrets

from lambda_adapters import Router
from lambda_adapters.local import Client

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    resources: dict[str, Any] = decode(str(TEMPLATE))[0]["Resources"]
    return resources


class Queue:
    """Simulates Lambda with the queue: it polls, calls the function and deletes the messages."""

    def __init__(self, sqs: Any, url: str) -> None:
        self.sqs = sqs
        self.url = url

    def receive(self) -> list[dict[str, Any]]:
        """The waiting messages, as the records of an event."""
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
        """Pass all messages to the function. Returns their number."""
        count = 0
        while records := self.receive():
            answer = handler({"Records": records}, None)
            assert answer == {"batchItemFailures": []}
            for record in records:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])
            count += len(records)
        return count


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, template: dict[str, Any]) -> Iterator[Queue]:
    """The queue and the table of the stack. The environment names them."""
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


def test_the_whole_simulation_passes_with_a_queue(
    queue: Queue, make_handler: MakeHandler, secrets: dict[str, Secrets]
) -> None:
    handler = make_handler()
    results = []
    with Client(handler, "http-api") as client:
        for result in run_simulation(client, secrets):
            results.append(result)
            queue.drain(handler)
    assert [result for result in results if not result.passed] == []


def test_an_answer_does_not_wait_for_the_database(
    queue: Queue, make_handler: MakeHandler, secrets: dict[str, Secrets], folders: Path
) -> None:
    stripe = BY_NAME["stripe"]
    message = stripe.create_message()
    (folders / "database").rename(folders / "away")
    handler = make_handler()
    with Client(handler, "http-api") as client:
        assert send_message(client, stripe, message, secrets["stripe"]) == 202
        records = queue.receive()
        failed = handler({"Records": records}, None)
        named = [{"itemIdentifier": record["messageId"]} for record in records]
        assert failed == {"batchItemFailures": named}
        (folders / "away").rename(folders / "database")
        # Lambda does not delete it, and SQS may deliver it more than once.
        for _ in range(2):
            assert handler({"Records": records}, None) == {"batchItemFailures": []}
        assert list_stored(client) == [("stripe", message.id)]


def test_no_delivery_is_lost_while_the_queue_is_down(
    queue: Queue, make_handler: MakeHandler, secrets: dict[str, Secrets]
) -> None:
    slack = BY_NAME["slack"]
    message = slack.create_message()
    handler = make_handler()
    queue.sqs.delete_queue(QueueUrl=queue.url)
    with Client(handler, "http-api") as client:
        assert send_message(client, slack, message, secrets["slack"]) == 500
        queue.sqs.create_queue(QueueName="queue")
        assert send_message(client, slack, message, secrets["slack"]) == 202
        assert queue.drain(handler) == 1
        assert list_stored(client) == [("slack", message.id)]


def test_the_template_has_what_the_function_needs(template: dict[str, Any]) -> None:
    function = template["Hooks"]["Properties"]
    events = function["Events"]
    assert function["Handler"] == "hooks.function.handler"
    assert events["Queued"]["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert template["Queue"]["Properties"]["VisibilityTimeout"] >= 6 * function["Timeout"]
    table = template["Deliveries"]["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    variables = function["Environment"]["Variables"]
    for sender in BY_NAME.values():
        assert {sender.variable, f"{sender.variable}_OLD"} <= variables.keys()
    assert {"DATABASE_URL", "DELIVERIES_TABLE", "PAGE_PASSWORD", "QUEUE_URL"} <= variables.keys()
