"""Round trips: requests and replies come back unchanged, except for the documented losses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.sources.echo_apps import asgi_echo, wsgi_echo
from tests.sources.losses import expected_reply, expected_request, normalize_request
from tests.sources.strategies import FRONTS, replies, requests

for_every_front = pytest.mark.parametrize(("source", "front"), FRONTS.values(), ids=FRONTS)


@for_every_front
@given(data=st.data())
def test_a_request_comes_back_from_its_event_except_for_the_losses(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))

    event = json.loads(json.dumps(source.event_from_request(request, front)))

    assert [each for each in all_sources() if each.matches(event)] == [source]
    result = source.request_from_event(event)
    assert normalize_request(source, result) == expected_request(source, front, request)


@for_every_front
@given(data=st.data())
def test_a_reply_comes_back_from_its_response_except_for_the_losses(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))
    reply = data.draw(replies())
    event = source.event_from_request(request, front)

    response = json.loads(json.dumps(source.response_from_reply(reply, event)))

    result = source.reply_from_response(response, request, front)
    assert result == expected_reply(source, front, request, reply)


@for_every_front
@given(data=st.data())
def test_asgi_and_wsgi_apps_get_the_same_request_and_return_the_same_response(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))
    reply = data.draw(replies(("set-cookie", "content-type", "connection", "x-kind")))
    reply.reason = ""
    if request.method == "HEAD" or reply.status in (204, 304):
        reply.body = b""  # servers and adapters send no body here
    event = source.event_from_request(request, front)

    responses = [handler(event, None) for handler in _handlers(reply)]

    assert _parse_echo(responses[0]) == _parse_echo(responses[1])
    result = source.reply_from_response(responses[0], request, front)
    assert result.status == expected_reply(source, front, request, reply).status


def _handlers(reply: Any) -> list[Callable[[Any, Any], Any]]:
    return [
        asgi_lambda.Adapter(asgi_echo(reply), lifespan="off"),
        wsgi_lambda.Adapter(wsgi_echo(reply)),
    ]


def _parse_echo(response: dict[str, Any]) -> dict[str, Any]:
    """The response with the JSON of an echo app parsed: the order of its keys may differ."""
    body = response.get("body", "")
    return {**response, "body": json.loads(body)} if body.startswith('{"method"') else response
