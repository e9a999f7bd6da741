"""Recognition of sources and triggers, and the message for an unknown event."""

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
    "an SQS event": (
        {"Records": [{"eventSource": "aws:sqs"}]},
        'this one is from sqs. Pass events_path="/path" to have such events POSTed to the app, or '
        "route them to a function with router.on(...). Its keys: Records.",
    ),
    "an authorizer event": (
        {"type": "TOKEN", "methodArn": "a"},
        "this one asks a Lambda authorizer whether a request may pass, and is not a request: "
        "attach a separate function as the authorizer. Its keys: methodArn, type.",
    ),
    "a WebSocket event": (
        {"requestContext": {"connectionId": "a"}},
        "this one is from a WebSocket API, which an Adapter does not serve. Its keys: "
        "requestContext.",
    ),
    "a CloudFront event": (
        {"Records": [{"cf": {}}]},
        "this one is from CloudFront (Lambda@Edge), but is not a request",
    ),
    "almost a VPC Lattice event": (
        {"raw_path": "/"},
        "the nearest is vpc_lattice_v1, which has a method",
    ),
    "a custom value": (
        {"a": 1, "B": 2},
        'this one is a custom value that Invoke passed on unchanged. Pass events_path="/path" to '
        "have such events POSTed to the app. Its keys: B, a.",
    ),
    "no keys": ({}, "Its keys: none."),
    "a REST API event without requestContext": (
        {"httpMethod": "GET"},
        "rest_api, but requestContext is missing: add",
    ),
    "a REST API event with an invalid requestContext": (
        {"httpMethod": "GET", "requestContext": 1},
        "the nearest is rest_api, whose requestContext is an object or null",
    ),
    "an HTTP API event without requestContext": (
        {"rawPath": "/"},
        "the nearest is http_api, whose requestContext.http",
    ),
    "a Records event without records": (
        {"Records": []},
        "no source and no trigger matches it. If an emulator or a test wrote it, compare it",
    ),
    "keys that are not text": ({1: 2, "a": 3}, "Its keys: 1, a."),
}


@pytest.mark.parametrize(("event", "message"), MESSAGES.values(), ids=MESSAGES)
def test_the_message_for_an_unknown_event_names_its_kind_and_keys(event: Any, message: str) -> None:
    text = describe_event(event)

    assert text.startswith("Expected an HTTP event")
    assert message in text
    with pytest.raises(UnknownEvent) as error:
        source_of(event)
    assert str(error.value) == text


def test_the_message_for_an_unknown_event_shortens_and_escapes_keys() -> None:
    event = {f"Records{number:03}": 1 for number in range(99)} | {
        "A\nERROR forged": 1,
        "B" * 99: 1,
    }

    text = describe_event(event)

    assert "Its keys: 'A\\nERROR forged', " + "B" * 64 + "…, Records000, " in text
    assert text.endswith(", Records017 and 81 more.")


def test_source_by_name_finds_every_source() -> None:
    assert {name: source_by_name(name).name for name in SOURCE_NAMES} == {
        name: name for name in SOURCE_NAMES
    }


def test_each_source_has_a_response_size_limit() -> None:
    six_mb = 6 * 1024 * 1024 + 100

    assert {source.name: source.limit({}) for source in (*all_sources(), PostedEvents("/"))} == {
        "events": six_mb,
        "http_api": six_mb,
        "rest_api": six_mb,
        "function_url": six_mb,
        "http_api_v1": six_mb,
        "load_balancer": 1024 * 1024,
        "cloudfront": 40 * 1024,
        "vpc_lattice": six_mb,
        "vpc_lattice_v1": six_mb,
        "openwhisk": 1024 * 1024,
    }


@pytest.mark.parametrize(
    "extra_keys",
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
def test_parameters_of_an_openwhisk_action_do_not_match_another_source(extra_keys: Any) -> None:
    event = {"__ow_method": "post", "__ow_headers": {}, "__ow_path": ""} | extra_keys

    assert [source.name for source in all_sources() if source.matches(event)] == ["openwhisk"]


def test_custom_sources_are_matched_first() -> None:
    class CustomSource(PostedEvents):
        def matches(self, event: Any) -> bool:
            return isinstance(event, dict) and "mine" in event

    custom = CustomSource("/")
    rest = {"httpMethod": "GET", "requestContext": {}}

    assert find_source({"mine": 1, **rest}, [custom]) is custom
    assert find_source(rest, [custom]) is rest_api
    assert find_source({}, [custom]) is None


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
def test_a_trigger_is_recognized_by_its_own_keys(event: dict[str, Any], name: str | None) -> None:
    assert trigger_name(event) == name
    if name is None:
        with pytest.raises(UnknownEvent, match="no source and no trigger"):
            trigger_of(event)
