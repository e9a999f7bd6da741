"""LocalContext: the context that the local tools pass to a handler."""

import re
from uuid import UUID

import pytest

from lambda_adapters.local.context import LocalContext


def test_a_context_has_the_attributes_of_lambdas_context() -> None:
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


def test_every_context_has_another_request_id() -> None:
    assert LocalContext().aws_request_id != LocalContext().aws_request_id


def test_the_remaining_time_starts_at_the_timeout() -> None:
    assert 29_000 < LocalContext().get_remaining_time_in_millis() <= 30_000
    assert 2_000 < LocalContext(3).get_remaining_time_in_millis() <= 3_000


def test_the_remaining_time_is_not_negative() -> None:
    assert LocalContext(-1).get_remaining_time_in_millis() == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("movie_service.function", "movie_service-function"), ("a:b", "a-b"), ("", "local")],
)
def test_characters_that_a_function_name_cannot_have_are_replaced(name: str, expected: str) -> None:
    assert LocalContext(function_name=name).function_name == expected
