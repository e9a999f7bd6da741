"""Properties that must hold for every JSON value, as an event and as a response.

The fuzzer checks them for the values that it generates, the tests for the seed corpus. A failed
assertion is a bug, and so is any exception that is not one of this library's own.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from lambda_adapters import BadRequest, Front, Reply, Request, UnknownEvent, source_of, trigger_of
from lambda_adapters.protocols.asgi import scope_from_request
from lambda_adapters.protocols.wsgi import environ_from_request
from lambda_adapters.sources.registry import all_sources, find_source
from lambda_adapters.sources.source import Source

FRONTS = (Front(), Front(stage="live", multi_value=True, binary_media_types=()))
REPLY = Reply(201, [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("vary", "accept")], b"\xff")

_graphic = re.compile("[!-~]*").fullmatch
_token = re.compile("[!#$%&'*+.^_`|~0-9a-z-]+").fullmatch
_value = re.compile("[\t -~\x80-\xff]*").fullmatch


def check_text(text: bytes) -> None:
    """Check the JSON in some bytes. Lambda never passes invalid JSON as an event, so ignore it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    check_event(value)
    check_response(value)


def check_event(event: Any) -> None:
    """At most one source matches, and its request is one that a server could have received."""
    matching = [source for source in all_sources() if source.matches(event)]
    assert len(matching) <= 1
    assert find_source(event) is (matching[0] if matching else None)
    assert _is_refused(trigger_of, event) or not matching
    assert _is_refused(source_of, event) is (not matching)
    for source in matching:
        request = _check_request(source, event)
        if request is not None:
            _check_round_trip(source, request)
        json.dumps(source.response_from_reply(REPLY, event))
        assert source.limit(event) > 0


def check_response(response: Any, sources: Sequence[Source] = all_sources()) -> None:
    """Each source turns it into a reply that a server can send, and that into a response."""
    for source in sources:
        for front in FRONTS:
            reply = source.reply_from_response(response, Request(), front)
            assert 100 <= reply.status <= 999
            assert all(_token(name) and _value(text) for name, text in reply.headers)
            assert _value(reply.reason)
            assert isinstance(reply.body, bytes)
            event = source.event_from_request(Request(), front)
            json.dumps(source.response_from_reply(reply, event))


def _is_refused(function: Any, event: Any) -> bool:
    try:
        function(event)
    except UnknownEvent:
        return True
    return False


def _check_request(source: Source, event: Any) -> Request | None:
    """Check the request of an event and return it; None if the source refuses the event."""
    try:
        request = source.request_from_event(event)
    except BadRequest as error:
        if not 400 <= error.status <= 499:
            raise  # the status of a bad request must be 4xx
        return None
    assert request.method
    assert request.scheme in ("http", "https")
    assert request.path.startswith("/")
    assert not request.root_path.endswith("/")
    assert request.raw_path.startswith("/")
    assert _graphic(request.raw_path)
    assert _graphic(request.query)
    assert all(_token(name) and _value(text) for name, text in request.headers)
    assert 0 < request.server[1] < 65536
    scope = scope_from_request(request)
    environ = environ_from_request(request)
    seen = (environ["SCRIPT_NAME"] + environ["PATH_INFO"]).encode("latin-1")
    assert seen.decode("utf-8", "replace") == scope["path"]
    return request


def _check_round_trip(source: Source, request: Request) -> None:
    """The source's inverse functions turn the request into a valid event again."""
    event = source.event_from_request(request, FRONTS[1])
    json.dumps(event)
    _check_request(source, event)
