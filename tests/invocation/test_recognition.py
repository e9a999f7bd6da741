"""What is said of an event that nothing claims, and sources of the user's own."""

from typing import Any

import pytest

from lambda_adapters import UnknownEvent, source_of, trigger_of
from lambda_adapters.invocation.posted_events import PostedEvents
from lambda_adapters.invocation.recognition import describe_event
from lambda_adapters.sources.api_gateway import rest_api
from lambda_adapters.sources.registry import (
    SOURCE_NAMES,
    all_sources,
    find_source,
    source_by_name,
)
from lambda_adapters.triggers.detection import trigger_name

MESSAGES: dict[str, tuple[Any, str]] = {
    "null": (
        None,
        'Expected an HTTP event, got NoneType. Pass events_path="/path" to have events that are '
        "not HTTP POSTed to the app.",
    ),
    "a queue's": (
        {"Records": [{"eventSource": "aws:sqs"}]},
        'this one is from sqs. Pass events_path="/path" to have such events POSTed to the app, or '
        "give them a function of their own with router.on(...). Its keys: Records.",
    ),
    "an authorizer's": (
        {"type": "TOKEN", "methodArn": "a"},
        "this is a Lambda authorizer's. It asks whether a request may pass, and is no request "
        "itself: attach a function of its own as the authorizer. Its keys: methodArn, type.",
    ),
    "a WebSocket API's": (
        {"requestContext": {"connectionId": "a"}},
        "this is a WebSocket API's, which an Adapter does not serve. Its keys: requestContext.",
    ),
    "CloudFront's": ({"Records": [{"cf": {}}]}, "this is CloudFront's (Lambda@Edge), but no"),
    "like VPC Lattice's": ({"raw_path": "/"}, "the nearest is vpc_lattice_v1, which has a method"),
    "a value": (
        {"a": 1, "B": 2},
        'this is a value of somebody\'s own, as Invoke passes it on. Pass events_path="/path" to '
        "have such events POSTed to the app. Its keys: B, a.",
    ),
    "no keys": ({}, "Its keys: none."),
    "like a REST API's": ({"httpMethod": "GET"}, "rest_api, but requestContext is missing: add"),
    "rather like a REST API's": (
        {"httpMethod": "GET", "requestContext": 1},
        "the nearest is rest_api, whose requestContext is an object or null",
    ),
    "like an HTTP API's": ({"rawPath": "/"}, "the nearest is http_api, whose requestContext.http"),
    "like nothing": (
        {"Records": []},
        "no source and no trigger looks like it. If an emulator or a test wrote it, compare it",
    ),
    "keys that are no text": ({1: 2, "a": 3}, "Its keys: 1, a."),
}


@pytest.mark.parametrize(("event", "message"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_says_expected_got_and_next_step(event: Any, message: str) -> None:
    said = describe_event(event)

    assert said.startswith("Expected an HTTP event")
    assert message in said
    with pytest.raises(UnknownEvent) as caught:
        source_of(event)
    assert str(caught.value) == said


def test_a_message_shows_some_keys_and_none_that_could_forge_a_line() -> None:
    event = {f"Records{number:03}": 1 for number in range(99)} | {"A\nERROR forged": 1, "B" * 99: 1}

    said = describe_event(event)

    assert "Its keys: 'A\\nERROR forged', " + "B" * 64 + "…, Records000, " in said
    assert said.endswith(", Records017 and 81 more.")


def test_sources_are_found_by_their_names() -> None:
    assert {name: source_by_name(name).name for name in SOURCE_NAMES} == {
        name: name for name in SOURCE_NAMES
    }


def test_a_source_says_how_large_a_response_may_be() -> None:
    six = 6 * 1024 * 1024 + 100

    assert {source.name: source.limit({}) for source in (*all_sources(), PostedEvents("/"))} == {
        "events": six,
        "http_api": six,
        "rest_api": six,
        "function_url": six,
        "http_api_v1": six,
        "load_balancer": 1024 * 1024,
        "cloudfront": 40 * 1024,
        "vpc_lattice": six,
        "vpc_lattice_v1": six,
        "openwhisk": 1024 * 1024,
    }


@pytest.mark.parametrize(
    "forged",
    [
        {"httpMethod": "GET", "requestContext": {"identity": {"sourceIp": "127.0.0.1"}}},
        {"version": "1.0", "httpMethod": "GET", "requestContext": {}},
        {"requestContext": {"http": {"method": "GET"}}},
        {"requestContext": {"elb": {}}},
        {"method": "GET", "requestContext": {"serviceArn": "arn"}},
        {"raw_path": "/", "method": "GET"},
        {"Records": [{"cf": {"request": {"method": "GET"}}}]},
    ],
)
def test_what_a_client_adds_to_an_action_is_no_other_sources_event(forged: Any) -> None:
    event = {"__ow_method": "post", "__ow_headers": {}, "__ow_path": ""} | forged

    assert [source.name for source in all_sources() if source.matches(event)] == ["openwhisk"]


def test_a_source_of_ones_own_is_asked_first() -> None:
    class Own(PostedEvents):
        def matches(self, event: Any) -> bool:
            return isinstance(event, dict) and "mine" in event

    own = Own("/")
    rest = {"httpMethod": "GET", "requestContext": {}}

    assert find_source({"mine": 1, **rest}, [own]) is own
    assert find_source(rest, [own]) is rest_api
    assert find_source({}, [own]) is None


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "REQUEST", "body": "a"}, "direct"),
        ({"type": ["TOKEN"], "methodArn": "a"}, None),
        ({"eventSource": "aws:sqs"}, None),
        ({"eventSource": "aws:kafka"}, "kafka"),
        ({"Records": [{"eventSource": ["aws:sqs"]}]}, None),
        ({"Records": ["aws:sqs"]}, None),
        ({"Records": {}}, None),
        ({"requestContext": {"stage": "a"}}, None),
        ({"detail-type": "a"}, None),
        ({"detail-type": ["Scheduled Event"], "detail": {}}, "eventbridge"),
        ({"warmer": 1}, "direct"),
        ({"source": "serverless-plugin-lambda-warmup"}, "warmup"),
        ({"source": ["serverless-plugin-warmup"]}, "direct"),
    ],
)
def test_a_trigger_is_named_by_what_only_it_has(event: dict[str, Any], name: str | None) -> None:
    assert trigger_name(event) == name
    if name is None:
        with pytest.raises(UnknownEvent, match="no source and no trigger"):
            trigger_of(event)
