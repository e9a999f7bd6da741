"""Client: what a front refuses, its limits, and exceptions of the handler."""

import json
from typing import Any

import pytest

from lambda_adapters import FailedStatus
from lambda_adapters.local import Client
from tests.local.local_fronts import (
    REFUSALS,
    AppRequest,
    FrontCase,
    MakeHandler,
    ViewReply,
    client_for,
    plain_response,
)


def test_an_exception_of_the_handler_is_raised_in_the_test(front_case: FrontCase) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        client_for(handler, front_case).get("/")


def test_without_raise_exceptions_the_front_sends_its_error_reply(
    front_case: FrontCase, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise LookupError("no such thing")

    reply = client_for(handler, front_case, raise_exceptions=False).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[front_case.name]
    assert caplog.messages == ["The handler raised an exception."]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is LookupError


def test_a_response_that_is_not_json_serializable_raises_type_error(front_case: FrontCase) -> None:
    def handler(event: Any, context: Any) -> Any:
        return {"statusCode": 200, "body": b"bytes"}

    with pytest.raises(TypeError, match="bytes is not JSON serializable"):
        client_for(handler, front_case).get("/")


def test_an_exception_of_an_app_gives_500(front_case: FrontCase, make_handler: MakeHandler) -> None:
    def view(request: AppRequest) -> ViewReply:
        raise LookupError("no such thing")

    assert client_for(make_handler(view), front_case).get("/").status_code == 500


def test_failed_status_is_raised_in_the_test() -> None:
    from wsgi_lambda import Adapter

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("500 Internal Server Error", [])
        return []

    with pytest.raises(FailedStatus):
        Client(Adapter(app, raise_on_statuses=(500,))).get("/")


def test_a_response_up_to_the_limit_is_passed_on(front_case: FrontCase) -> None:
    limit = 1024 * 1024 if front_case.name == "load-balancer" else 6 * 1024 * 1024 + 100
    size = limit - len(json.dumps(plain_response("", front_case)))

    reply = client_for(
        lambda event, context: plain_response("x" * size, front_case), front_case
    ).get("/")

    assert (reply.status_code, len(reply.content)) == (200, size)


def test_a_response_over_the_limit_is_refused(
    front_case: FrontCase, caplog: pytest.LogCaptureFixture
) -> None:
    limit = 1024 * 1024 if front_case.name == "load-balancer" else 6 * 1024 * 1024 + 100
    size = limit - len(json.dumps(plain_response("", front_case))) + 1

    reply = client_for(
        lambda event, context: plain_response("x" * size, front_case), front_case
    ).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[front_case.name]
    assert caplog.messages == [
        f"The response is too large for {front_case.name}: {limit + 1} bytes, and {limit} are "
        "allowed, counted as JSON."
    ]


def test_a_request_over_the_limit_gives_413_without_a_call_of_the_function(
    front_case: FrontCase, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("the function must not be called")

    # 5 MB are under the limit of 6 MB, but their base64 is over it.
    size = 1024 * 1024 + 1 if front_case.name == "load-balancer" else 5 * 1024 * 1024
    reply = client_for(handler, front_case).post("/", content=bytes(size))

    assert reply.status_code == 413
    if front_case.name == "load-balancer":
        assert "<h1>413 Request Entity Too Large</h1>" in reply.text
    else:
        assert reply.json() == {"message": "Request Entity Too Large"}
    limit = 1024 * 1024 if front_case.name == "load-balancer" else 6 * 1024 * 1024
    assert caplog.messages == [
        f"The request is too large for {front_case.name}, which passes at most {limit} bytes to a "
        "function, base64 included. Next: send less, or upload to S3."
    ]


def test_a_request_just_below_the_limit_is_passed_on(front_case: FrontCase) -> None:
    size = 1024 * 1024 if front_case.name == "load-balancer" else 4 * 1024 * 1024
    sizes = []

    def handler(event: Any, context: Any) -> Any:
        sizes.append(len(event["body"]))
        return plain_response("", front_case)

    reply = client_for(handler, front_case).post(
        "/", content=bytes(size), headers={"content-type": "application/octet-stream"}
    )

    assert (reply.status_code, sizes) == (200, [(size + 2) // 3 * 4])


@pytest.mark.parametrize(
    ("front", "response", "details"),
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
def test_a_malformed_response_is_refused_with_a_log_message(
    front: str, response: Any, details: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply = Client(lambda event, context: response, front).get("/")

    assert (reply.status_code, reply.text) == REFUSALS[front]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"The response is not valid for {front}: got {details}")


def test_a_valid_response_equal_to_a_refusal_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = {
        "statusCode": 500,
        "headers": {"content-type": "application/json"},
        "body": '{"message":"Internal Server Error"}',
    }

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert (reply.status_code, reply.text) == REFUSALS["http-api"]
    assert caplog.messages == []


def test_a_header_value_that_is_not_latin_1_is_sent_as_utf_8() -> None:
    response = {"statusCode": 200, "headers": {"x-name": "Zoë Ł"}}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert dict(reply.headers.raw)[b"x-name"] == "Zoë Ł".encode()


def test_hop_by_hop_headers_and_content_length_of_a_response_are_dropped() -> None:
    headers = {"connection": "close, x-hop", "transfer-encoding": "chunked", "x-hop": "1"}
    response = {"statusCode": 200, "headers": {"content-length": "9", **headers}, "body": "ok"}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert dict(reply.headers) == {"content-type": "application/json", "content-length": "2"}


@pytest.mark.parametrize("status", [204, 304])
def test_a_204_or_304_reply_has_no_body(status: int) -> None:
    response = {"statusCode": status, "body": "no", "headers": {"etag": "1", "content-length": "2"}}

    reply = Client(lambda event, context: response, "http-api").get("/")

    assert (reply.content, dict(reply.headers)) == (
        b"",
        {"etag": "1", "content-type": "application/json"},
    )


def test_event_and_response_are_copied_as_json() -> None:
    def handler(event: Any, context: Any) -> Any:
        event["headers"].clear()  # a copy: the next event is not changed
        return {"statusCode": 200, "multiValueHeaders": {"x-many": ("1", "2")}, "body": "ok"}

    client = Client(handler, "rest-api")

    assert [client.get("/").headers.get_list("x-many") for _ in range(2)] == [["1", "2"]] * 2
