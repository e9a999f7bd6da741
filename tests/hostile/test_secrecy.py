"""Tokens, cookies and bodies travel in events: no error and no log line of ours holds a value."""

import json
import logging
import os
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import FailedStatus, Front, LambdaAdaptersError, Request, source_of, trigger_of
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.hostile.hostile_apps import Seen
from tests.hostile.hostile_values import EVENT_FILES, FOLDERS, ODD, event_in, places, swapped

SECRET = "s3cr3t"
# What says whose event it is: with something behind it, many would only be strangers.
MARKS = {"version", "type", "eventSource", "EventSource", "eventType", "config", "__ow_method"}


def marked(value: Any, key: str = "") -> Any:
    """The event with the secret in every text, but for the marks of its sender."""
    if isinstance(value, dict):
        return {name: marked(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, key) for inner in value]
    return value + SECRET if isinstance(value, str) and key not in MARKS else value


LARGE = bytes(7_000_000)


async def silent_asgi(scope: Any, receive: Any, send: Any) -> None:
    """Returns without a reply."""


async def raising_asgi(scope: Any, receive: Any, send: Any) -> None:
    raise LookupError("the app's own words")


async def failing_asgi(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": [(b"a b", b"")]})


def silent_wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return []


def raising_wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise LookupError("the app's own words")


def large_wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [LARGE]


SEEN = Seen()
PLAIN = SEEN.handlers()
HANDLERS = [
    *PLAIN,
    *SEEN.handlers(events_path="/_events", trusted_hops=2, root_path="/x"),
    *(
        asgi_lambda.Adapter(app, lifespan="off")
        for app in (silent_asgi, raising_asgi, failing_asgi)
    ),
    *(wsgi_lambda.Adapter(app) for app in (silent_wsgi, raising_wsgi, large_wsgi)),
]


class Collected(logging.Handler):
    """What was logged, as the stock formatter writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


def told(event: Any) -> str:
    """All that is logged and raised for an event."""
    collect_reply = Collected()
    root = logging.getLogger()
    root.addHandler(collect_reply)
    try:
        for call in (*HANDLERS, source_of, trigger_of):
            try:
                call(event)
            except LambdaAdaptersError as error:
                collect_reply.lines += traceback.format_exception(error)
    finally:
        root.removeHandler(collect_reply)
        SEEN.forget()
    return "\n".join(collect_reply.lines)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_error_and_no_log_line_holds_a_value_of_a_recorded_event(folder: Path) -> None:
    for path in sorted(folder.glob("*.json")):
        assert SECRET not in told(marked(event_in(path))), path.stem


@settings(
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_no_error_and_no_log_line_holds_a_value_of_a_broken_event(data: st.DataObject) -> None:
    event = marked(event_in(data.draw(st.sampled_from(EVENT_FILES))))
    for _ in range(data.draw(st.integers(1, 3))):
        ways = list(places(event))
        if ways:
            odd = st.sampled_from([*ODD, {"a": SECRET}, [SECRET], SECRET])
            event = swapped(event, data.draw(st.sampled_from(ways)), data.draw(odd))

    assert SECRET not in told(event)


@pytest.mark.parametrize("event", [SECRET, [SECRET], {"a": SECRET}, {"httpMethod": SECRET}])
def test_a_value_that_is_no_event_is_not_repeated(event: Any) -> None:
    text = told(event)

    assert "UnknownEvent: Expected an HTTP event" in text
    assert SECRET not in text


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_body_that_is_no_base64_is_refused_without_repeating_it(source: Source) -> None:
    sent = Request("POST", path="/" + SECRET, raw_path="/" + SECRET, body=b"\xff")
    event = source.event_from_request(sent, Front())
    text = json.dumps(event).replace('"/w=="', f'"{SECRET}!"')
    assert f"{SECRET}!" in text

    logged = told(json.loads(text))

    assert "base64" in logged
    assert SECRET not in logged


def test_what_is_logged_of_a_request_is_its_method_and_its_path() -> None:
    """Paths are logged by design; the query, headers and body never are."""
    hidden = [("authorization", SECRET), ("cookie", SECRET)]
    request = Request("PUT", path="/orders/7", raw_path="/orders/7", query=SECRET, headers=hidden)
    event = all_sources()[0].event_from_request(request, Front())
    handler = wsgi_lambda.Adapter(SEEN.wsgi, raise_on_statuses=(200,))

    with pytest.raises(FailedStatus) as failed:
        handler(event, None)

    assert "PUT /orders/7" in str(failed.value)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_the_keys_of_an_event_are_told_and_its_values_are_not() -> None:
    text = told({"Records": [], "hint": SECRET})

    assert "Its keys: Records, hint." in text
    assert SECRET not in text


def test_a_request_shows_no_query_headers_or_body_when_printed() -> None:
    hidden = [("authorization", SECRET)]
    request = Request(query=SECRET, headers=hidden, body=SECRET.encode())

    assert SECRET not in repr(request)
