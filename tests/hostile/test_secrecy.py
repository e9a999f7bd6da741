"""Errors and log lines of the library contain no values of events, such as tokens or cookies."""

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
from lambda_adapters import (
    FailedStatus,
    Front,
    LambdaAdaptersError,
    Reply,
    Request,
    source_of,
    trigger_of,
)
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.hostile.hostile_apps import RecordingApps
from tests.hostile.hostile_values import (
    EVENT_FILES,
    FOLDERS,
    ODD_VALUES,
    key_paths,
    load_event,
    replace_at,
)

SECRET = "s3cr3t"
# Keys by which an event is recognized. With a changed value, many events would be unknown.
MARKER_KEYS = {
    "version",
    "type",
    "eventSource",
    "EventSource",
    "eventType",
    "config",
    "__ow_method",
}


def add_secret(value: Any, key: str = "") -> Any:
    """The event with the secret added to every string, except for MARKER_KEYS."""
    if isinstance(value, dict):
        return {name: add_secret(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [add_secret(inner, key) for inner in value]
    return value + SECRET if isinstance(value, str) and key not in MARKER_KEYS else value


LARGE = bytes(7_000_000)


async def asgi_without_reply(scope: Any, receive: Any, send: Any) -> None:
    """Returns without a reply."""


async def asgi_with_error(scope: Any, receive: Any, send: Any) -> None:
    raise LookupError("the app's own words")


async def asgi_with_invalid_header(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": [(b"a b", b"")]})


def wsgi_without_reply(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return []


def wsgi_with_error(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    raise LookupError("the app's own words")


def wsgi_with_large_reply(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [LARGE]


APPS = RecordingApps()
PLAIN_HANDLERS = APPS.handlers()
HANDLERS = [
    *PLAIN_HANDLERS,
    *APPS.handlers(events_path="/_events", trusted_hops=2, root_path="/x"),
    *(
        asgi_lambda.Adapter(app, lifespan="off")
        for app in (asgi_without_reply, asgi_with_error, asgi_with_invalid_header)
    ),
    *(
        wsgi_lambda.Adapter(app)
        for app in (wsgi_without_reply, wsgi_with_error, wsgi_with_large_reply)
    ),
]


class LogCollector(logging.Handler):
    """Keeps the log lines, formatted with the default formatter."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


def collect_output(event: Any) -> str:
    """All log lines and tracebacks for an event."""
    collector = LogCollector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        for call in (*HANDLERS, source_of, trigger_of):
            try:
                call(event)
            except LambdaAdaptersError as error:
                collector.lines += traceback.format_exception(error)
    finally:
        root.removeHandler(collector)
        APPS.clear()
    return "\n".join(collector.lines)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_errors_and_log_lines_contain_no_value_of_a_recorded_event(folder: Path) -> None:
    for path in sorted(folder.glob("*.json")):
        assert SECRET not in collect_output(add_secret(load_event(path))), path.stem


@settings(
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_errors_and_log_lines_contain_no_value_of_an_odd_event(data: st.DataObject) -> None:
    event = add_secret(load_event(data.draw(st.sampled_from(EVENT_FILES))))
    for _ in range(data.draw(st.integers(1, 3))):
        paths = list(key_paths(event))
        if paths:
            odd = st.sampled_from([*ODD_VALUES, {"a": SECRET}, [SECRET], SECRET])
            event = replace_at(event, data.draw(st.sampled_from(paths)), data.draw(odd))

    assert SECRET not in collect_output(event)


@pytest.mark.parametrize("event", [SECRET, [SECRET], {"a": SECRET}, {"httpMethod": SECRET}])
def test_the_error_for_an_unknown_event_does_not_contain_its_values(event: Any) -> None:
    text = collect_output(event)

    assert "UnknownEvent: Expected an HTTP event" in text
    assert SECRET not in text


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_the_error_for_invalid_base64_does_not_contain_the_body(source: Source) -> None:
    request = Request("POST", path="/" + SECRET, raw_path="/" + SECRET, body=b"\xff")
    event = source.event_from_request(request, Front())
    text = json.dumps(event).replace('"/w=="', f'"{SECRET}!"')
    assert f"{SECRET}!" in text

    output = collect_output(json.loads(text))

    assert "base64" in output
    assert SECRET not in output


def test_errors_contain_only_the_method_and_the_path_of_a_request() -> None:
    """Paths are logged by design; the query, headers and body never are."""
    secret_headers = [("authorization", SECRET), ("cookie", SECRET)]
    request = Request(
        "PUT", path="/orders/7", raw_path="/orders/7", query=SECRET, headers=secret_headers
    )
    event = all_sources()[0].event_from_request(request, Front())
    handler = wsgi_lambda.Adapter(APPS.wsgi, raise_on_statuses=(200,))

    with pytest.raises(FailedStatus) as error:
        handler(event, None)

    assert "PUT /orders/7" in str(error.value)
    assert SECRET not in "".join(traceback.format_exception(error.value))


def test_the_error_for_an_unknown_event_contains_its_keys_but_not_its_values() -> None:
    text = collect_output({"Records": [], "hint": SECRET})

    assert "Its keys: Records, hint." in text
    assert SECRET not in text


def test_the_repr_of_a_request_or_reply_has_no_query_headers_or_body() -> None:
    headers = [("authorization", SECRET)]
    request = Request(query=SECRET, headers=headers, body=SECRET.encode())
    reply = Reply(headers=headers, body=SECRET.encode())

    assert SECRET not in repr(request)
    assert SECRET not in repr(reply)
