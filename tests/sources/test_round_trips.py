"""There and back again is the same, less the losses; and both kinds of app answer alike."""

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
from tests.sources.losses import comparable, what_arrives, what_returns
from tests.sources.strategies import FRONTS, replies, requests

at_every_front = pytest.mark.parametrize(("source", "front"), FRONTS.values(), ids=FRONTS)


@at_every_front
@given(data=st.data())
def test_an_event_made_of_a_request_gives_the_request_less_the_losses(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))

    event = json.loads(json.dumps(source.event_from_request(request, front)))

    assert [known for known in all_sources() if known.matches(event)] == [source]
    arrived = source.request_from_event(event)
    assert comparable(source, arrived) == what_arrives(source, front, request)


@at_every_front
@given(data=st.data())
def test_a_response_made_of_a_reply_gives_the_reply_less_the_losses(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))
    reply = data.draw(replies())
    event = source.event_from_request(request, front)

    response = json.loads(json.dumps(source.response_from_reply(reply, event)))

    returned = source.reply_from_response(response, request, front)
    assert returned == what_returns(source, front, request, reply)


@at_every_front
@given(data=st.data())
def test_an_asgi_and_a_wsgi_app_see_the_same_and_answer_alike(
    source: Source, front: Front, data: st.DataObject
) -> None:
    request = data.draw(requests(source, front))
    reply = data.draw(replies(("set-cookie", "content-type", "connection", "x-kind")))
    reply.reason = ""
    if request.method == "HEAD" or reply.status in (204, 304):
        reply.body = b""  # no server sends one, and neither adapter does
    event = source.event_from_request(request, front)

    responses = [handler(event, None) for handler in _handlers(reply)]

    assert _read(responses[0]) == _read(responses[1])
    returned = source.reply_from_response(responses[0], request, front)
    assert returned.status == what_returns(source, front, request, reply).status


def _handlers(reply: Any) -> list[Callable[[Any, Any], Any]]:
    return [
        asgi_lambda.Adapter(asgi_echo(reply), lifespan="off"),
        wsgi_lambda.Adapter(wsgi_echo(reply)),
    ]


def _read(response: dict[str, Any]) -> dict[str, Any]:
    """The response, its body read where it is what an echo saw: the order of keys is its own."""
    body = response.get("body", "")
    return {**response, "body": json.loads(body)} if body.startswith('{"method"') else response
