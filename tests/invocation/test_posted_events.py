"""PostedEvents: events that are sent to the app as POST requests with JSON."""

from typing import Any

import pytest

from lambda_adapters import AppError, FailedStatus, Front, Reply, Request
from lambda_adapters.invocation.posted_events import PostedEvents

POSTED = PostedEvents("/hooks/é b")
JSON = [("content-type", "application/json")]


@pytest.mark.parametrize("event", [{}, {"Records": []}, [], "a", None, {"httpMethod": "GET"}])
def test_no_event_matches(event: Any) -> None:
    assert not POSTED.matches(event)


def test_an_event_is_posted_as_json() -> None:
    request = POSTED.request_from_event({"a": "é\ud800"})

    assert request == Request(
        "POST",
        path="/hooks/é b",
        raw_path="/hooks/%C3%A9%20b",
        headers=[*JSON, ("content-length", "21")],
        body=b'{"a": "\\u00e9\\ud800"}',
    )


@pytest.mark.parametrize("event", [{"a": [1, None, "é"]}, [], "a", 5, None])
def test_event_from_request_returns_the_posted_event(event: Any) -> None:
    assert POSTED.event_from_request(POSTED.request_from_event(event), Front()) == event


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply(200, [], b'{"batchItemFailures": []}'), {"batchItemFailures": []}),
        (Reply(299, [], b'"a"'), "a"),
        (Reply(204), None),
        (Reply(200, [], b"null"), None),
    ],
)
def test_the_json_of_a_2xx_reply_is_the_result(reply: Reply, result: Any) -> None:
    assert POSTED.response_from_reply(reply, {}) == result


@pytest.mark.parametrize("status", [199, 300, 404, 500])
def test_a_status_that_is_not_2xx_raises_failed_status(status: int) -> None:
    with pytest.raises(FailedStatus, match=f"with {status}; anything but 2xx") as error:
        POSTED.response_from_reply(Reply(status, [], b"{}"), {})

    assert error.value.status == status


@pytest.mark.parametrize("body", [b"<p>", b"\xff\xfe\xfd", b"{"])
def test_a_reply_that_is_not_json_raises_app_error(body: bytes) -> None:
    with pytest.raises(AppError, match="not JSON; expected JSON") as error:
        POSTED.response_from_reply(Reply(200, [], body), {})

    assert error.value.status == 500


def test_reply_from_response_returns_the_result_as_json() -> None:
    reply = POSTED.reply_from_response({"a": 1}, Request(), Front())

    assert reply == Reply(200, JSON, b'{"a": 1}', True)
    assert POSTED.refusal().status == 500
