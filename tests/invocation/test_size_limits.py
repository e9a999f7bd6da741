"""The size of a response, as Lambda counts it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_adapters import Reply
from lambda_adapters.invocation.size_limits import may_exceed, size_over_limit
from lambda_adapters.sources.registry import SOURCE_NAMES, source_by_name

PY311 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
PY312 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}


def response(body: str, encoded: bool = False) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"a": "é"}, "body": body, "isBase64Encoded": encoded}


@pytest.mark.parametrize("body", ["", "a" * 70_000, '"\\\n\x01' * 20_000, "é玉😀" * 30_000])
@pytest.mark.parametrize("environment", [PY311, PY312, {}])
def test_the_size_is_the_size_of_the_json_that_the_runtime_sends(
    body: str, environment: dict[str, str]
) -> None:
    result = response(body)
    size = len(json.dumps(result, ensure_ascii=environment is not PY312).encode())

    assert size_over_limit(result, 0, environment) == size
    assert size_over_limit(result, size - 1, environment) == size
    assert size_over_limit(result, size, environment) is None


def test_the_size_of_a_base64_body_is_exact() -> None:
    result = response("AP8=" * 100_000, True)

    assert size_over_limit(result, 1, PY312) == len(json.dumps(result, ensure_ascii=False).encode())


def test_a_lone_surrogate_counts_as_one_byte() -> None:
    plain = json.dumps(response("?"), ensure_ascii=False).encode()
    assert size_over_limit(response("\ud800"), 0, PY312) == len(plain)


@pytest.mark.parametrize("result", ["h\u00e9llo", None, [1, "\u00e9"], 5, {"statusCode": 200}])
def test_the_size_of_any_result_is_the_size_of_its_json(result: Any) -> None:
    assert size_over_limit(result, 0, PY311) == len(json.dumps(result))
    assert size_over_limit(result, 0, PY312) == len(json.dumps(result, ensure_ascii=False).encode())
    assert size_over_limit(result, 100, PY311) is None


def test_the_default_environment_is_os_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11")
    escaped = size_over_limit(response("é"), 0)
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    plain = size_over_limit(response("é"), 0)

    # one é in the body, one in a header
    assert (escaped or 0) - (plain or 0) == 2 * (len("\\u00e9") - len("é".encode()))


@pytest.mark.parametrize("name", SOURCE_NAMES)
@given(
    st.text(max_size=300).map(str.encode) | st.binary(max_size=300),
    st.lists(st.tuples(st.text("ab", min_size=1), st.text(max_size=20)), max_size=5),
    st.booleans(),
)
def test_may_exceed_is_true_for_every_reply_over_the_limit(
    name: str, body: bytes, headers: list[tuple[str, str]], text: bool
) -> None:
    reply = Reply(200, headers, body, text, reason="x" * len(body))
    result = source_by_name(name).response_from_reply(reply, {})
    size = size_over_limit(result, 0, PY311)

    assert size is not None
    assert may_exceed(reply, size - 1)
    assert not may_exceed(reply, 10**6)
