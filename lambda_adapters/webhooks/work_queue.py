"""later: acknowledge now, work later. A verified delivery goes to an SQS queue, and the same
function takes it from there. [I/O]

Sources: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html (FIFO
queues); docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
"""

import functools
import inspect
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lambda_adapters.errors import AppError, ConfigurationError
from lambda_adapters.invocation.deadline import deadline_of
from lambda_adapters.invocation.introspection import accepts_arguments
from lambda_adapters.triggers.records import Record, partial_failures
from lambda_adapters.webhooks.delivery import Delivery
from lambda_adapters.webhooks.queue_message import delivery_from_text, text_of
from lambda_adapters.webhooks.senders.ids import hash_text

_queue_url = re.compile(r"https?://[^\s/?#]+(?:/[^\s/?#]+)+").fullmatch
_region_in = re.compile(r"[/.]sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.").search
_group = re.compile(r"[!-~]{1,128}").fullmatch

_SECONDS = {"connect_timeout": 2, "read_timeout": 3}  # boto3 would wait 60, and senders 3 to 10
_ATTEMPTS = {"mode": "standard", "total_max_attempts": 2}


def later(queue_url: str, *, client: Any = None) -> "Later":
    """The queue with this URL, as the place where deliveries wait for their work.

    `client`: an SQS client of boto3 with settings of your own. Without it one is made when it is
    first needed, in the region that the URL names, else boto3's own; it gives up within seconds,
    because senders do. Raises ConfigurationError for what is no URL of a queue.
    """
    return Later(queue_url, client)


class Later:
    """Puts deliveries on a queue, and makes the function that takes them from it."""

    def __init__(self, queue_url: str, client: Any = None) -> None:
        self._queue_url = _checked(queue_url)
        self._client = client
        self._lock = threading.Lock()  # boto3's default session is not for several threads

    def __repr__(self) -> str:
        return f"later({self._queue_url!r})"

    def put(self, delivery: Delivery) -> str:
        """Send a delivery to the queue; the message's id.

        Its headers authorization and cookie stay behind. Of a FIFO queue the sender is the
        message group, and the same delivery sent again within five minutes is the same message.
        Raises AppError for a delivery that no message can hold, and whatever boto3 raises: let
        it pass, so that the sender gets a 500 and sends the delivery again. It waits for SQS: in
        an async view, `await asyncio.to_thread(jobs.put, delivery)`.
        """
        if not isinstance(delivery, Delivery):
            raise AppError(
                f"Expected a delivery for the queue, got {type(delivery).__name__}. "
                "Next: jobs.put(delivery_of(request.environ))."
            )
        message = {"QueueUrl": self._queue_url, "MessageBody": text_of(delivery)}
        if self._queue_url.endswith(".fifo"):
            # Only printable ASCII may stand in either, 128 characters at most.
            sender = delivery.sender
            message["MessageGroupId"] = sender if _group(sender) else hash_text(sender)
            message["MessageDeduplicationId"] = hash_text(delivery.key)
        message_id: str = self._sqs().send_message(**message)["MessageId"]
        return message_id

    def worker(self, function: Callable[[Delivery], object]) -> Callable[..., dict[str, Any]]:
        """What `Router.on("sqs", ...)` takes: a function of (event, context) that calls
        `function` with the delivery of each message, and names the messages for which it raised
        (batchItemFailures), so that only these come again and end in the dead-letter queue.

        The queue's event source mapping must say FunctionResponseTypes: ReportBatchItemFailures;
        without it Lambda takes the failed ones for done. A message that `put` has not written
        fails alone. SQS may deliver a message twice: decorate the function with `once(store)`.
        Raises ConfigurationError for what cannot be called with a delivery, or only awaited.
        """
        _check_worker(function)

        def take(event: Any, context: Any = None) -> dict[str, Any]:
            deadline = deadline_of(context)
            return partial_failures(event, lambda record: _worked(function, record, deadline))

        # A decorator sees the worker's name, but not its signature: this one takes two.
        names = ("__module__", "__name__", "__qualname__", "__doc__")
        functools.update_wrapper(take, function, assigned=names, updated=())
        del take.__wrapped__  # type: ignore[attr-defined]
        return take

    def _sqs(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._queue_url)
            return self._client


def _worked(function: Callable[[Delivery], object], record: Record, deadline: float | None) -> None:
    delivery = replace(delivery_from_text(record.get("body")), deadline=deadline)
    result = function(delivery)
    if inspect.iscoroutine(result):
        result.close()
        raise AppError(f"Expected a worker that does its work, got a coroutine. {_NEXT}")


_NEXT = "Next: asyncio.run in a function of (delivery)."


def _check_worker(function: object) -> None:
    if not accepts_arguments(function, 1):
        raise ConfigurationError(
            f"Expected a worker as a function of (delivery), got {function!r}. "
            'Next: router.on("sqs", jobs.worker(work)).'
        )
    if inspect.iscoroutinefunction(function):
        raise ConfigurationError(
            "Expected a worker that does its work when called, got a coroutine function, which "
            f"nobody would await. {_NEXT}"
        )


def _checked(queue_url: object) -> str:
    if isinstance(queue_url, str) and _queue_url(queue_url):
        return queue_url
    got, hint = repr(queue_url), ""
    if not queue_url:
        got = "None" if queue_url is None else "an empty text"
        hint = " Is the environment variable set that should hold it?"
    elif got.startswith("'arn:"):
        hint = " That is its ARN; in a template !Ref gives the URL."
    raise ConfigurationError(
        "Expected a queue's URL such as https://sqs.eu-west-1.amazonaws.com/123456789012/jobs, "
        f"got {got}.{hint}"
    )


def _client(queue_url: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise ConfigurationError(
            "Expected boto3 to put a delivery on a queue, got none. "
            "Next: pip install 'lambda-adapters[aws]'"
        ) from None
    region = _region_in(queue_url)  # boto3 asks its own region's SQS, whatever the URL says
    config = Config(**_SECONDS, retries=_ATTEMPTS)
    return boto3.client("sqs", region_name=region[1] if region else None, config=config)
