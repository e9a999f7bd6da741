"""What an authorizer answers, and what API Gateway would refuse."""

from typing import Any

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.triggers.authorizers import Unauthorized, policy, simple

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/users"


def test_a_policy_allows_and_denies_resources() -> None:
    assert policy(
        "zoe",
        allow=[ARN],
        deny=[ARN + "/secret", "*"],
        context={"tenant": "acme", "level": 3, "beta": True},
        usage_key="key-1",
    ) == {
        "principalId": "zoe",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [ARN]},
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Deny",
                    "Resource": [ARN + "/secret", "*"],
                },
            ],
        },
        "context": {"tenant": "acme", "level": 3, "beta": True},
        "usageIdentifierKey": "key-1",
    }


def test_a_policy_may_only_deny() -> None:
    assert policy("zoe", deny=[ARN]) == {
        "principalId": "zoe",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [ARN]}],
        },
    }


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ((True,), {"isAuthorized": True}),
        ((False, {}), {"isAuthorized": False, "context": {}}),
        (
            (True, {"roles": ["a", "b"], "x": None}),
            {"isAuthorized": True, "context": {"roles": ["a", "b"], "x": None}},
        ),
    ],
)
def test_a_simple_answer_is_yes_or_no(given: Any, answer: Any) -> None:
    assert simple(*given) == answer


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: policy("", allow=[ARN]), "a text that is not empty as principal, got str"),
        (lambda: policy(7, allow=[ARN]), "as principal, got int."),  # type: ignore[arg-type]
        (lambda: policy("zoe"), "Expected a resource to allow or to deny, got none."),
        (lambda: policy("zoe", allow=ARN), "Expected a list of ARNs of at most 512 characters as"),
        (lambda: policy("zoe", allow=["users"]), "as allow, got list."),
        (lambda: policy("zoe", deny=[ARN + "x" * 500]), "as deny, got list."),
        (
            lambda: policy("zoe", allow=[ARN], context={"roles": ["a"]}),
            "Expected a text, number or boolean as context['roles'], got list.",
        ),
        (lambda: policy("zoe", allow=[ARN], context={"x": None}), "context['x'], got NoneType."),
        (lambda: policy("zoe", allow=[ARN], context=[1]), "Expected a dict whose keys are"),  # type: ignore[arg-type]
        (lambda: policy("zoe", allow=[ARN], context={"claims": 1}), "without 'claims'"),
        (lambda: policy("zoe", allow=[ARN], usage_key=1), "as usage_key, got int."),  # type: ignore[arg-type]
        (lambda: policy("zoe", deny=(a for a in [ARN])), "as deny, got generator."),  # type: ignore[arg-type]
        (lambda: policy("zoe", allow=[ARN], context={"a": float("nan")}), "a context that is JSON"),
        (lambda: simple(True, {"a": {1}}), "Expected a context that is JSON, got one that is"),
        (lambda: simple("yes"), "Expected True or False as authorized, got str."),  # type: ignore[arg-type]
        (lambda: simple(True, {1: "a"}), "Expected a dict whose keys are texts as"),  # type: ignore[dict-item]
    ],
)  # fmt: skip
def test_what_api_gateway_would_refuse_is_no_answer(build: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build()

    assert message in str(caught.value)


def test_unauthorized_says_exactly_what_api_gateway_looks_for() -> None:
    assert str(Unauthorized()) == "Unauthorized"
