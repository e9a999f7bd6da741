"""The mixture of a long life: which event comes n-th, from which source, and what it must get.

Both the tests and benchmarks/long_life.py play it.
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
from lambda_adapters import FailedStatus, Front, Request, UnknownEvent
from lambda_adapters.sources.registry import all_sources
from tests.long_life import framework_apps
from tests.long_life.mixed_apps import asgi_app, echo, sized, wsgi_app

ADAPTERS: dict[str, Any] = {
    "asgi": asgi_lambda.Adapter(
        asgi_app, lifespan="on", events_path="/echoes/posted", raise_on_statuses=(503,)
    ),
    "wsgi": wsgi_lambda.Adapter(wsgi_app, raise_on_statuses=(503,)),
    "fastapi": asgi_lambda.Adapter(framework_apps.fastapi_app),
    "starlette": asgi_lambda.Adapter(framework_apps.starlette_app),
    "flask": wsgi_lambda.Adapter(framework_apps.flask_app),
}
FRONTS = [(source, Front(multi_value=multi)) for source in all_sources() for multi in (False, True)]
BLOB = bytes(range(256)) * 1024
SIZES = (0, 1, 1_000, 60_000)
FAULT = b"Internal Server Error"


class Context:
    """As Lambda passes it: an id, and how long the invocation may still run."""

    def __init__(self, seconds: float) -> None:
        self.aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
        self._deadline = monotonic() + seconds

    def get_remaining_time_in_millis(self) -> float:
        return (self._deadline - monotonic()) * 1000


@dataclass(slots=True, frozen=True)
class Kind:
    """One sort of event, and its status and body: None for the echo of its request."""

    adapter: str
    behaviour: str
    status: int = 200
    body: bytes | None = None
    method: str = "GET"


@dataclass(slots=True, frozen=True)
class Turn:
    """One event to be played: `check` its response, or expect that `raises` is raised."""

    name: str
    adapter: str
    event: Any
    check: Callable[[Any], None] | None
    raises: type[Exception] | None = None
    seconds: float = 30.0


class Played:
    """How often each kind got its own right answer, whichever thread asked."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self.counts: Counter[str] = Counter()

    def add(self, turn: Turn) -> None:
        with self._mutex:
            self.counts[f"{turn.adapter} {turn.name}"] += 1


played = Played()

ASGI = [
    Kind("asgi", "echoes", method="POST"),
    Kind("asgi", "sends_so_much"),
    Kind("asgi", "sends_in_chunks"),
    Kind("asgi", "raises", 500, FAULT),
    Kind("asgi", "raises_in_the_middle", 500, FAULT),
    Kind("asgi", "raises_behind"),
    Kind("asgi", "says_nothing", 500, FAULT),
    Kind("asgi", "begins_with_the_body", 500, FAULT),
    Kind("asgi", "splits_a_header", 500, FAULT),
    Kind("asgi", "is_cancelled", 500, FAULT),
    Kind("asgi", "leaves_a_task_behind"),
    Kind("asgi", "watches_for_the_client"),
    Kind("asgi", "leaves_a_generator_early"),
    Kind("fastapi", "sync"),
    Kind("fastapi", "reads", method="POST"),
    Kind("fastapi", "depends"),
    Kind("fastapi", "works_behind"),
    Kind("fastapi", "streams"),
    Kind("fastapi", "raises", 500, FAULT),
    Kind("starlette", "works_behind"),
    Kind("starlette", "sync"),
    Kind("starlette", "raises", 500, FAULT),
]
WSGI = [
    Kind("wsgi", "echoes", method="POST"),
    Kind("wsgi", "sends_so_much"),
    Kind("wsgi", "sends_in_chunks"),
    Kind("wsgi", "writes"),
    Kind("wsgi", "raises", 500, FAULT),
    Kind("wsgi", "raises_in_the_middle", 500, FAULT),
    Kind("wsgi", "raises_in_close"),
    Kind("wsgi", "says_nothing", 500, FAULT),
    Kind("wsgi", "returns_none", 500, FAULT),
    Kind("wsgi", "starts_twice", 500, FAULT),
    Kind("wsgi", "is_cut_off", 500, FAULT),
    Kind("flask", "reads", method="POST"),
    Kind("flask", "streams"),
]
# Each takes real time, up to its deadline.
LATE = [
    Kind("asgi", "is_late", 504, b"Gateway Timeout"),
    Kind("asgi", "is_late_behind"),
    Kind("asgi", "is_late_and_stubborn", 504, b"Gateway Timeout"),
    Kind("wsgi", "is_late"),
]
LATE_EVERY, OVERSIZED_EVERY = 200, 250
UNKNOWN = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a/b/GET/"}
PING = {"source": "serverless-plugin-warmup"}


def turn_of(number: int, kinds: list[Kind]) -> Turn:
    """The number-th event of a life that mixes these kinds."""
    late = [kind for kind in LATE if kind.adapter in {kind.adapter for kind in kinds}]
    if number % LATE_EVERY == LATE_EVERY // 2:
        return http_turn(late[number // LATE_EVERY % len(late)], number, seconds=0.05)
    if number % OVERSIZED_EVERY == OVERSIZED_EVERY // 3:
        return oversized_turn(number, kinds[0].adapter)
    step = number % (len(kinds) + len(ODD))
    if step < len(kinds):
        return http_turn(kinds[step], number)
    return ODD[step - len(kinds)](number, kinds[0].adapter)


def http_turn(kind: Kind, number: int, seconds: float = 30.0) -> Turn:
    source, front = FRONTS[number // 7 % len(FRONTS)]
    size = SIZES[number % len(SIZES)]
    path, body = f"/{kind.behaviour}/{number:07}", b""
    if kind.behaviour == "sends_so_much":
        path = f"{path}/{size}"
    if kind.method == "POST":
        body = BLOB[:size]
    request = request_of(number, path, kind.method, body)
    expected = kind.body
    if expected is None:
        expected = (sized if kind.behaviour == "sends_so_much" else echo)(path, body)

    def check(response: Any) -> None:
        reply = source.reply_from_response(response, request, front)
        answer = (reply.status, reply.body)
        if answer != (kind.status, expected):
            raise AssertionError(
                f"event {number}, {source.name}, {kind}: expected {expected[:80]!r}, "
                f"got {reply.status} {reply.body[:80]!r}"
            )

    event = source.event_from_request(request, front)
    return Turn(kind.behaviour, kind.adapter, event, check, seconds=seconds)


def own_name(number: int) -> str:
    """A header name as only one client sends it; all are equally long."""
    return f"x-number-{number:07}"


def request_of(number: int, path: str, method: str = "GET", body: bytes = b"") -> Request:
    """A request with a header name of its own."""
    return Request(
        method,
        path=path,
        raw_path=path,
        query=f"n={number}",
        headers=[
            ("host", "example.com"),
            ("content-type", "application/octet-stream"),
            (own_name(number), "1"),
        ],
        body=body,
        client=("203.0.113.9", 0),
        server=("example.com", 443),
    )


def oversized_turn(number: int, adapter: str) -> Turn:
    source, front = FRONTS[number // OVERSIZED_EVERY % len(FRONTS)]
    limit = source.limit(source.event_from_request(request_of(number, "/"), front))
    request = request_of(number, f"/sends_so_much/{number:07}/{limit}")

    def check(response: Any) -> None:
        reply = source.reply_from_response(response, request, front)
        assert (reply.status, reply.body) == (500, FAULT), (number, reply.status)

    event = source.event_from_request(request, front)
    return Turn("is_too_large", adapter, event, check)


def refused_turn(number: int, adapter: str) -> Turn:
    """A body that claims base64 and is not."""
    event = {
        "rawPath": f"/echoes/{number:07}",
        "requestContext": {"http": {"method": "POST"}},
        "body": "!!",
        "isBase64Encoded": True,
    }

    def check(response: Any) -> None:
        assert (response["statusCode"], response["body"]) == (400, "Bad Request"), number

    return Turn("is_no_base64", adapter, event, check)


def unknown_turn(number: int, adapter: str) -> Turn:
    event = {**UNKNOWN, "number": number}
    return Turn("is_unknown", adapter, event, None, UnknownEvent)


def ping_turn(number: int, adapter: str) -> Turn:
    def check(response: Any) -> None:
        assert response == {}, number

    return Turn("is_a_ping", adapter, {**PING, "number": number}, check)


def failed_turn(number: int, adapter: str) -> Turn:
    source, front = FRONTS[number % len(FRONTS)]
    request = request_of(number, f"/fails/{number:07}")
    event = source.event_from_request(request, front)
    return Turn("fails", adapter, event, None, FailedStatus)


ODD: list[Callable[[int, str], Turn]] = [refused_turn, unknown_turn, ping_turn, failed_turn]


def play(turn: Turn) -> None:
    """Call the handler as Lambda would, and check what it gives."""
    with answered(turn) as check:
        check(ADAPTERS[turn.adapter](turn.event, Context(turn.seconds)))


async def play_here(turn: Turn) -> None:
    """The same on the caller's own loop."""
    with answered(turn) as check:
        check(await ADAPTERS[turn.adapter].handle(turn.event, Context(turn.seconds)))


@contextmanager
def answered(turn: Turn) -> Iterator[Callable[[Any], None]]:
    """Holds the turn to the response or to the exception that it has to have."""
    try:
        yield turn.check or _nothing
    except Exception as error:
        if turn.raises is None or not isinstance(error, turn.raises):
            raise
    else:
        if turn.raises is not None:
            raise AssertionError(f"{turn.name}: expected {turn.raises.__name__}, got a response")
    played.add(turn)


def _nothing(response: Any) -> None:
    """There should not have been one."""
