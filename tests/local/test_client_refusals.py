"""Client: what a front refuses, limits and passes on as an exception."""

import json
from typing import Any

import pytest

from lambda_adapters import FailedStatus
from lambda_adapters.local import Client
from tests.local.playing import REFUSALS, MakeHandler, Pairs, Played, Seen, client_of, plain


def test_an_exception_of_the_handler_reaches_the_test(played: Played) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        client_of(handler, played).get("/")


def test_without_raise_exceptions_the_front_answers(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise LookupError("no such thing")

    reply = client_of(handler, played, raise_exceptions=False).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[played[0]]
    assert caplog.messages == ["The handler raised an exception."]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is LookupError


def test_a_response_that_cannot_be_json_is_the_handlers_fault(played: Played) -> None:
    def handler(event: Any, context: Any) -> Any:
        return {"statusCode": 200, "body": b"bytes"}

    with pytest.raises(TypeError, match="bytes is not JSON serializable"):
        client_of(handler, played).get("/")


def test_an_adapter_turns_an_exception_of_its_app_into_a_500(
    played: Played, make_handler: MakeHandler
) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        raise LookupError("no such thing")

    assert client_of(make_handler(answer), played).get("/").status_code == 500


def test_raise_on_statuses_reaches_the_test() -> None:
    from wsgi_lambda import Adapter

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("500 Internal Server Error", [])
        return []

    with pytest.raises(FailedStatus):
        Client(Adapter(app, raise_on_statuses=(500,))).get("/")


def test_a_response_up_to_the_limit_is_passed_on(played: Played) -> None:
    limit = 1024 * 1024 if played[0] == "load-balancer" else 6 * 1024 * 1024 + 100
    size = limit - len(json.dumps(plain("", played)))

    reply = client_of(lambda event, context: plain("x" * size, played), played).get("/")

    assert (reply.status_code, len(reply.content)) == (200, size)


def test_a_response_over_the_limit_is_refused(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    limit = 1024 * 1024 if played[0] == "load-balancer" else 6 * 1024 * 1024 + 100
    size = limit - len(json.dumps(plain("", played))) + 1

    reply = client_of(lambda event, context: plain("x" * size, played), played).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[played[0]]
    assert caplog.messages == [
        f"The response is too large for {played[0]}: {limit + 1} bytes, and {limit} are allowed, "
        "counted as JSON."
    ]


def test_a_request_over_the_limit_gets_413_and_no_function(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    # Two thirds of 6 MB of bytes are small enough until they are base64.
    size = 1024 * 1024 + 1 if played[0] == "load-balancer" else 5 * 1024 * 1024
    reply = client_of(handler, played).post("/", content=bytes(size))

    assert reply.status_code == 413
    if played[0] == "load-balancer":
        assert "<h1>413 Request Entity Too Large</h1>" in reply.text
    else:
        assert reply.json() == {"message": "Request Entity Too Large"}
    limit = 1024 * 1024 if played[0] == "load-balancer" else 6 * 1024 * 1024
    assert caplog.messages == [
        f"The request is too large for {played[0]}, which gives a function no more than {limit} "
        "bytes, base64 included. Send less, or upload to S3 by a link."
    ]


def test_a_request_just_below_the_limit_is_passed_on(played: Played) -> None:
    size = 1024 * 1024 if played[0] == "load-balancer" else 4 * 1024 * 1024
    sizes = []

    def handler(event: Any, context: Any) -> Any:
        sizes.append(len(event["body"]))
        return plain("", played)

    reply = client_of(handler, played).post(
        "/", content=bytes(size), headers={"content-type": "application/octet-stream"}
    )

    assert (reply.status_code, sizes) == (200, [(size + 2) // 3 * 4])


@pytest.mark.parametrize(
    ("front", "response", "got"),
    [
        ("rest-api", {"statusCode": 200, "cookies": []}, "dict with the keys cookies, statusCode"),
        ("rest-api", "hello", "str"),
        ("http-api", {"statusCode": "x"}, "dict with the keys statusCode"),
        ("http-api-v1", {}, "dict with the keys (none)"),
        ("function-url", {"statusCode": 200, "headers": []}, "dict with the keys headers, statusC"),
        ("load-balancer", {"statusCode": "200"}, "dict with the keys statusCode"),
        (
            "http-api",
            {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
            "dict with the keys heade",
        ),
        ("http-api", {"statusCode": 101}, "dict with the keys statusCode"),
    ],
)
def test_a_malformed_response_is_refused_and_explained(
    front: str, response: Any, got: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply = Client(lambda event, context: response, front).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[front]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"The response is not what {front} takes: got {got}")


def test_a_function_may_itself_answer_as_a_front_would(caplog: pytest.LogCaptureFixture) -> None:
    response = {
        "statusCode": 500,
        "headers": {"content-type": "application/json"},
        "body": '{"message":"Internal Server Error"}',
    }

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert (reply.status_code, reply.text) == REFUSALS["http-api"]
    assert caplog.messages == []


def test_a_value_of_a_header_beyond_latin_1_is_sent_as_utf_8() -> None:
    response = {"statusCode": 200, "headers": {"x-name": "Zoë Ł"}}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert dict(reply.headers.raw)[b"x-name"] == "Zoë Ł".encode()


def test_headers_of_the_connection_are_the_platforms_own() -> None:
    headers = {"connection": "close, x-hop", "transfer-encoding": "chunked", "x-hop": "1"}
    response = {"statusCode": 200, "headers": {"content-length": "9", **headers}, "body": "ok"}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert dict(reply.headers) == {"content-type": "application/json", "content-length": "2"}


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(status: int) -> None:
    response = {"statusCode": status, "body": "no", "headers": {"etag": "1", "content-length": "2"}}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert (reply.content, dict(reply.headers)) == (
        b"",
        {"etag": "1", "content-type": "application/json"},
    )


def test_event_and_response_travel_as_json() -> None:
    def handler(event: Any, context: Any) -> Any:
        event["headers"].clear()  # a copy: the next request is not touched
        return {"statusCode": 200, "multiValueHeaders": {"x-many": ("1", "2")}, "body": "ok"}

    client = Client(handler, "rest-api")

    assert [client.get("/").headers.get_list("x-many") for _ in range(2)] == [["1", "2"]] * 2
