"""later: acknowledge a delivery now and process it later. `put` sends it to an SQS queue; a worker
in the same function receives it from there. [I/O]

Sources: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (FIFO
queues); docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
"""

import functools
import re
import threading
from collections.abc import Callable
from types import CoroutineType
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.invocation.introspection import accepts_arguments, is_coroutine_function
from lambda_adapters.triggers.records import Record, partial_failures
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.queue_message import delivery_from_text, text_from_delivery
from lambda_adapters.webhooks.senders.ids import hash_text

_queue_url = re.compile(r"https?://[^\s/?#]+(?:/[^\s/?#]+)+").fullmatch
_region_in = re.compile(r"[/.]sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.").search
_group = re.compile(r"[!-~]{1,128}").fullmatch

_SECONDS = {"connect_timeout": 2, "read_timeout": 3}  # boto3's default is 60; senders wait 3 to 10
_ATTEMPTS = {"mode": "standard", "total_max_attempts": 2}


def later(queue_url: str, *, client: Any = None) -> "Later":
    """Return the queue with this URL, for deliveries that are processed later.

    `client`: your own boto3 SQS client. Without one, a client is created on first use, in the
    region of the URL or boto3's default region, with timeouts of a few seconds, because senders
    do not wait longer. Raises ConfigurationError for a wrong URL.
    """
    return Later(queue_url, client)


class Later:
    """Sends deliveries to a queue, and makes the Lambda function that processes its messages."""

    def __init__(self, queue_url: str, client: Any = None) -> None:
        self._queue_url = _check_queue_url(queue_url)
        self._client = client
        self._lock = threading.Lock()  # boto3's default session is not thread-safe

    def __repr__(self) -> str:
        return f"later({self._queue_url!r})"

    def put(self, delivery: Delivery) -> str:
        """Send a delivery to the queue and return the message id.

        The headers authorization, cookie and x-api-key are not sent. In a FIFO queue the sender
        is the message group, and SQS removes duplicates of a delivery within five minutes. Raises
        AppError for a delivery that is too large for a message, and the exceptions of boto3. Do
        not catch them: the sender then gets a 500 and retries. The call waits for SQS; in an async
        view use `await asyncio.to_thread(jobs.put, delivery)`.
        """
        if not isinstance(delivery, Delivery):
            raise AppError(
                f"Expected a delivery for the queue, got {type(delivery).__name__}. "
                "Next: jobs.put(delivery_of(request.environ))."
            )
        message = {"QueueUrl": self._queue_url, "MessageBody": text_from_delivery(delivery)}
        if self._queue_url.endswith(".fifo"):
            # SQS allows at most 128 characters of printable ASCII in both.
            sender = delivery.sender
            message["MessageGroupId"] = sender if _group(sender) else hash_text(sender)
            message["MessageDeduplicationId"] = hash_text(delivery.key)
        message_id: str = self._sqs().send_message(**message)["MessageId"]
        return message_id

    def worker(self, function: Callable[[Delivery], object]) -> Callable[..., dict[str, Any]]:
        """Return a function of (event, context) for `Router.on("sqs", ...)`.

        It calls `function` with the delivery of each message and returns the messages for which
        it raised (batchItemFailures), so that SQS retries only these or moves them to the
        dead-letter queue. The queue's event source mapping needs FunctionResponseTypes:
        ReportBatchItemFailures; without it Lambda deletes failed messages. A message that `put`
        did not write fails alone. SQS may deliver a message twice: decorate the function with
        `once(store)`. Raises ConfigurationError for a coroutine function or wrong parameters.
        """
        _check_worker(function)

        def handle_batch(event: Any, context: Any = None) -> dict[str, Any]:
            deadline = deadline_of(context)
            return partial_failures(event, lambda record: _process(function, record, deadline))

        # Copy the worker's name, but not its signature, which has another number of parameters.
        names = ("__module__", "__name__", "__qualname__", "__doc__")
        functools.update_wrapper(handle_batch, function, assigned=names, updated=())
        del handle_batch.__wrapped__  # type: ignore[attr-defined]
        return handle_batch

    def _sqs(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _create_client(self._queue_url)
            return self._client


def _process(
    function: Callable[[Delivery], object], record: Record, deadline: float | None
) -> None:
    delivery = delivery_from_text(record.get("body")).replace(deadline=deadline)
    result = function(delivery)
    if isinstance(result, CoroutineType):
        result.close()
        raise AppError(f"Expected a worker not to return a coroutine, got one. {_NEXT}")


_NEXT = "Next: call asyncio.run in a function of (delivery)."


def _check_worker(function: object) -> None:
    if not accepts_arguments(function, 1):
        raise ConfigurationError(
            f"Expected a worker as a function of (delivery), got {function!r}. "
            'Next: router.on("sqs", jobs.worker(work)).'
        )
    if is_coroutine_function(function):
        raise ConfigurationError(
            f"Expected a worker that is not a coroutine function, got one. {_NEXT}"
        )


def _check_queue_url(queue_url: object) -> str:
    if isinstance(queue_url, str) and _queue_url(queue_url):
        return queue_url
    got, hint = repr(queue_url), ""
    if not queue_url:
        got = "None" if queue_url is None else "an empty text"
        hint = " Next: check that its environment variable is set."
    elif got.startswith("'arn:"):
        hint = " That is an ARN. Next: in a template, use !Ref to get the URL."
    raise ConfigurationError(
        "Expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/123456789012/jobs, "
        f"got {got}.{hint}"
    )


def _create_client(queue_url: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ConfigurationError(
            "Expected boto3, which later(...) needs, but it is not installed. "
            "Next: pip install 'lambda-adapters[aws]'"
        ) from None
    region = _region_in(queue_url)  # boto3 ignores the region in the URL
    config = Config(**_SECONDS, retries=_ATTEMPTS)
    return boto3.client("sqs", region_name=region[1] if region else None, config=config)
