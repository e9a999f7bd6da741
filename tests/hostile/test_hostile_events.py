"""Events that are right but for one place, and responses too: nothing but our errors comes out.

`test_any_event` draws values of any kind; here every place of every recorded event has its turn.
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
    CORPUS,
    EVENT_FILES,
    FOLDERS,
    FRONTS,
    ODD,
    check_event,
    check_response,
    check_text,
    event_in,
    nested,
    places,
    planted,
    swapped,
)

busy_machine = settings(
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
def hostile(draw: st.DrawFn) -> Any:
    """A recorded event or that of a generated request, with odd values in some places."""
    if draw(st.booleans()):
        event = event_in(draw(st.sampled_from(EVENT_FILES)))
    else:
        source, front = draw(st.sampled_from(all_sources())), draw(st.sampled_from(FRONTS))
        event = source.event_from_request(draw(requests), front)
    for _ in range(draw(st.integers(1, 3))):
        ways = list(places(event))
        if not ways:
            break
        event = swapped(event, draw(st.sampled_from(ways)), draw(st.sampled_from(ODD)))
    return event


def answers(event: Any) -> list[Any]:
    """What the two Adapters say: a status and a body, or why they know it not."""
    found = []
    for handler in (ASGI, WSGI):
        try:
            response = handler(event, None)
            json.dumps(response)
            found.append((response.get("statusCode", response.get("status")), response.get("body")))
        except UnknownEvent as error:
            found.append((None, str(error)))
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_odd_value_in_any_place_of_an_event_is_our_error_at_most(folder: Path) -> None:
    events = [event_in(path) for path in sorted(folder.glob("*.json"))]
    # A place that several files have has its turn in the first of them.
    turns = {way: event for event in reversed(events) for way in places(event)}
    for way, event in turns.items():
        for value in ODD:
            check_event(swapped(event, way, value))


@busy_machine
@given(hostile())
def test_both_adapters_answer_an_odd_event_or_say_that_they_know_it_not(event: Any) -> None:
    asgi, wsgi = answers(event)

    assert asgi == wsgi
    status, text = asgi
    assert status in (None, 200, "200", 400, "400", 413, "413") or (status, text) == (None, None)


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_an_odd_value_in_any_place_of_a_response_is_refused_or_sent(source: Source) -> None:
    headers = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-type", "text/plain")]
    for front in FRONTS:
        event = source.event_from_request(Request(), front)
        response = source.response_from_reply(Reply(200, headers, b"\xff"), event)
        for way in places(response):
            for value in ODD:
                check_response(swapped(response, way, value), [source])


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_an_odd_value_alone_is_no_event_and_at_most_a_refused_response(value: Any) -> None:
    check_event(value)
    check_response(value)


@pytest.mark.parametrize("depth", [200, 5_000, 50_000])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_body_that_is_nested_too_deeply_is_refused_or_served(source: Source, depth: int) -> None:
    event = source.event_from_request(Request("POST", body=b"{}"), FRONTS[0])
    [way] = [way for way in places(event) if way[-1] in ("body", "__ow_body")]

    asgi, wsgi = answers(swapped(event, way, nested(depth)))

    assert asgi == wsgi
    assert asgi[0] in (200, "200", 400, "400")


@pytest.mark.parametrize("depth", [200, 5_000, 50_000])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_header_that_is_nested_too_deeply_is_refused_or_served(
    source: Source, depth: int
) -> None:
    asgi, wsgi = answers(planted(source, {"x-a": nested(depth)}))

    assert asgi == wsgi
    assert asgi[0] in (200, "200", 400, "400")


def in_a_circle() -> Any:
    circle: list[Any] = []
    circle.append(circle)
    return circle


@pytest.mark.parametrize(
    "response",
    [{1}, b"bytes", object(), nested(50_000), in_a_circle()],
    ids=lambda r: type(r).__name__,
)
def test_what_is_no_json_is_a_response_that_is_refused(response: Any) -> None:
    """A plain function's mistake: Lambda's runtime could not send it."""
    check_response(response)
    for source in all_sources():
        assert source.reply_from_response(response, Request(), FRONTS[0]).status >= 400


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_the_fuzzer_starts_from_holds(path: Path) -> None:
    check_text(path.read_bytes())


def test_the_seed_corpus_is_there_and_small() -> None:
    assert len(CORPUS) > 10
    assert sum(path.stat().st_size for path in CORPUS) < 100_000
