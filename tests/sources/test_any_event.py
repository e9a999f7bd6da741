"""Whatever an event is, only this library's errors come of it, and an app sees only requests."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import BadRequest, Front, Reply, Request, UnknownEvent, source_of, trigger_of
from lambda_adapters.sources.registry import all_sources, find_source
from lambda_adapters.sources.source import Source
from tests.sources.echo_apps import asgi_echo, wsgi_echo
from tests.sources.event_files import HTTP_FILES, OTHER_FILES, event_in

EVENTS = [
    event for event in map(event_in, HTTP_FILES + OTHER_FILES) if isinstance(event, dict) and event
]
ASGI = asgi_lambda.Adapter(asgi_echo(Reply()), lifespan="off")
WSGI = wsgi_lambda.Adapter(wsgi_echo(Reply()))

graphic = re.compile("[!-~]*").fullmatch
token = re.compile("[!#$%&'*+.^_`|~0-9a-z-]+").fullmatch
value = re.compile("[\t -~\x80-\xff]*").fullmatch


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside of a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [place for key, item in items for place in [(*at, key), *_places(item, (*at, key))]]


def _nested(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


# As json.loads gives it: lone surrogates, NaN and integers of any size, but no other types.
texts = st.text(max_size=8) | st.sampled_from(
    ["\ud800", "\x00\r\n", "%zz", "[::", "=?UTF-8?", "玉"]
)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, 1e308, float("nan")])
leaves = st.none() | st.booleans() | numbers | texts
keys = st.sampled_from(sorted({str(place[-1]) for event in EVENTS for place in _places(event)}))
anything = st.recursive(
    leaves | st.builds(_nested, st.just(200)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | texts, inner, max_size=6),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A recorded event with a few of its values swapped for something else, or gone."""
    event = deepcopy(draw(st.sampled_from(EVENTS)))
    for _ in range(draw(st.integers(1, 4))):
        places = _places(event)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = event
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(anything)
        else:
            del holder[last]
    return event


@st.composite
def crossed(draw: st.DrawFn) -> Any:
    """Two recorded events in one, and their contexts too."""
    one, two = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(EVENTS))
    contexts = [event.get("requestContext") for event in (one, two)]
    both = {**one, **two}
    if all(isinstance(context, dict) for context in contexts):
        both["requestContext"] = {**(contexts[0] or {}), **(contexts[1] or {})}
    return both


events = st.one_of(anything, damaged(), crossed())


@given(events)
@example({10: "a key that JSON cannot have"})
def test_no_event_is_claimed_by_two(event: Any) -> None:
    claimed = [source for source in all_sources() if source.matches(event)]
    named = None
    try:
        named = trigger_of(event)
    except UnknownEvent as error:
        assert str(error)

    assert len(claimed) + (named is not None) <= 1
    assert find_source(event) is (claimed[0] if claimed else None)
    if claimed:
        assert source_of(event) is claimed[0]
    else:
        with pytest.raises(UnknownEvent, match="Expected an HTTP event"):
            source_of(event)


@given(events)
def test_an_event_gives_a_request_or_a_bad_request(event: Any) -> None:
    source = find_source(event)
    if source is None:
        return
    try:
        request = source.request_from_event(event)
    except BadRequest as error:
        assert error.status in (400, 413)
        return

    assert request.method
    assert request.scheme in ("http", "https")
    assert request.path.startswith("/")
    assert not request.root_path.endswith("/")
    assert graphic(request.raw_path)
    assert graphic(request.query)
    assert all(token(name) and value(text) for name, text in request.headers)
    assert request.client is None or all(map(isinstance, request.client, (str, int)))
    assert 0 < request.server[1] < 65536


@given(events)
def test_both_adapters_answer_any_event_or_say_that_they_know_it_not(event: Any) -> None:
    answers: list[int | str] = []
    for handler in (ASGI, WSGI):
        try:
            response = handler(event, None)
            json.dumps(response)
            answers.append(int(response.get("statusCode") or response.get("status") or 0))
        except UnknownEvent as error:
            answers.append(str(error))

    assert answers[0] == answers[1]
    assert answers[0] in (0, 200, 400, 413) or str(answers[0]).startswith("Expected an HTTP event")


header_maps = st.dictionaries(st.sampled_from(["Vary", "set-cookie", "a b"]) | texts, leaves)
responses = st.fixed_dictionaries(
    {},
    optional={
        "statusCode": st.sampled_from([200, "201", 204.0, 99, 1000, True]) | anything,
        "statusDescription": st.sampled_from(["200 OK", "200 O\nK", "404"]) | anything,
        "headers": header_maps | anything,
        "multiValueHeaders": st.dictionaries(texts, st.lists(texts, max_size=2)) | anything,
        "cookies": st.lists(texts, max_size=2) | anything,
        "body": texts | anything,
        "isBase64Encoded": st.booleans() | anything,
        "another": st.none(),
    },
)


@pytest.mark.parametrize("multi_value", [False, True])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@given(response=responses | anything)
def test_any_response_is_a_reply_that_a_server_can_send(
    source: Source, multi_value: bool, response: Any
) -> None:
    reply = source.reply_from_response(response, Request(), Front(multi_value=multi_value))

    assert 100 <= reply.status <= 999
    assert all(token(name) and value(text) for name, text in reply.headers)
    assert value(reply.reason)
    assert isinstance(reply.body, bytes)
