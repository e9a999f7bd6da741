"""later: verified deliveries as messages in an SQS queue, and the worker that processes them."""

import base64
import hmac
import json
import logging
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from time import sleep
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.middleware_factory import lambda_handler_decorator
from botocore.exceptions import ClientError
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from moto.server import ThreadedMotoServer

from lambda_adapters.errors import AppError, ConfigurationError, UnknownEvent
from lambda_adapters.local import Client
from lambda_adapters.local.context import LocalContext
from lambda_adapters.webhooks import Delivery, GitHub, WsgiWebhooks, delivery_of, later, once
from lambda_adapters.webhooks.queue_message import delivery_from_text, text_from_delivery
from lambda_adapters.webhooks.stores import MemoryStore
from wsgi_lambda import Adapter, Router

URL = "https://sqs.eu-west-3.amazonaws.com/123456789012/jobs"
UNKNOWN_MESSAGE = (
    "Expected a message written by later(...).put (format 1), got another one. "
    "Next: send other messages to another queue."
)
PING = Delivery(
    "github", "1f2e", b'{"zen":"\xc3\xa9"}', {"x-github-event": "ping"}, "https://a.example/github"
)

NOISE = random.Random(1).randbytes(800_000)  # cannot be compressed

headers = st.dictionaries(st.sampled_from(["authorization", "cookie"]) | st.text(), st.text())
deliveries = st.builds(
    Delivery,
    sender=st.text(),
    id=st.text(),
    body=st.binary() | st.text().map(str.encode),
    headers=headers,
    url=st.text(),
    method=st.text(),
    path=st.text(),
    digest=st.text(),
)


# --- a message ---


@given(deliveries)
def test_a_delivery_comes_back_from_its_message_without_credentials(delivery: Delivery) -> None:
    text = text_from_delivery(delivery)

    remaining_headers = {
        name: value
        for name, value in delivery.headers.items()
        if name not in ("authorization", "cookie", "x-api-key")
    }
    assert delivery_from_text(text) == delivery.replace(headers=remaining_headers)
    assert text.isascii()
    assert text.isprintable()


def test_a_message_is_readable_json_that_starts_with_its_format_and_sender() -> None:
    text = text_from_delivery(PING)

    assert text.startswith('{"webhooks.delivery":"1","sender":"github",')
    assert json.loads(text) == {
        "webhooks.delivery": "1",
        "sender": "github",
        "id": "1f2e",
        "method": "POST",
        "path": "/",
        "url": "https://a.example/github",
        "digest": "",
        "headers": {"x-github-event": "ping"},
        "body": '{"zen":"é"}',
        "encoding": "text",
    }


def test_a_body_that_is_not_utf_8_is_base64_in_the_message() -> None:
    message = json.loads(text_from_delivery(PING.replace(body=b"\xff\x00")))

    assert (message["body"], message["encoding"]) == ("/wA=", "base64")


def test_a_text_that_is_too_long_as_json_is_compressed() -> None:
    delivery = PING.replace(body="水".encode() * 200_000)

    text = text_from_delivery(delivery)

    assert json.loads(text)["encoding"] == "zlib"
    assert delivery_from_text(text) == delivery


def test_a_message_can_have_one_mebibyte() -> None:
    fits = 1_048_576 - len(text_from_delivery(PING.replace(body=b"")))

    assert len(text_from_delivery(PING.replace(body=b"a" * fits))) == 1_048_576


@pytest.mark.parametrize("more", [1, 1000])
def test_a_message_over_one_mebibyte_is_compressed(more: int) -> None:
    fits = 1_048_576 - len(text_from_delivery(PING.replace(body=b"")))
    delivery = PING.replace(body=b"a" * (fits + more))

    text = text_from_delivery(delivery)

    assert json.loads(text)["encoding"] == "zlib"
    assert delivery_from_text(text) == delivery


def test_a_message_that_is_too_large_after_compression_is_refused() -> None:

    with pytest.raises(AppError) as caught:
        text_from_delivery(PING.replace(body=NOISE))

    assert caught.value.status == 500
    assert re.fullmatch(
        r"Expected a message of at most 1048576 bytes for SQS, got one of 106\d{4}, counted as "
        r"JSON\. Next: store the body in S3, and put a delivery whose body contains the object "
        r"key\.",
        str(caught.value),
    )


def test_a_message_that_decompresses_to_more_than_64_mebibytes_is_refused() -> None:
    bomb = base64.b64encode(zlib.compress(bytes(64 * 1024 * 1024 + 1), 9)).decode()

    with pytest.raises(UnknownEvent):
        delivery_from_text(message_with(body=bomb, encoding="zlib"))


def message_with(**changes: Any) -> str:
    """The message of PING with changes. None removes a key."""
    message = json.loads(text_from_delivery(PING)) | changes
    return json.dumps({key: value for key, value in message.items() if value is not None})


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"{}",
        "",
        "hello",
        "[]",
        "null",
        "[" * 100_000,
        '{"order": 1}',
        message_with(**{"webhooks.delivery": None}),
        message_with(**{"webhooks.delivery": "2"}),
        message_with(**{"webhooks.delivery": 1}),
        message_with(sender=None),
        message_with(sender=1),
        message_with(body=None),
        message_with(body=[1]),
        message_with(body="\ud800"),
        message_with(body="!", encoding="base64"),
        message_with(body=1, encoding="base64"),
        message_with(body="!", encoding="zlib"),
        message_with(body="eJw=", encoding="zlib"),
        message_with(body="AAAA", encoding="zlib"),
        message_with(encoding="gzip"),
        message_with(encoding=None),
        message_with(path=None),
        message_with(deadline="soon"),
        message_with(headers=None),
        message_with(headers=["x-github-event"]),
        message_with(headers={"x-github-event": 1}),
        message_with(url=["https://a.example"]),
        message_with(more="s3cret"),
    ],
)
def test_a_message_of_another_format_is_refused_without_its_values(text: Any) -> None:
    with pytest.raises(UnknownEvent) as caught:
        delivery_from_text(text)

    assert str(caught.value) == UNKNOWN_MESSAGE
    assert caught.value.__suppress_context__


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(json.loads(text_from_delivery(PING)))), json_values))
def test_any_message_gives_a_delivery_or_unknown_event(changes: dict[str, Any]) -> None:
    text = json.dumps(json.loads(text_from_delivery(PING)) | changes)
    try:
        delivery = delivery_from_text(text)
    except UnknownEvent:
        return
    assert isinstance(delivery.body, bytes)
    assert all(
        isinstance(each, str)
        for each in (delivery.sender, delivery.id, delivery.url, delivery.method)
    )


# --- a queue ---


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "got an empty text. Next: check that its environment variable is set."),
        (None, "got None. Next: check that its environment variable is set."),
        (
            "arn:aws:sqs:eu-west-3:123456789012:jobs",
            "got 'arn:aws:sqs:eu-west-3:123456789012:jobs'. That is an ARN. Next: in a "
            "template, use !Ref to get the URL.",
        ),
        ("jobs", "got 'jobs'."),
        ("https://sqs.eu-west-3.amazonaws.com", "got 'https://sqs.eu-west-3.amazonaws.com'."),
        ("https://sqs .example.com/1/jobs", "got 'https://sqs .example.com/1/jobs'."),
        (URL + "\n", f"got {URL + chr(10)!r}."),
        (URL + "/", f"got '{URL}/'."),
        (1, "got 1."),
    ],
)
def test_a_text_that_is_not_a_queue_url_is_refused(url: Any, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        later(url)

    assert str(caught.value) == (
        "Expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/123456789012/jobs, "
        + expected
    )


def test_the_repr_contains_the_queue_url() -> None:
    assert repr(later(URL)) == f"later('{URL}')"


class FakeSqs:
    """Replaces boto3 and its SQS client. Records clients and messages."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.clients: list[tuple[Any, ...]] = []

    def send_message(self, **message: Any) -> dict[str, Any]:
        self.messages.append(message)
        return {"MessageId": f"m-{len(self.messages)}"}

    def client(self, name: str, *, region_name: str | None, config: Any) -> "FakeSqs":
        times = (config.connect_timeout, config.read_timeout, config.retries)
        self.clients.append((name, region_name, *times))
        return self


def test_put_sends_the_message_with_the_given_client() -> None:
    sqs_client = FakeSqs()

    assert later(URL, client=sqs_client).put(PING) == "m-1"
    assert sqs_client.messages == [{"QueueUrl": URL, "MessageBody": text_from_delivery(PING)}]


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("sqs.eu-west-3.amazonaws.com", "eu-west-3"),
        ("sqs-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("sqs.eu-west-3.api.aws", "eu-west-3"),
        ("vpce-1-2.sqs.eu-west-3.vpce.amazonaws.com", "eu-west-3"),
        ("localhost:9324", None),
        ("sqs.example.com", None),
    ],
)
def test_one_client_is_created_for_the_region_of_the_url(
    host: str, region: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs_client = FakeSqs()
    monkeypatch.setattr(boto3, "client", sqs_client.client)
    jobs = later(f"https://{host}/123456789012/jobs")
    assert sqs_client.clients == []

    jobs.put(PING)
    jobs.put(PING)

    retries = {"mode": "standard", "total_max_attempts": 2}
    assert sqs_client.clients == [("sqs", region, 2, 3, retries)]
    assert len(sqs_client.messages) == 2


def test_concurrent_threads_share_one_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sqs_client = FakeSqs()

    def create_slowly(*args: Any, **options: Any) -> FakeSqs:
        sleep(0.05)  # until the other threads are here
        return sqs_client.client(*args, **options)

    monkeypatch.setattr(boto3, "client", create_slowly)
    jobs = later(URL)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(jobs.put, [PING] * 4))

    assert len(sqs_client.clients) == 1
    assert sorted(ids) == ["m-1", "m-2", "m-3", "m-4"]


def test_without_boto3_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(ConfigurationError) as caught:
        later(URL).put(PING)

    assert str(caught.value) == (
        "Expected boto3, which later(...) needs, but it is not installed. "
        "Next: pip install 'lambda-adapters[aws]'"
    )


def test_put_refuses_a_value_that_is_not_a_delivery() -> None:
    sqs_client = FakeSqs()

    with pytest.raises(AppError) as caught:
        later(URL, client=sqs_client).put(b"body")  # type: ignore[arg-type]

    assert str(caught.value) == (
        "Expected a delivery for the queue, got bytes. "
        "Next: jobs.put(delivery_of(request.environ))."
    )
    assert sqs_client.messages == []


def test_a_delivery_that_is_too_large_is_not_sent() -> None:
    sqs_client = FakeSqs()

    with pytest.raises(AppError, match="^Expected a message of at most 1048576 bytes for SQS"):
        later(URL, client=sqs_client).put(PING.replace(body=NOISE))
    assert sqs_client.messages == []


@pytest.mark.parametrize(
    ("sender", "group"),
    [
        ("github", "github"),
        ("g" * 128, "g" * 128),
        ("g" * 129, "sha256-" + sha256(b"g" * 129).hexdigest()),
        ("my hooks", "sha256-" + sha256(b"my hooks").hexdigest()),
        ("café", "sha256-" + sha256("café".encode()).hexdigest()),
        ("", "sha256-" + sha256(b"").hexdigest()),
    ],
)
def test_a_message_for_a_fifo_queue_has_a_group_id_and_a_deduplication_id(
    sender: str, group: str
) -> None:
    sqs_client = FakeSqs()
    delivery = PING.replace(sender=sender)

    later(URL + ".fifo", client=sqs_client).put(delivery)

    assert sqs_client.messages == [
        {
            "QueueUrl": URL + ".fifo",
            "MessageBody": text_from_delivery(delivery),
            "MessageGroupId": group,
            "MessageDeduplicationId": "sha256-" + sha256(f"{sender}:/:1f2e".encode()).hexdigest(),
        }
    ]


# --- a worker ---


def sqs_event(*bodies: Any, queue: str = "jobs") -> dict[str, Any]:
    arn = f"arn:aws:sqs:eu-west-3:123456789012:{queue}"
    return {
        "Records": [
            {"messageId": f"m-{i}", "body": body, "eventSource": "aws:sqs", "eventSourceARN": arn}
            for i, body in enumerate(bodies, 1)
        ]
    }


def failures(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


def test_a_worker_processes_each_delivery_and_returns_the_failed_messages() -> None:
    delivered: list[Delivery] = []

    def work(delivery: Delivery) -> str:
        delivered.append(delivery)
        if delivery.id == "bad":
            raise LookupError("no such order")
        return "this result is ignored"

    good, bad = PING.replace(id="good"), PING.replace(id="bad")
    worker = later(URL).worker(work)

    assert worker(sqs_event(*map(text_from_delivery, [good, bad, PING])), None) == failures("m-2")
    assert delivered == [good, bad, PING]


def test_a_message_of_another_format_fails_and_others_are_processed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    delivered: list[Delivery] = []
    bodies = ["s3cret", text_from_delivery(PING), None]

    assert later(URL).worker(delivered.append)(sqs_event(*bodies)) == failures("m-1", "m-3")
    assert delivered == [PING]
    assert caplog.text.count(f"UnknownEvent: {UNKNOWN_MESSAGE}") == 2
    assert "s3cret" not in caplog.text


def test_after_a_failure_the_rest_of_a_fifo_batch_is_not_processed() -> None:
    delivered: list[Delivery] = []
    event = sqs_event("not ours", text_from_delivery(PING), queue="jobs.fifo")

    assert later(URL + ".fifo").worker(delivered.append)(event) == failures("m-1", "m-2")
    assert delivered == []


def test_work_that_returns_a_coroutine_fails_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work(delivery: Delivery) -> None:
        raise AssertionError("this must not run")

    worker = later(URL).worker(lambda delivery: work(delivery))

    assert worker(sqs_event(text_from_delivery(PING))) == failures("m-1")
    assert (
        "AppError: Expected a worker not to return a coroutine, got one. "
        "Next: call asyncio.run in a function of (delivery)."
    ) in caplog.text


def test_a_coroutine_function_is_refused() -> None:
    async def work(delivery: Delivery) -> None: ...

    with pytest.raises(ConfigurationError) as caught:
        later(URL).worker(work)

    assert str(caught.value) == (
        "Expected a worker that is not a coroutine function, got one. "
        "Next: call asyncio.run in a function of (delivery)."
    )


@pytest.mark.parametrize("function", [None, "package:work", lambda event, context: None])
def test_a_function_that_does_not_take_one_argument_is_refused(function: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        later(URL).worker(function)

    assert str(caught.value) == (
        f"Expected a worker as a function of (delivery), got {function!r}. "
        'Next: router.on("sqs", jobs.worker(work)).'
    )


def test_a_worker_has_the_name_and_docstring_of_the_work() -> None:
    def work(delivery: Delivery) -> None:
        """Do it."""

    worker = later(URL).worker(work)

    names = (worker.__module__, worker.__name__, worker.__qualname__, worker.__doc__)
    assert names == (__name__, "work", work.__qualname__, "Do it.")


def test_a_worker_can_have_decorators_of_powertools() -> None:
    delivered: list[Any] = []
    logger = Logger(service="hooks", level=logging.CRITICAL)

    @lambda_handler_decorator
    def record_calls(handler: Any, event: Any, context: Any) -> Any:
        delivered.append("begin")
        try:
            return handler(event, context)
        finally:
            delivered.append("end")

    router = Router()
    router.on(
        "sqs", record_calls(logger.inject_lambda_context(later(URL).worker(delivered.append)))
    )

    assert router(sqs_event(text_from_delivery(PING)), LocalContext()) == failures()
    assert delivered == ["begin", PING, "end"]
    assert logger.get_current_keys()["function_name"] == "local"


# --- from the sender to the work ---

SECRET = "it is a secret to everybody"


def github_headers(body: bytes, delivery_id: str) -> dict[str, str]:
    """The headers of a delivery from GitHub."""
    return {
        "content-type": "application/json",
        "cookie": "session=s3cret",
        "x-github-delivery": delivery_id,
        "x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest(),
    }


def create_function(queue_url: str, work: Callable[[Delivery], object]) -> Router:
    """A Lambda function: a Flask app that puts deliveries in a queue, and a worker for them."""
    app = Flask(__name__)
    jobs = later(queue_url)

    @app.post("/github")
    def github() -> Any:
        return {"message": jobs.put(delivery_of(request.environ))}, 202

    app.wsgi_app = WsgiWebhooks(app.wsgi_app, {"/github": GitHub(SECRET)})  # type: ignore[method-assign]
    router = Router(Adapter(app))
    router.on("sqs", jobs.worker(work))
    return router


class Queue:
    """A queue of moto, and its event source mapping to a function."""

    def __init__(self, sqs: Any, name: str = "jobs", **attributes: str) -> None:
        self.sqs = sqs
        # Failed messages can be received again at once.
        created = sqs.create_queue(
            QueueName=name, Attributes={"VisibilityTimeout": "0", **attributes}
        )
        self.url: str = created["QueueUrl"]
        details = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn: str = details["Attributes"]["QueueArn"]

    def event(self) -> dict[str, Any]:
        """The event that Lambda creates from the waiting messages
        (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
        received = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": message.get("MessageAttributes", {}),
                    "md5OfBody": message["MD5OfBody"],
                    "eventSource": "aws:sqs",
                    "eventSourceARN": self.arn,
                    "awsRegion": self.arn.split(":")[3],
                }
                for message in received.get("Messages", [])
            ]
        }

    def run_batch(self, handler: Any) -> list[str]:
        """Pass one batch to the function and delete the messages that did not fail. Returns the ids
        of the failed messages."""
        event = self.event()
        response = json.loads(json.dumps(handler(json.loads(json.dumps(event)), LocalContext())))
        failed = [each["itemIdentifier"] for each in response["batchItemFailures"]]
        for record in event["Records"]:
            if record["messageId"] not in failed:
                handle = record["receiptHandle"]
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return failed

    def count_messages(self) -> int:
        return len(self.event()["Records"])


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", "eu-west-3")


@pytest.mark.parametrize("front", ["rest-api", "http-api", "load-balancer"])
def test_a_signed_delivery_is_put_in_the_queue_and_processed_later(front: str, sqs: Any) -> None:
    processed: list[Delivery] = []
    queue = Queue(sqs)
    handler = create_function(queue.url, processed.append)
    body = '{"zen": "Ünicode"}'.encode()

    with Client(handler, front) as client:
        reply = client.post("/github", content=body, headers=github_headers(body, "d-1"))
    processed_at_reply = list(processed)
    failed = queue.run_batch(handler)

    assert reply.status_code == 202
    assert processed_at_reply == []
    assert failed == []
    (delivery,) = processed
    assert delivery.key.startswith("github:/github:d-1:")
    assert (delivery.body, delivery.method) == (body, "POST")
    assert delivery.url.endswith("://testserver/github")
    assert {
        name: delivery.headers[name] for name in github_headers(body, "") if name != "cookie"
    } == {
        "content-type": "application/json",
        "x-github-delivery": "d-1",
        "x-hub-signature-256": github_headers(body, "")["x-hub-signature-256"],
    }
    assert "cookie" not in delivery.headers
    assert queue.count_messages() == 0


def test_a_request_with_a_wrong_signature_is_not_put_in_the_queue(sqs: Any) -> None:
    queue = Queue(sqs)

    with Client(create_function(queue.url, print)) as client:
        reply = client.post("/github", content=b"{}", headers=github_headers(b"[]", "d-1"))

    assert reply.status_code == 401
    assert queue.count_messages() == 0


def test_only_the_failed_one_of_two_messages_is_received_again(sqs: Any) -> None:
    processed: list[str] = []
    broken = True

    def work(delivery: Delivery) -> None:
        if delivery.json()["order"] == 2 and broken:
            raise ConnectionRefusedError("the database is down")
        processed.append(delivery.id)

    queue = Queue(sqs)
    handler = create_function(queue.url, work)
    put = {}
    with Client(handler) as client:
        for order in (1, 2):
            body = b'{"order": %d}' % order
            reply = client.post("/github", content=body, headers=github_headers(body, f"d-{order}"))
            put[order] = reply.json()["message"]

    assert queue.run_batch(handler) == [put[2]]
    assert processed == ["d-1"]
    broken = False
    assert queue.run_batch(handler) == []
    assert processed == ["d-1", "d-2"]
    assert queue.count_messages() == 0


def test_a_message_that_is_received_twice_is_processed_once(sqs: Any) -> None:
    processed: list[str] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        processed.append(delivery.id)

    queue = Queue(sqs)
    handler = create_function(queue.url, work)
    with Client(handler) as client:
        client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))

    first, second = queue.event(), queue.event()
    assert [event["Records"][0]["body"] for event in (first, second)] == [
        first["Records"][0]["body"]
    ] * 2
    assert [handler(first), handler(second)] == [failures(), failures()]
    assert processed == ["d-1"]


def test_a_message_that_is_received_again_while_it_is_processed_stays_in_the_queue(
    sqs: Any,
) -> None:
    results: list[Any] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        second_event = queue.event()
        message_id = second_event["Records"][0]["messageId"]
        results.append(handler(second_event) == failures(message_id))

    queue = Queue(sqs)
    handler = create_function(queue.url, work)
    with Client(handler) as client:
        client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))

    assert queue.run_batch(handler) == []
    assert results == [True]


def test_failed_work_is_repeated_when_its_message_is_received_again(sqs: Any) -> None:
    attempts: list[str] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        attempts.append(delivery.id)
        if len(attempts) == 1:
            raise ConnectionRefusedError("the database is down")

    queue = Queue(sqs)
    handler = create_function(queue.url, work)
    with Client(handler) as client:
        put = client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1")).json()

    assert [queue.run_batch(handler), queue.run_batch(handler)] == [[put["message"]], []]
    assert attempts == ["d-1", "d-1"]


def test_a_fifo_queue_drops_a_repeated_delivery(sqs: Any) -> None:
    processed: list[str] = []
    queue = Queue(sqs, "jobs.fifo", FifoQueue="true")
    handler = create_function(queue.url, lambda delivery: processed.append(delivery.id))

    with Client(handler) as client:
        for delivery_id in ("d-1", "d-1", "d-2"):
            client.post("/github", content=b"{}", headers=github_headers(b"{}", delivery_id))

    assert queue.run_batch(handler) == []
    assert processed == ["d-1", "d-2"]
    assert queue.count_messages() == 0


def test_a_missing_queue_gives_500_and_the_retry_succeeds(
    sqs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue(sqs)
    handler = create_function(queue.url, print)
    sqs.delete_queue(QueueUrl=queue.url)

    with Client(handler) as client:
        first = client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))
        queue = Queue(sqs)
        second = client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))

    assert (first.status_code, second.status_code) == (500, 202)
    assert "QueueDoesNotExist" in caplog.text
    assert queue.count_messages() == 1


def test_a_queue_with_a_smaller_limit_refuses_the_message(sqs: Any) -> None:
    queue = Queue(sqs, MaximumMessageSize="1024")

    with pytest.raises(ClientError, match="1024 bytes"):
        later(queue.url).put(PING.replace(body=b"a" * 1024))


class Server:
    """A moto server on a port. It can be stopped and started again on the same port."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self) -> None:
        self._server.stop()
        assert self._server._server is not None
        self._server._server.server_close()  # otherwise new connections would wait


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{server.port}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield server
    server.stop()


def test_an_unreachable_sqs_gives_500_and_the_retry_succeeds(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    processed: list[str] = []
    queue = Queue(boto3.client("sqs"), "down")
    handler = create_function(queue.url, lambda delivery: processed.append(delivery.id))
    server.stop()

    with Client(handler) as client:
        first = client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))
        server.start()
        second = client.post("/github", content=b"{}", headers=github_headers(b"{}", "d-1"))

    assert (first.status_code, second.status_code) == (500, 202)
    assert "EndpointConnectionError" in caplog.text
    assert queue.run_batch(handler) == []
    assert processed == ["d-1"]
