"""Every recorded event: its source or trigger, its request, and what both kinds of app get."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from wsgiref.validate import validator

import pytest

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Reply, Request, UnknownEvent, source_of, trigger_of
from lambda_adapters.http.forwarded import client_by_hops
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.triggers.detection import _EVENT_SOURCES, _KEY_SETS, _RECORD_SOURCES
from tests.sources.echo_apps import AppRequest, asgi_echo, expected_app_request, wsgi_echo
from tests.sources.event_files import (
    EVENTS,
    HTTP_FILES,
    OTHER_FILES,
    front_for,
    load_event,
    name_of,
    source_for,
)
from tests.sources.losses import HOP_BY_HOP, expected_request, normalize_request

for_every_http_file = pytest.mark.parametrize("path", HTTP_FILES, ids=name_of)
for_every_other_file = pytest.mark.parametrize("path", OTHER_FILES, ids=name_of)
REPLY = Reply(
    201,
    [
        ("content-type", "application/json"),
        ("set-cookie", "a=1; Path=/"),
        ("x-kind", "green"),
        ("set-cookie", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
    ],
    reason="Created",
)
Handler = Callable[[Any, Any], Any]


def create_handlers() -> list[Handler]:
    return [
        asgi_lambda.Adapter(asgi_echo(REPLY), lifespan="off"),
        wsgi_lambda.Adapter(validator(wsgi_echo(REPLY))),
    ]


def test_every_source_has_a_folder_and_every_trigger_a_file() -> None:
    folders = {path.name for path in EVENTS.iterdir()}
    tables = (_RECORD_SOURCES.values(), _EVENT_SOURCES.values(), _KEY_SETS)
    triggers = {name for table in tables for name in table}
    triggers |= {"authorizer", "websocket_api", "schedule", "warmup", "direct"}

    assert folders == {source.name for source in all_sources()} | {"not_http"}
    assert {path.name.partition(".")[0] for path in OTHER_FILES} == triggers | {"unknown"}


@for_every_http_file
def test_an_http_event_matches_only_its_own_source(path: Path) -> None:
    event = load_event(path)

    assert [source.name for source in all_sources() if source.matches(event)] == [path.parent.name]
    assert source_of(event).name == path.parent.name
    with pytest.raises(UnknownEvent, match="use source_of"):
        trigger_of(event)


@for_every_http_file
def test_the_values_of_a_request_are_normalized(path: Path) -> None:
    request = source_for(path).request_from_event(load_event(path))

    names = [name for name, _ in request.headers]
    assert request.method.isupper()
    assert request.scheme in ("http", "https")
    assert request.root_path == "" or request.root_path.startswith("/")
    assert not request.root_path.endswith("/")
    assert request.path.startswith("/")
    assert {*request.raw_path} <= {chr(code) for code in range(0x21, 0x7F)} - {*"?#"}
    assert {*request.query} <= {chr(code) for code in range(0x21, 0x7F)} - {*"#"}
    assert names == [name.lower() for name in names]
    assert not {*names} & {*HOP_BY_HOP}
    assert names.count("cookie") <= 1
    assert all(value.encode("latin-1").find(b"\n") < 0 for _, value in request.headers)
    length = request.header("content-length")
    assert length == str(len(request.body)) if request.body else length in (None, "0")
    assert 0 < request.server[1] < 65536


@for_every_http_file
def test_the_raw_path_decodes_to_the_path(path: Path) -> None:
    request = source_for(path).request_from_event(load_event(path))

    assert unquote(request.raw_path) == request.path


@for_every_http_file
def test_the_request_of_an_event_comes_back_except_for_the_losses(path: Path) -> None:
    source, event = source_for(path), load_event(path)
    request = source.request_from_event(event)
    front = front_for(event, request.root_path)

    result = source.request_from_event(source.event_from_request(request, front))

    assert normalize_request(source, result) == expected_request(source, front, request)


@for_every_http_file
def test_both_kinds_of_app_get_the_request_and_the_client_gets_their_replies(path: Path) -> None:
    source, event = source_for(path), load_event(path)
    request = source.request_from_event(event)
    if request.client is None:
        request = request.replace(
            client=client_by_hops(request.header_values("x-forwarded-for"), 1)
        )
    front = front_for(event, request.root_path)

    replies = [
        source.reply_from_response(_round_trip_json(handler(event, None)), request, front)
        for handler in create_handlers()
    ]

    assert replies[0] == replies[1]
    assert (replies[0].status, replies[0].reason) in ((201, "Created"), (201, ""))
    assert sorted(replies[0].headers) == sorted(REPLY.headers)
    assert _app_request(replies[0], request) == expected_app_request(request)


def _app_request(reply: Reply, request: Request) -> AppRequest:
    if request.method == "HEAD":
        assert reply.body == b""
        return expected_app_request(request)
    app_request: AppRequest = json.loads(reply.body)
    return app_request


def _round_trip_json(response: object) -> object:
    """The response after Lambda's runtime has written it and the platform has parsed it."""
    return json.loads(json.dumps(response, allow_nan=False))


@for_every_other_file
def test_an_event_that_is_not_http_matches_only_its_trigger(path: Path) -> None:
    event, trigger = load_event(path), path.name.partition(".")[0]

    assert not any(source.matches(event) for source in all_sources())
    with pytest.raises(UnknownEvent):
        source_of(event)
    if trigger == "unknown":
        with pytest.raises(UnknownEvent):
            trigger_of(event)
    else:
        assert trigger_of(event) == trigger


@for_every_other_file
def test_an_event_that_is_not_http_does_not_reach_an_app(path: Path) -> None:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail("the app was called")

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        pytest.fail("the app was called")

    event, results = load_event(path), []
    for handler in (asgi_lambda.Adapter(asgi, lifespan="off"), wsgi_lambda.Adapter(wsgi)):
        try:
            results.append(handler(event, None))
        except UnknownEvent as error:
            results.append(str(error))

    if path.name.startswith("warmup"):
        assert results == [{}, {}]
    else:
        assert results[0] == results[1]
        assert results[0].startswith("Expected an HTTP event")


@for_every_other_file
def test_an_error_message_contains_the_keys_of_an_event_and_no_values(path: Path) -> None:
    event = load_event(path)

    with pytest.raises(UnknownEvent) as caught:
        source_of(event)

    message = str(caught.value)
    assert all(key in message for key in (event if isinstance(event, dict) else ()))
    assert [text for text in _long_texts(event) if text in message] == []


def _long_texts(value: Any) -> list[str]:
    """The texts of an event that are long enough to identify a user."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in _long_texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _long_texts(item)]
    return [value] if isinstance(value, str) and len(value) > 8 else []
