"""Events and responses with odd values raise only errors of the library.

`tests/sources/test_any_event.py` generates values; here, each value of each recorded event is
replaced.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Reply, Request, UnknownEvent
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.hostile.hostile_values import (
    EVENT_FILES,
    FOLDERS,
    FRONTS,
    ODD_VALUES,
    SEED_FILES,
    check_event,
    check_response,
    check_text,
    event_with_headers,
    key_paths,
    load_event,
    nest,
    replace_at,
)

hypothesis_settings = settings(
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow],
)


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def wsgi_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
    return [path.encode("latin-1").decode("utf-8", "replace").encode()]


ASGI = asgi_lambda.Adapter(asgi_app, lifespan="off")
WSGI = wsgi_lambda.Adapter(wsgi_app)

requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.just("/a b"),
    raw_path=st.just("/a%20b"),
    query=st.sampled_from(["", "a=1&a=2", "%zz&=&b"]),
    headers=st.lists(
        st.sampled_from([("host", "h.example:8"), ("cookie", "a=1; b=2"), ("x-a", "\xe9")])
    ),
    body=st.binary(max_size=12),
    client=st.sampled_from([None, ("203.0.113.9", 4711), ("2001:db8::7", 0)]),
)


@st.composite
def odd_events(draw: st.DrawFn) -> Any:
    """A recorded event or the event of a generated request, with one to three odd values."""
    if draw(st.booleans()):
        event = load_event(draw(st.sampled_from(EVENT_FILES)))
    else:
        source, front = draw(st.sampled_from(all_sources())), draw(st.sampled_from(FRONTS))
        event = source.event_from_request(draw(requests), front)
    for _ in range(draw(st.integers(1, 3))):
        paths = list(key_paths(event))
        if not paths:
            break
        event = replace_at(event, draw(st.sampled_from(paths)), draw(st.sampled_from(ODD_VALUES)))
    return event


def answers(event: Any) -> list[Any]:
    """The status and body that each Adapter returns, or None and the error message."""
    results = []
    for handler in (ASGI, WSGI):
        try:
            response = handler(event, None)
            json.dumps(response)
            results.append(
                (response.get("statusCode", response.get("status")), response.get("body"))
            )
        except UnknownEvent as error:
            results.append((None, str(error)))
    return results


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_odd_value_anywhere_in_an_event_raises_only_library_errors(folder: Path) -> None:
    events = [load_event(path) for path in sorted(folder.glob("*.json"))]
    # A path that several files have is tested in the first of them.
    events_by_path = {path: event for event in reversed(events) for path in key_paths(event)}
    for path, event in events_by_path.items():
        for value in ODD_VALUES:
            check_event(replace_at(event, path, value))


@hypothesis_settings
@given(odd_events())
def test_both_adapters_treat_an_odd_event_alike(event: Any) -> None:
    asgi, wsgi = answers(event)

    assert asgi == wsgi
    status, text = asgi
    assert status in (None, 200, "200", 400, "400", 413, "413") or (status, text) == (None, None)


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_an_odd_value_anywhere_in_a_response_raises_only_library_errors(source: Source) -> None:
    headers = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-type", "text/plain")]
    for front in FRONTS:
        event = source.event_from_request(Request(), front)
        response = source.response_from_reply(Reply(200, headers, b"\xff"), event)
        for path in key_paths(response):
            for value in ODD_VALUES:
                check_response(replace_at(response, path, value), [source])


@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: repr(value)[:20])
def test_an_odd_value_as_event_or_response_raises_only_library_errors(value: Any) -> None:
    check_event(value)
    check_response(value)


@pytest.mark.parametrize("depth", [200, 5_000, 50_000])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_deeply_nested_body_is_served_or_gives_400(source: Source, depth: int) -> None:
    event = source.event_from_request(Request("POST", body=b"{}"), FRONTS[0])
    [path] = [path for path in key_paths(event) if path[-1] in ("body", "__ow_body")]

    asgi, wsgi = answers(replace_at(event, path, nest(depth)))

    assert asgi == wsgi
    assert asgi[0] in (200, "200", 400, "400")


@pytest.mark.parametrize("depth", [200, 5_000, 50_000])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_deeply_nested_header_is_served_or_gives_400(source: Source, depth: int) -> None:
    asgi, wsgi = answers(event_with_headers(source, {"x-a": nest(depth)}))

    assert asgi == wsgi
    assert asgi[0] in (200, "200", 400, "400")


def circular_list() -> Any:
    circle: list[Any] = []
    circle.append(circle)
    return circle


@pytest.mark.parametrize(
    "response",
    [{1}, b"bytes", object(), nest(50_000), circular_list()],
    ids=lambda r: type(r).__name__,
)
def test_a_response_that_is_not_json_gives_an_error_status(response: Any) -> None:
    """A plain function can return such a value, but Lambda's runtime cannot send it."""
    check_response(response)
    for source in all_sources():
        assert source.reply_from_response(response, Request(), FRONTS[0]).status >= 400


@pytest.mark.parametrize("path", SEED_FILES, ids=lambda path: path.stem)
def test_the_seed_files_of_the_fuzzer_pass_its_checks(path: Path) -> None:
    check_text(path.read_bytes())


def test_the_seed_corpus_exists_and_is_small() -> None:
    assert len(SEED_FILES) > 10
    assert sum(path.stat().st_size for path in SEED_FILES) < 100_000
