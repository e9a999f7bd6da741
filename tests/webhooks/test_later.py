"""later: a verified delivery on an SQS queue, and the worker that takes it from there."""

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
from dataclasses import replace
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
from lambda_adapters.webhooks.queue_message import delivery_from_text, text_of
from lambda_adapters.webhooks.stores import MemoryStore
from wsgi_lambda import Adapter, Router

URL = "https://sqs.eu-west-3.amazonaws.com/123456789012/jobs"
NOT_OURS = (
    "Expected a message that later(...).put has written (format 1), got another. "
    "Next: give other messages a queue of their own."
)
PING = Delivery(
    "github", "1f2e", b'{"zen":"\xc3\xa9"}', {"x-github-event": "ping"}, "https://a.example/github"
)

NOISE = random.Random(1).randbytes(800_000)  # which no compression makes smaller

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
def test_a_delivery_is_the_same_there_and_back(delivery: Delivery) -> None:
    text = text_of(delivery)

    kept = {
        name: value
        for name, value in delivery.headers.items()
        if name not in ("authorization", "cookie", "x-api-key")
    }
    assert delivery_from_text(text) == replace(delivery, headers=kept)
    assert text.isascii()
    assert text.isprintable()


def test_a_message_is_readable_and_says_whose_it_is() -> None:
    text = text_of(PING)

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


def test_bytes_that_are_no_text_travel_as_base64() -> None:
    message = json.loads(text_of(replace(PING, body=b"\xff\x00")))

    assert (message["body"], message["encoding"]) == ("/wA=", "base64")


def test_a_text_that_json_makes_too_long_travels_compressed() -> None:
    delivery = replace(PING, body="水".encode() * 200_000)

    text = text_of(delivery)

    assert json.loads(text)["encoding"] == "zlib"
    assert delivery_from_text(text) == delivery


def test_a_message_may_have_a_mebibyte() -> None:
    fits = 1_048_576 - len(text_of(replace(PING, body=b"")))

    assert len(text_of(replace(PING, body=b"a" * fits))) == 1_048_576


@pytest.mark.parametrize("more", [1, 1000])
def test_a_message_over_a_mebibyte_travels_compressed(more: int) -> None:
    fits = 1_048_576 - len(text_of(replace(PING, body=b"")))
    delivery = replace(PING, body=b"a" * (fits + more))

    text = text_of(delivery)

    assert json.loads(text)["encoding"] == "zlib"
    assert delivery_from_text(text) == delivery


def test_what_is_too_large_even_so_is_refused_with_its_size() -> None:

    with pytest.raises(AppError) as caught:
        text_of(replace(PING, body=NOISE))

    assert caught.value.status == 500
    assert re.fullmatch(
        r"Expected a message of at most 1048576 bytes for SQS, got one of 106\d{4}, counted as "
        r"JSON\. Next: store the body in S3, and put a delivery whose body names its place\.",
        str(caught.value),
    )


def test_a_message_that_unpacks_to_more_than_a_body_may_have_is_refused() -> None:
    bomb = base64.b64encode(zlib.compress(bytes(64 * 1024 * 1024 + 1), 9)).decode()

    with pytest.raises(UnknownEvent):
        delivery_from_text(written(body=bomb, encoding="zlib"))


def written(**changed: Any) -> str:
    """A message of ours with other values; None takes a key away."""
    message = json.loads(text_of(PING)) | changed
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
        written(**{"webhooks.delivery": None}),
        written(**{"webhooks.delivery": "2"}),
        written(**{"webhooks.delivery": 1}),
        written(sender=None),
        written(sender=1),
        written(body=None),
        written(body=[1]),
        written(body="\ud800"),
        written(body="!", encoding="base64"),
        written(body=1, encoding="base64"),
        written(body="!", encoding="zlib"),
        written(body="eJw=", encoding="zlib"),
        written(body="AAAA", encoding="zlib"),
        written(encoding="gzip"),
        written(encoding=None),
        written(path=None),
        written(deadline="soon"),
        written(headers=None),
        written(headers=["x-github-event"]),
        written(headers={"x-github-event": 1}),
        written(url=["https://a.example"]),
        written(more="s3cret"),
    ],
)
def test_a_message_that_is_not_ours_is_refused_without_its_values(text: Any) -> None:
    with pytest.raises(UnknownEvent) as caught:
        delivery_from_text(text)

    assert str(caught.value) == NOT_OURS
    assert caught.value.__suppress_context__


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(json.loads(text_of(PING)))), json_values))
def test_odd_messages_raise_nothing_else(changed: dict[str, Any]) -> None:
    text = json.dumps(json.loads(text_of(PING)) | changed)
    try:
        found = delivery_from_text(text)
    except UnknownEvent:
        return
    assert isinstance(found.body, bytes)
    assert all(isinstance(each, str) for each in (found.sender, found.id, found.url, found.method))


# --- a queue ---


@pytest.mark.parametrize(
    ("url", "got"),
    [
        ("", "got an empty text. Is the environment variable set that should hold it?"),
        (None, "got None. Is the environment variable set that should hold it?"),
        (
            "arn:aws:sqs:eu-west-3:123456789012:jobs",
            "got 'arn:aws:sqs:eu-west-3:123456789012:jobs'. That is its ARN; in a template !Ref "
            "gives the URL.",
        ),
        ("jobs", "got 'jobs'."),
        ("https://sqs.eu-west-3.amazonaws.com", "got 'https://sqs.eu-west-3.amazonaws.com'."),
        ("https://sqs .example.com/1/jobs", "got 'https://sqs .example.com/1/jobs'."),
        (URL + "\n", f"got {URL + chr(10)!r}."),
        (URL + "/", f"got '{URL}/'."),
        (1, "got 1."),
    ],
)
def test_what_is_no_url_of_a_queue_is_refused_when_built(url: Any, got: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        later(url)

    assert str(caught.value) == (
        "Expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/123456789012/jobs, "
        + got
    )


def test_a_queue_is_seen_in_a_log() -> None:
    assert repr(later(URL)) == f"later('{URL}')"


class Said:
    """Plays boto3's client, and boto3 itself; keeps what it was told."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.made: list[tuple[Any, ...]] = []

    def send_message(self, **message: Any) -> dict[str, Any]:
        self.sent.append(message)
        return {"MessageId": f"m-{len(self.sent)}"}

    def client(self, name: str, *, region_name: str | None, config: Any) -> "Said":
        times = (config.connect_timeout, config.read_timeout, config.retries)
        self.made.append((name, region_name, *times))
        return self


def test_a_delivery_is_put_with_the_client_that_was_given() -> None:
    said = Said()

    assert later(URL, client=said).put(PING) == "m-1"
    assert said.sent == [{"QueueUrl": URL, "MessageBody": text_of(PING)}]


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
def test_a_client_is_made_once_for_the_region_of_the_url(
    host: str, region: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Said()
    monkeypatch.setattr(boto3, "client", said.client)
    jobs = later(f"https://{host}/123456789012/jobs")
    assert said.made == []

    jobs.put(PING)
    jobs.put(PING)

    retries = {"mode": "standard", "total_max_attempts": 2}
    assert said.made == [("sqs", region, 2, 3, retries)]
    assert len(said.sent) == 2


def test_threads_that_begin_at_the_same_time_share_one_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = Said()

    def slow(*args: Any, **options: Any) -> Said:
        sleep(0.05)  # time for the others to come
        return said.client(*args, **options)

    monkeypatch.setattr(boto3, "client", slow)
    jobs = later(URL)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(jobs.put, [PING] * 4))

    assert len(said.made) == 1
    assert sorted(ids) == ["m-1", "m-2", "m-3", "m-4"]


def test_without_boto3_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(ConfigurationError) as caught:
        later(URL).put(PING)

    assert str(caught.value) == (
        "Expected boto3 to put a delivery on a queue, got none. "
        "Next: pip install 'lambda-adapters[aws]'"
    )


def test_only_deliveries_go_on_a_queue() -> None:
    said = Said()

    with pytest.raises(AppError) as caught:
        later(URL, client=said).put(b"body")  # type: ignore[arg-type]

    assert str(caught.value) == (
        "Expected a delivery for the queue, got bytes. "
        "Next: jobs.put(delivery_of(request.environ))."
    )
    assert said.sent == []


def test_a_delivery_that_is_too_large_is_not_sent() -> None:
    said = Said()

    with pytest.raises(AppError, match="^Expected a message of at most 1048576 bytes for SQS"):
        later(URL, client=said).put(replace(PING, body=NOISE))
    assert said.sent == []


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
def test_a_fifo_queue_gets_a_group_and_a_name_for_what_comes_again(sender: str, group: str) -> None:
    said = Said()
    delivery = replace(PING, sender=sender)

    later(URL + ".fifo", client=said).put(delivery)

    assert said.sent == [
        {
            "QueueUrl": URL + ".fifo",
            "MessageBody": text_of(delivery),
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


def test_a_worker_gets_each_delivery_and_names_those_that_failed() -> None:
    got: list[Delivery] = []

    def work(delivery: Delivery) -> str:
        got.append(delivery)
        if delivery.id == "bad":
            raise LookupError("no such order")
        return "the answer counts for nothing"

    good, bad = replace(PING, id="good"), replace(PING, id="bad")
    take = later(URL).worker(work)

    assert take(sqs_event(*map(text_of, [good, bad, PING])), None) == failures("m-2")
    assert got == [good, bad, PING]


def test_a_message_of_others_fails_alone(caplog: pytest.LogCaptureFixture) -> None:
    got: list[Delivery] = []
    bodies = ["s3cret", text_of(PING), None]

    assert later(URL).worker(got.append)(sqs_event(*bodies)) == failures("m-1", "m-3")
    assert got == [PING]
    assert caplog.text.count(f"UnknownEvent: {NOT_OURS}") == 2
    assert "s3cret" not in caplog.text


def test_behind_a_failure_a_fifo_queue_is_left_as_it_is() -> None:
    got: list[Delivery] = []
    event = sqs_event("not ours", text_of(PING), queue="jobs.fifo")

    assert later(URL + ".fifo").worker(got.append)(event) == failures("m-1", "m-2")
    assert got == []


def test_a_coroutine_that_nobody_would_await_fails_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work(delivery: Delivery) -> None:
        raise AssertionError("nobody awaits this")

    take = later(URL).worker(lambda delivery: work(delivery))

    assert take(sqs_event(text_of(PING))) == failures("m-1")
    assert (
        "AppError: Expected a worker that does its work, got a coroutine. "
        "Next: asyncio.run in a function of (delivery)."
    ) in caplog.text


def test_a_coroutine_function_is_refused_when_built() -> None:
    async def work(delivery: Delivery) -> None: ...

    with pytest.raises(ConfigurationError) as caught:
        later(URL).worker(work)

    assert str(caught.value) == (
        "Expected a worker that does its work when called, got a coroutine function, which nobody "
        "would await. Next: asyncio.run in a function of (delivery)."
    )


@pytest.mark.parametrize("function", [None, "package:work", lambda event, context: None])
def test_what_takes_no_delivery_is_refused_when_built(function: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        later(URL).worker(function)

    assert str(caught.value) == (
        f"Expected a worker as a function of (delivery), got {function!r}. "
        'Next: router.on("sqs", jobs.worker(work)).'
    )


def test_decorators_see_a_function_with_the_name_of_the_work() -> None:
    def work(delivery: Delivery) -> None:
        """Do it."""

    take = later(URL).worker(work)

    names = (take.__module__, take.__name__, take.__qualname__, take.__doc__)
    assert names == (__name__, "work", work.__qualname__, "Do it.")


def test_decorators_of_powertools_go_around_the_work_and_the_worker() -> None:
    got: list[Any] = []
    logger = Logger(service="hooks", level=logging.CRITICAL)

    @lambda_handler_decorator
    def timed(handler: Any, event: Any, context: Any) -> Any:
        got.append("begin")
        try:
            return handler(event, context)
        finally:
            got.append("end")

    router = Router()
    router.on("sqs", timed(logger.inject_lambda_context(later(URL).worker(got.append))))

    assert router(sqs_event(text_of(PING)), LocalContext()) == failures()
    assert got == ["begin", PING, "end"]
    assert logger.get_current_keys()["function_name"] == "local"


# --- from the sender to the work ---

SECRET = "it is a secret to everybody"


def signed(body: bytes, delivery_id: str) -> dict[str, str]:
    """The headers of GitHub's delivery."""
    return {
        "content-type": "application/json",
        "cookie": "session=s3cret",
        "x-github-delivery": delivery_id,
        "x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest(),
    }


def function(queue_url: str, work: Callable[[Delivery], object]) -> Router:
    """The whole function: a Flask app that puts deliveries on a queue, and the work behind it."""
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
    """moto's queue, and the event source mapping between it and a function."""

    def __init__(self, sqs: Any, name: str = "jobs", **attributes: str) -> None:
        self.sqs = sqs
        # What a failed batch leaves comes again at once.
        made = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "0", **attributes})
        self.url: str = made["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn: str = asked["Attributes"]["QueueArn"]

    def event(self) -> dict[str, Any]:
        """What Lambda makes of the messages that wait
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

    def serve(self, handler: Any) -> list[str]:
        """One batch to the function; what it does not name as failed leaves the queue. The ids of
        those that failed."""
        event = self.event()
        answer = json.loads(json.dumps(handler(json.loads(json.dumps(event)), LocalContext())))
        failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
        for record in event["Records"]:
            if record["messageId"] not in failed:
                handle = record["receiptHandle"]
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return failed

    def waiting(self) -> int:
        return len(self.event()["Records"])


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", "eu-west-3")


@pytest.mark.parametrize("front", ["rest-api", "http-api", "load-balancer"])
def test_a_signed_delivery_is_acknowledged_and_worked_on_later(front: str, sqs: Any) -> None:
    worked: list[Delivery] = []
    queue = Queue(sqs)
    handler = function(queue.url, worked.append)
    body = '{"zen": "Ünicode"}'.encode()

    with Client(handler, front) as client:
        reply = client.post("/github", content=body, headers=signed(body, "d-1"))
    acknowledged = list(worked)
    failed = queue.serve(handler)

    assert reply.status_code == 202
    assert acknowledged == []
    assert failed == []
    (delivery,) = worked
    assert delivery.key.startswith("github:/github:d-1:")
    assert (delivery.body, delivery.method) == (body, "POST")
    assert delivery.url.endswith("://testserver/github")
    assert {name: delivery.headers[name] for name in signed(body, "") if name != "cookie"} == {
        "content-type": "application/json",
        "x-github-delivery": "d-1",
        "x-hub-signature-256": signed(body, "")["x-hub-signature-256"],
    }
    assert "cookie" not in delivery.headers
    assert queue.waiting() == 0


def test_what_is_not_signed_is_not_put(sqs: Any) -> None:
    queue = Queue(sqs)

    with Client(function(queue.url, print)) as client:
        reply = client.post("/github", content=b"{}", headers=signed(b"[]", "d-1"))

    assert reply.status_code == 401
    assert queue.waiting() == 0


def test_of_two_messages_only_the_one_that_failed_comes_again(sqs: Any) -> None:
    worked: list[str] = []
    broken = True

    def work(delivery: Delivery) -> None:
        if delivery.json()["order"] == 2 and broken:
            raise ConnectionRefusedError("the database is down")
        worked.append(delivery.id)

    queue = Queue(sqs)
    handler = function(queue.url, work)
    put = {}
    with Client(handler) as client:
        for order in (1, 2):
            body = b'{"order": %d}' % order
            reply = client.post("/github", content=body, headers=signed(body, f"d-{order}"))
            put[order] = reply.json()["message"]

    assert queue.serve(handler) == [put[2]]
    assert worked == ["d-1"]
    broken = False
    assert queue.serve(handler) == []
    assert worked == ["d-1", "d-2"]
    assert queue.waiting() == 0


def test_a_message_that_sqs_delivers_twice_is_worked_on_once(sqs: Any) -> None:
    worked: list[str] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        worked.append(delivery.id)

    queue = Queue(sqs)
    handler = function(queue.url, work)
    with Client(handler) as client:
        client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))

    first, second = queue.event(), queue.event()
    assert [event["Records"][0]["body"] for event in (first, second)] == [
        first["Records"][0]["body"]
    ] * 2
    assert [handler(first), handler(second)] == [failures(), failures()]
    assert worked == ["d-1"]


def test_a_message_that_comes_again_while_it_is_worked_on_stays_in_the_queue(sqs: Any) -> None:
    answers: list[Any] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        again = queue.event()
        message_id = again["Records"][0]["messageId"]
        answers.append(handler(again) == failures(message_id))

    queue = Queue(sqs)
    handler = function(queue.url, work)
    with Client(handler) as client:
        client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))

    assert queue.serve(handler) == []
    assert answers == [True]


def test_work_that_failed_is_done_when_its_message_comes_again(sqs: Any) -> None:
    tries: list[str] = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        tries.append(delivery.id)
        if len(tries) == 1:
            raise ConnectionRefusedError("the database is down")

    queue = Queue(sqs)
    handler = function(queue.url, work)
    with Client(handler) as client:
        put = client.post("/github", content=b"{}", headers=signed(b"{}", "d-1")).json()

    assert [queue.serve(handler), queue.serve(handler)] == [[put["message"]], []]
    assert tries == ["d-1", "d-1"]


def test_a_fifo_queue_takes_a_delivery_that_comes_again_for_the_same(sqs: Any) -> None:
    worked: list[str] = []
    queue = Queue(sqs, "jobs.fifo", FifoQueue="true")
    handler = function(queue.url, lambda delivery: worked.append(delivery.id))

    with Client(handler) as client:
        for delivery_id in ("d-1", "d-1", "d-2"):
            client.post("/github", content=b"{}", headers=signed(b"{}", delivery_id))

    assert queue.serve(handler) == []
    assert worked == ["d-1", "d-2"]
    assert queue.waiting() == 0


def test_a_queue_that_is_gone_is_a_500_and_the_next_try_succeeds(
    sqs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue(sqs)
    handler = function(queue.url, print)
    sqs.delete_queue(QueueUrl=queue.url)

    with Client(handler) as client:
        first = client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))
        queue = Queue(sqs)
        second = client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))

    assert (first.status_code, second.status_code) == (500, 202)
    assert "QueueDoesNotExist" in caplog.text
    assert queue.waiting() == 1


def test_a_queue_of_smaller_messages_refuses_itself(sqs: Any) -> None:
    queue = Queue(sqs, MaximumMessageSize="1024")

    with pytest.raises(ClientError, match="1024 bytes"):
        later(queue.url).put(replace(PING, body=b"a" * 1024))


class Server:
    """moto on a socket of its own, which can be taken down and brought back."""

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
        self._server._server.server_close()  # or connections would wait for an answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{server.port}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield server
    server.stop()


def test_sqs_that_is_down_is_a_500_and_the_next_try_succeeds(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    worked: list[str] = []
    queue = Queue(boto3.client("sqs"), "down")
    handler = function(queue.url, lambda delivery: worked.append(delivery.id))
    server.stop()

    with Client(handler) as client:
        first = client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))
        server.start()
        second = client.post("/github", content=b"{}", headers=signed(b"{}", "d-1"))

    assert (first.status_code, second.status_code) == (500, 202)
    assert "EndpointConnectionError" in caplog.text
    assert queue.serve(handler) == []
    assert worked == ["d-1"]
