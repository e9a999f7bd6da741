"""Any event, valid or not, gives a request or one of this library's errors."""

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
from tests.sources.event_files import HTTP_FILES, OTHER_FILES, load_event

EVENTS = [
    event
    for event in map(load_event, HTTP_FILES + OTHER_FILES)
    if isinstance(event, dict) and event
]
ASGI = asgi_lambda.Adapter(asgi_echo(Reply()), lifespan="off")
WSGI = wsgi_lambda.Adapter(wsgi_echo(Reply()))

graphic = re.compile("[!-~]*").fullmatch
token = re.compile("[!#$%&'*+.^_`|~0-9a-z-]+").fullmatch
value = re.compile("[\t -~\x80-\xff]*").fullmatch


def _paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [path for key, item in items for path in [(*prefix, key), *_paths(item, (*prefix, key))]]


def _nest(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


# What json.loads returns: also lone surrogates, NaN and integers of any size.
texts = st.text(max_size=8) | st.sampled_from(
    ["\ud800", "\x00\r\n", "%zz", "[::", "=?UTF-8?", "玉"]
)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, 1e308, float("nan")])
leaves = st.none() | st.booleans() | numbers | texts
keys = st.sampled_from(sorted({str(path[-1]) for event in EVENTS for path in _paths(event)}))
json_values = st.recursive(
    leaves | st.builds(_nest, st.just(200)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | texts, inner, max_size=6),
    max_leaves=12,
)


@st.composite
def damaged_events(draw: st.DrawFn) -> Any:
    """A recorded event in which a few values are replaced or removed."""
    event = deepcopy(draw(st.sampled_from(EVENTS)))
    for _ in range(draw(st.integers(1, 4))):
        paths = _paths(event)
        if not paths:
            break
        *parents, last = draw(st.sampled_from(paths))
        container = event
        for key in parents:
            container = container[key]
        if draw(st.booleans()):
            container[last] = draw(json_values)
        else:
            del container[last]
    return event


@st.composite
def merged_events(draw: st.DrawFn) -> Any:
    """Two recorded events and their contexts, merged into one event."""
    first, second = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(EVENTS))
    contexts = [event.get("requestContext") for event in (first, second)]
    merged = {**first, **second}
    if all(isinstance(context, dict) for context in contexts):
        merged["requestContext"] = {**(contexts[0] or {}), **(contexts[1] or {})}
    return merged


events = st.one_of(json_values, damaged_events(), merged_events())


@given(events)
@example({10: "a key that JSON cannot have"})
def test_no_event_matches_two_sources(event: Any) -> None:
    matching = [source for source in all_sources() if source.matches(event)]
    trigger = None
    try:
        trigger = trigger_of(event)
    except UnknownEvent as error:
        assert str(error)

    assert len(matching) + (trigger is not None) <= 1
    assert find_source(event) is (matching[0] if matching else None)
    if matching:
        assert source_of(event) is matching[0]
    else:
        with pytest.raises(UnknownEvent, match="Expected an HTTP event"):
            source_of(event)


@given(events)
def test_an_event_of_a_source_gives_a_request_or_bad_request(event: Any) -> None:
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
def test_both_adapters_return_a_response_or_raise_unknown_event(event: Any) -> None:
    results: list[int | str] = []
    for handler in (ASGI, WSGI):
        try:
            response = handler(event, None)
            json.dumps(response)
            results.append(int(response.get("statusCode") or response.get("status") or 0))
        except UnknownEvent as error:
            results.append(str(error))

    assert results[0] == results[1]
    assert results[0] in (0, 200, 400, 413) or str(results[0]).startswith("Expected an HTTP event")


header_maps = st.dictionaries(st.sampled_from(["Vary", "set-cookie", "a b"]) | texts, leaves)
responses = st.fixed_dictionaries(
    {},
    optional={
        "statusCode": st.sampled_from([200, "201", 204.0, 99, 1000, True]) | json_values,
        "statusDescription": st.sampled_from(["200 OK", "200 O\nK", "404"]) | json_values,
        "headers": header_maps | json_values,
        "multiValueHeaders": st.dictionaries(texts, st.lists(texts, max_size=2)) | json_values,
        "cookies": st.lists(texts, max_size=2) | json_values,
        "body": texts | json_values,
        "isBase64Encoded": st.booleans() | json_values,
        "another": st.none(),
    },
)


@pytest.mark.parametrize("multi_value", [False, True])
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@given(response=responses | json_values)
def test_any_response_gives_a_reply_that_a_server_can_send(
    source: Source, multi_value: bool, response: Any
) -> None:
    reply = source.reply_from_response(response, Request(), Front(multi_value=multi_value))

    assert 100 <= reply.status <= 999
    assert all(token(name) and value(text) for name, text in reply.headers)
    assert value(reply.reason)
    assert isinstance(reply.body, bytes)
