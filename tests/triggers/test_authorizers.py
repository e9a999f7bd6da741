"""Responses of authorizers: `policy`, `simple_response` and `Unauthorized`."""

from typing import Any

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.triggers.authorizers import Unauthorized, policy, simple_response

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


def test_a_policy_can_only_deny() -> None:
    assert policy("zoe", deny=[ARN]) == {
        "principalId": "zoe",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [ARN]}],
        },
    }


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ((True,), {"isAuthorized": True}),
        ((False, {}), {"isAuthorized": False, "context": {}}),
        (
            (True, {"roles": ["a", "b"], "x": None}),
            {"isAuthorized": True, "context": {"roles": ["a", "b"], "x": None}},
        ),
    ],
)
def test_a_simple_response_allows_or_denies(arguments: Any, answer: Any) -> None:
    assert simple_response(*arguments) == answer


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: policy("", allow=[ARN]), "a string that is not empty as principal, got str"),
        (lambda: policy(7, allow=[ARN]), "as principal, got int."),  # type: ignore[arg-type]
        (lambda: policy("zoe"), "Expected a resource to allow or to deny, got none."),
        (lambda: policy("zoe", allow=ARN), "Expected a list of ARNs of at most 512 characters as"),
        (lambda: policy("zoe", allow=["users"]), "as allow, got list."),
        (lambda: policy("zoe", deny=[ARN + "x" * 500]), "as deny, got list."),
        (
            lambda: policy("zoe", allow=[ARN], context={"roles": ["a"]}),
            "Expected a string, number or boolean as context['roles'], got list.",
        ),
        (lambda: policy("zoe", allow=[ARN], context={"x": None}), "context['x'], got NoneType."),
        (lambda: policy("zoe", allow=[ARN], context=[1]), "Expected a dict whose keys are"),  # type: ignore[arg-type]
        (lambda: policy("zoe", allow=[ARN], context={"claims": 1}), "without 'claims'"),
        (lambda: policy("zoe", allow=[ARN], usage_key=1), "as usage_key, got int."),  # type: ignore[arg-type]
        (lambda: policy("zoe", deny=(a for a in [ARN])), "as deny, got generator."),  # type: ignore[arg-type]
        (lambda: policy("zoe", allow=[ARN], context={"a": float("nan")}), "a context that is JSON"),
        (lambda: simple_response(True, {"a": {1}}), "Expected a context that is JSON, got one"),
        (lambda: simple_response("yes"), "Expected True or False as authorized, got str."),  # type: ignore[arg-type]
        (lambda: simple_response(True, {1: "a"}), "Expected a dict whose keys are strings as"),  # type: ignore[dict-item]
    ],
)  # fmt: skip
def test_invalid_arguments_raise_configuration_error(build: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        build()

    assert message in str(error.value)


def test_the_message_of_unauthorized_is_the_one_api_gateway_expects() -> None:
    assert str(Unauthorized()) == "Unauthorized"
