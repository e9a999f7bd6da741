"""LocalContext: what a handler finds in its context on a laptop."""

import re
from uuid import UUID

import pytest

from lambda_adapters.local.context import LocalContext


def test_a_context_has_what_lambda_passes() -> None:
    context = LocalContext(3, "movies")

    assert str(UUID(context.aws_request_id)) == context.aws_request_id
    assert context.function_name == "movies"
    assert context.function_version == "$LATEST"
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:123456789012:function:movies"
    assert context.memory_limit_in_mb == "128"
    assert context.log_group_name == "/aws/lambda/movies"
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", context.log_stream_name)
    assert context.identity is None
    assert context.client_context is None


def test_every_invocation_has_its_own_id() -> None:
    assert LocalContext().aws_request_id != LocalContext().aws_request_id


def test_the_time_left_is_counted_from_the_timeout() -> None:
    assert 29_000 < LocalContext().get_remaining_time_in_millis() <= 30_000
    assert 2_000 < LocalContext(3).get_remaining_time_in_millis() <= 3_000


def test_no_time_is_left_behind_the_timeout() -> None:
    assert LocalContext(-1).get_remaining_time_in_millis() == 0


@pytest.mark.parametrize(
    ("given", "name"),
    [("movie_service.function", "movie_service-function"), ("a:b", "a-b"), ("", "local")],
)
def test_a_module_becomes_a_name_that_a_function_can_have(given: str, name: str) -> None:
    assert LocalContext(function_name=given).function_name == name
