"""The events of the long-life test: the n-th event, its source and its expected response.

The tests and benchmarks/long_life.py send these events.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

import asgi_lambda
import wsgi_lambda
from lambda_adapters import FailedStatus, Request, UnknownEvent
from lambda_adapters.local import EVERY_FRONT
from lambda_adapters.local.fronts import local_front
from tests.long_life import framework_apps
from tests.long_life.mixed_apps import asgi_app, echo, padded_echo, wsgi_app

ADAPTERS: dict[str, Any] = {
    "asgi": asgi_lambda.Adapter(
        asgi_app, lifespan="on", events_path="/echoes/posted", raise_on_statuses=(503,)
    ),
    "wsgi": wsgi_lambda.Adapter(wsgi_app, raise_on_statuses=(503,)),
    "fastapi": asgi_lambda.Adapter(framework_apps.fastapi_app),
    "starlette": asgi_lambda.Adapter(framework_apps.starlette_app),
    "flask": wsgi_lambda.Adapter(framework_apps.flask_app),
}
# Without the fronts that cannot carry every body, and without those that need a stage in the path.
FRONTS = [
    (local.source, local.front)
    for name, options in EVERY_FRONT.items()
    if "stage" not in options and name not in ("rest-api-text", "cloudfront-viewer")
    for local in [local_front(**options)]
]
BLOB = bytes(range(256)) * 1024
SIZES = (0, 1, 1_000, 60_000)
FAULT = b"Internal Server Error"


class Context:
    """Lambda's context: a request id and the remaining time."""

    def __init__(self, seconds: float) -> None:
        self.aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
        self._deadline = monotonic() + seconds

    def get_remaining_time_in_millis(self) -> float:
        return (self._deadline - monotonic()) * 1000


@dataclass(slots=True, frozen=True)
class Kind:
    """A kind of event, with its expected status and body. None: the echo of the request."""

    adapter: str
    behaviour: str
    status: int = 200
    body: bytes | None = None
    method: str = "GET"


@dataclass(slots=True, frozen=True)
class Case:
    """An event with a function that checks its response, or with the exception it must raise."""

    name: str
    adapter: str
    event: Any
    check: Callable[[Any], None] | None
    raises: type[Exception] | None = None
    seconds: float = 30.0


class CaseCounts:
    """Counts the correct results of each kind. Thread-safe."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self.counts: Counter[str] = Counter()

    def add(self, case: Case) -> None:
        with self._mutex:
            self.counts[f"{case.adapter} {case.name}"] += 1


case_counts = CaseCounts()

ASGI = [
    Kind("asgi", "echoes", method="POST"),
    Kind("asgi", "sends_a_given_size"),
    Kind("asgi", "sends_in_chunks"),
    Kind("asgi", "raises", 500, FAULT),
    Kind("asgi", "raises_during_the_reply", 500, FAULT),
    Kind("asgi", "raises_after_the_reply"),
    Kind("asgi", "sends_nothing", 500, FAULT),
    Kind("asgi", "sends_the_body_first", 500, FAULT),
    Kind("asgi", "splits_a_header", 500, FAULT),
    Kind("asgi", "is_cancelled", 500, FAULT),
    Kind("asgi", "leaves_a_task_unfinished"),
    Kind("asgi", "waits_for_the_disconnect"),
    Kind("asgi", "stops_a_generator_early"),
    Kind("fastapi", "sync"),
    Kind("fastapi", "reads", method="POST"),
    Kind("fastapi", "depends"),
    Kind("fastapi", "runs_background_tasks"),
    Kind("fastapi", "streams"),
    Kind("fastapi", "raises", 500, FAULT),
    Kind("starlette", "runs_background_tasks"),
    Kind("starlette", "sync"),
    Kind("starlette", "raises", 500, FAULT),
]
WSGI = [
    Kind("wsgi", "echoes", method="POST"),
    Kind("wsgi", "sends_a_given_size"),
    Kind("wsgi", "sends_in_chunks"),
    Kind("wsgi", "writes"),
    Kind("wsgi", "raises", 500, FAULT),
    Kind("wsgi", "raises_during_the_reply", 500, FAULT),
    Kind("wsgi", "raises_in_close"),
    Kind("wsgi", "sends_nothing", 500, FAULT),
    Kind("wsgi", "returns_none", 500, FAULT),
    Kind("wsgi", "starts_twice", 500, FAULT),
    Kind("wsgi", "is_cut_off", 500, FAULT),
    Kind("flask", "reads", method="POST"),
    Kind("flask", "streams"),
]
# These take real time, up to the deadline.
LATE = [
    Kind("asgi", "is_late", 504, b"Gateway Timeout"),
    Kind("asgi", "is_late_after_the_reply"),
    Kind("asgi", "is_late_and_ignores_cancellation", 504, b"Gateway Timeout"),
    Kind("wsgi", "is_late"),
]
LATE_EVERY, OVERSIZED_EVERY = 200, 250
UNKNOWN = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a/b/GET/"}
PING = {"source": "serverless-plugin-warmup"}


def case_for(number: int, kinds: list[Kind]) -> Case:
    """The event with this number in a mixture of these kinds."""
    late = [kind for kind in LATE if kind.adapter in {kind.adapter for kind in kinds}]
    if number % LATE_EVERY == LATE_EVERY // 2:
        return http_case(late[number // LATE_EVERY % len(late)], number, seconds=0.05)
    if number % OVERSIZED_EVERY == OVERSIZED_EVERY // 3:
        return oversized_case(number, kinds[0].adapter)
    step = number % (len(kinds) + len(OTHER_CASES))
    if step < len(kinds):
        return http_case(kinds[step], number)
    return OTHER_CASES[step - len(kinds)](number, kinds[0].adapter)


def http_case(kind: Kind, number: int, seconds: float = 30.0) -> Case:
    source, front = FRONTS[number // 7 % len(FRONTS)]
    size = SIZES[number % len(SIZES)]
    path, body = f"/{kind.behaviour}/{number:07}", b""
    if kind.behaviour == "sends_a_given_size":
        path = f"{path}/{size}"
    if kind.method == "POST":
        body = BLOB[:size]
    request = make_request(number, path, kind.method, body)
    expected = kind.body
    if expected is None:
        expected = (padded_echo if kind.behaviour == "sends_a_given_size" else echo)(path, body)

    def check(response: Any) -> None:
        reply = source.reply_from_response(response, request, front)
        answer = (reply.status, reply.body)
        if answer != (kind.status, expected):
            raise AssertionError(
                f"event {number}, {source.name}, {kind}: expected {expected[:80]!r}, "
                f"got {reply.status} {reply.body[:80]!r}"
            )

    event = source.event_from_request(request, front)
    return Case(kind.behaviour, kind.adapter, event, check, seconds=seconds)


def unique_header_name(number: int) -> str:
    """A header name that only this event has; all names have the same length."""
    return f"x-number-{number:07}"


def make_request(number: int, path: str, method: str = "GET", body: bytes = b"") -> Request:
    """A request with a unique header name."""
    return Request(
        method,
        path=path,
        raw_path=path,
        query=f"n={number}",
        headers=[
            ("host", "example.com"),
            ("content-type", "application/octet-stream"),
            (unique_header_name(number), "1"),
        ],
        body=body,
        client=("203.0.113.9", 0),
        server=("example.com", 443),
    )


def oversized_case(number: int, adapter: str) -> Case:
    source, front = FRONTS[number // OVERSIZED_EVERY % len(FRONTS)]
    limit = source.limit(source.event_from_request(make_request(number, "/"), front))
    request = make_request(number, f"/sends_a_given_size/{number:07}/{limit}")

    def check(response: Any) -> None:
        reply = source.reply_from_response(response, request, front)
        assert (reply.status, reply.body) == (500, FAULT), (number, reply.status)

    event = source.event_from_request(request, front)
    return Case("is_too_large", adapter, event, check)


def invalid_base64_case(number: int, adapter: str) -> Case:
    """A body that is not valid base64."""
    event = {
        "rawPath": f"/echoes/{number:07}",
        "requestContext": {"http": {"method": "POST"}},
        "body": "!!",
        "isBase64Encoded": True,
    }

    def check(response: Any) -> None:
        assert (response["statusCode"], response["body"]) == (400, "Bad Request"), number

    return Case("has_invalid_base64", adapter, event, check)


def unknown_event_case(number: int, adapter: str) -> Case:
    event = {**UNKNOWN, "number": number}
    return Case("is_unknown", adapter, event, None, UnknownEvent)


def ping_case(number: int, adapter: str) -> Case:
    def check(response: Any) -> None:
        assert response == {}, number

    return Case("is_a_ping", adapter, {**PING, "number": number}, check)


def failed_status_case(number: int, adapter: str) -> Case:
    source, front = FRONTS[number % len(FRONTS)]
    request = make_request(number, f"/gives_503/{number:07}")
    event = source.event_from_request(request, front)
    return Case("gives_503", adapter, event, None, FailedStatus)


OTHER_CASES: list[Callable[[int, str], Case]] = [
    invalid_base64_case,
    unknown_event_case,
    ping_case,
    failed_status_case,
]


def run_case(case: Case) -> None:
    """Call the handler as Lambda does, and check the result."""
    with check_result(case) as check:
        check(ADAPTERS[case.adapter](case.event, Context(case.seconds)))


async def run_case_async(case: Case) -> None:
    """Like `run_case`, with `await adapter.handle(...)`."""
    with check_result(case) as check:
        check(await ADAPTERS[case.adapter].handle(case.event, Context(case.seconds)))


@contextmanager
def check_result(case: Case) -> Iterator[Callable[[Any], None]]:
    """Yield the check for the response; raise if the exception is not the expected one."""
    try:
        yield case.check or _no_check
    except Exception as error:
        if case.raises is None or not isinstance(error, case.raises):
            raise
    else:
        if case.raises is not None:
            raise AssertionError(f"{case.name}: expected {case.raises.__name__}, got a response")
    case_counts.add(case)


def _no_check(response: Any) -> None:
    """`check_result` raises if a response came instead of an exception."""
