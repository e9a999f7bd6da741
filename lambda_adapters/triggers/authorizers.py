"""What a Lambda authorizer answers, in both formats; what API Gateway would refuse is no answer.

Sources, under docs.aws.amazon.com/apigateway/latest/developerguide/:
api-gateway-lambda-authorizer-output.html, http-api-lambda-authorizer.html.
A REST API sends 401 where the function raises an exception whose message is `Unauthorized`; that
is `raise Unauthorized()`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lambda_adapters.errors import ConfigurationError

_MOST_RESOURCE = 512  # characters of an ARN in the policy


class Unauthorized(Exception):
    """Raised by an authorizer: the client gets 401."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def policy(
    principal: str,
    *,
    allow: Sequence[str] = (),
    deny: Sequence[str] = (),
    context: Mapping[str, Any] | None = None,
    usage_key: str | None = None,
) -> dict[str, Any]:
    """A policy: `principal` may call the `allow` resources and none of the `deny` ones.

    Resources are ARNs, such as the event's own `methodArn` or `routeArn`, with `*` and `?` as
    wildcards. `context` is what the function behind the API is told (`aws.caller`): strings,
    numbers and booleans. `usage_key`: the API key that counts. Raises ConfigurationError for what
    API Gateway would answer with 500.
    """
    if not isinstance(principal, str) or not principal:
        raise _wrong("principal", "a text that is not empty", principal)
    if not allow and not deny:
        raise ConfigurationError(
            "Expected a resource to allow or to deny, got none. "
            'Next: allow=[event["methodArn"]], or deny=[...] to send 403.'
        )
    given = (("Allow", allow), ("Deny", deny))
    statements = [_statement(effect, resources) for effect, resources in given if resources]
    answer: dict[str, Any] = {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    if context is not None:
        answer["context"] = _flat(context)
    if usage_key is not None:
        if not isinstance(usage_key, str):
            raise _wrong("usage_key", "a text", usage_key)
        answer["usageIdentifierKey"] = usage_key
    return answer


def simple(authorized: bool, context: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A simple answer, for HTTP APIs whose authorizer has simple responses enabled; `context` may
    hold any JSON."""
    if not isinstance(authorized, bool):
        raise _wrong("authorized", "True or False", authorized)
    answer: dict[str, Any] = {"isAuthorized": authorized}
    if context is not None:
        answer["context"] = _named(context)
    return answer


def _statement(effect: str, resources: Sequence[str]) -> dict[str, Any]:
    if not isinstance(resources, (list, tuple)) or not all(map(_is_resource, resources)):
        raise _wrong(
            effect.lower(), f"a list of ARNs of at most {_MOST_RESOURCE} characters", resources
        )
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": list(resources)}


def _is_resource(resource: object) -> bool:
    return (
        isinstance(resource, str)
        and len(resource) <= _MOST_RESOURCE
        and (resource == "*" or resource.startswith("arn:"))
    )


def _flat(context: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in _named(context).items():
        if not isinstance(value, (str, int, float, bool)):
            raise _wrong(f"context[{name!r}]", "a text, number or boolean", value)
    return dict(context)


def _named(context: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(context, Mapping) or not all(isinstance(name, str) for name in context):
        raise _wrong("context", "a dict whose keys are texts", context)
    if "claims" in context:
        raise ConfigurationError(
            "Expected a context without 'claims', got one with it: the name is API Gateway's own. "
            "Next: give it another one."
        )
    try:
        json.dumps(dict(context), allow_nan=False)
    except (RecursionError, TypeError, ValueError):
        raise ConfigurationError("Expected a context that is JSON, got one that is not.") from None
    return dict(context)


def _wrong(name: str, expected: str, value: object) -> ConfigurationError:
    return ConfigurationError(f"Expected {expected} as {name}, got {type(value).__name__}.")
