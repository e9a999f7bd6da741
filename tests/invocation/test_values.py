"""Request, Reply, Invocation and the exceptions."""

import pytest

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


def test_the_default_request_is_a_get_of_the_root() -> None:
    request = Request()

    assert (request.method, request.public_path, request.public_raw_path) == ("GET", "/", "/")
    assert (request.client, request.server) == (None, ("localhost", 443))


def test_the_public_path_starts_with_the_root_path() -> None:
    request = Request(root_path="/é b", path="/a/b", raw_path="/a%2Fb")

    assert request.public_path == "/é b/a/b"
    assert request.public_raw_path == "/%C3%A9%20b/a%2Fb"


def test_header_returns_the_first_value() -> None:
    request = Request(headers=[("a", "1"), ("b", ""), ("a", "2")])

    assert [request.header(name) for name in ("a", "b", "c", "A")] == ["1", "", None, None]


def test_two_requests_do_not_share_their_headers() -> None:
    Request().headers.append(("a", "1"))
    Reply().headers.append(("a", "1"))

    assert (Request().headers, Reply().headers) == ([], [])


def test_text_reply_and_json_reply_set_a_content_type() -> None:
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
def test_errors_have_a_message_and_a_status(error: BadRequest, status: int) -> None:
    assert (str(error), error.status) == ("a", status)
    assert isinstance(error, LambdaAdaptersError)


def test_every_error_is_a_lambda_adapters_error() -> None:
    for kind in (UnknownEvent, StartupFailed, ConfigurationError):
        assert issubclass(kind, LambdaAdaptersError)
    assert issubclass(ConfigurationError, ValueError)


def test_an_invocation_has_the_event_the_context_and_the_source() -> None:
    class Context:
        aws_request_id = "8c5a"

        def get_remaining_time_in_millis(self) -> int:
            return 1000

    event, context = {"a": 1}, Context()

    invocation = Invocation(event, context, rest_api)

    assert invocation.event is event
    assert invocation.context is context
    assert invocation.source is rest_api
    assert invocation.deadline is not None
    assert invocation.request_id == "8c5a"


@pytest.mark.parametrize("context", [None, object(), {"aws_request_id": "8c5a"}])
def test_an_invocation_without_a_lambda_context_has_no_id_and_no_deadline(context: object) -> None:
    invocation = Invocation({}, context, rest_api)

    assert (invocation.request_id, invocation.deadline) == ("-", None)
