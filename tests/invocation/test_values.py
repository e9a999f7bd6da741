"""Request, Reply, the errors, the sink and the call: small values that everything shares."""

import pytest

import lambda_adapters
from lambda_adapters import (
    AppError,
    BadRequest,
    ConfigurationError,
    FailedStatus,
    LambdaAdaptersError,
    Reply,
    Request,
    StartupFailed,
    UnknownEvent,
)
from lambda_adapters.http.messages import json_reply, text_reply
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.sources.api_gateway import rest_api


def test_a_request_is_of_the_root_unless_it_says_otherwise() -> None:
    request = Request()

    assert (request.method, request.public_path, request.public_raw_path) == ("GET", "/", "/")
    assert (request.client, request.server) == (None, ("localhost", 443))


def test_the_public_path_begins_with_the_root() -> None:
    request = Request(root_path="/é b", path="/a/b", raw_path="/a%2Fb")

    assert request.public_path == "/é b/a/b"
    assert request.public_raw_path == "/%C3%A9%20b/a%2Fb"


def test_the_first_value_of_a_header_is_found_by_its_name() -> None:
    request = Request(headers=[("a", "1"), ("b", ""), ("a", "2")])

    assert [request.header(name) for name in ("a", "b", "c", "A")] == ["1", "", None, None]


def test_neither_a_request_nor_a_reply_shows_what_may_be_secret() -> None:
    secret = [("authorization", "Bearer s3cret")]
    shown = repr(Request(query="token=s3cret", headers=secret, body=b"s3cret"))
    shown += repr(Reply(headers=secret, body=b"s3cret"))

    assert "s3cret" not in shown


def test_two_requests_do_not_share_their_headers() -> None:
    Request().headers.append(("a", "1"))
    Reply().headers.append(("a", "1"))

    assert (Request().headers, Reply().headers) == ([], [])


def test_the_librarys_own_answers_are_short() -> None:
    assert text_reply(404, "é") == Reply(
        404, [("content-type", "text/plain; charset=utf-8")], b"\xc3\xa9", True
    )
    assert json_reply(500, "{}") == Reply(500, [("content-type", "application/json")], b"{}", True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadRequest("a"), 400),
        (BadRequest("a", 413), 413),
        (AppError("a"), 500),
        (AppError("a", 504), 504),
        (FailedStatus("a", 503), 503),
    ],
)
def test_an_error_tells_its_status(error: BadRequest, status: int) -> None:
    assert (str(error), error.status) == ("a", status)
    assert isinstance(error, LambdaAdaptersError)


def test_every_error_is_one_of_the_librarys() -> None:
    for kind in (UnknownEvent, StartupFailed, ConfigurationError):
        assert issubclass(kind, LambdaAdaptersError)
    assert issubclass(ConfigurationError, ValueError)


def test_public_names_are_sorted_and_there() -> None:
    assert lambda_adapters.__all__ == sorted(lambda_adapters.__all__)
    assert all(hasattr(lambda_adapters, name) for name in lambda_adapters.__all__)


def test_a_call_brings_what_lambda_passed() -> None:
    class Context:
        aws_request_id = "8c5a"

        def get_remaining_time_in_millis(self) -> int:
            return 1000

    event, context = {"a": 1}, Context()

    call = Invocation(event, context, rest_api)

    assert call.event is event
    assert call.context is context
    assert call.source is rest_api
    assert call.deadline is not None
    assert call.request_id == "8c5a"


@pytest.mark.parametrize("context", [None, object(), {"aws_request_id": "8c5a"}])
def test_a_call_without_a_real_context_has_neither_id_nor_deadline(context: object) -> None:
    call = Invocation({}, context, rest_api)

    assert (call.request_id, call.deadline) == ("-", None)
