"""The responses of a Lambda authorizer, in both formats.

Sources, under docs.aws.amazon.com/apigateway/latest/developerguide/:
api-gateway-lambda-authorizer-output.html, http-api-lambda-authorizer.html.
A REST API sends 401 if the function raises an exception whose message is `Unauthorized`, such as
`raise Unauthorized()`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lambda_adapters.errors import ConfigurationError

_MAX_RESOURCE_LENGTH = 512  # characters of an ARN in the policy


class Unauthorized(Exception):
    """Raise this in an authorizer to send 401 to the client."""

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
    """Return a policy: `principal` may call the `allow` resources and none of the `deny` resources.

    Resources are ARNs, such as the event's `methodArn` or `routeArn`, with `*` and `?` as
    wildcards. `context` is passed to the function behind the API (`aws.caller`): strings, numbers
    and booleans. `usage_key` is the API key whose usage plan applies. Raises ConfigurationError for
    a response that API Gateway would answer with 500.
    """
    if not isinstance(principal, str) or not principal:
        raise _error_from_value("principal", "a string that is not empty", principal)
    if not allow and not deny:
        raise ConfigurationError(
            "Expected a resource to allow or to deny, got none. "
            'Next: allow=[event["methodArn"]], or deny=[...] to send 403.'
        )
    effects = (("Allow", allow), ("Deny", deny))
    statements = [_statement(effect, resources) for effect, resources in effects if resources]
    response: dict[str, Any] = {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    if context is not None:
        response["context"] = _check_policy_context(context)
    if usage_key is not None:
        if not isinstance(usage_key, str):
            raise _error_from_value("usage_key", "a string", usage_key)
        response["usageIdentifierKey"] = usage_key
    return response


def simple_response(authorized: bool, context: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a simple response, for HTTP APIs whose authorizer has simple responses enabled.

    `context` may hold any JSON. Raises ConfigurationError for other values.
    """
    if not isinstance(authorized, bool):
        raise _error_from_value("authorized", "True or False", authorized)
    response: dict[str, Any] = {"isAuthorized": authorized}
    if context is not None:
        response["context"] = _check_context(context)
    return response


def _statement(effect: str, resources: Sequence[str]) -> dict[str, Any]:
    if not isinstance(resources, (list, tuple)) or not all(map(_is_resource, resources)):
        expected = f"a list of ARNs of at most {_MAX_RESOURCE_LENGTH} characters"
        raise _error_from_value(effect.lower(), expected, resources)
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": list(resources)}


def _is_resource(resource: object) -> bool:
    return (
        isinstance(resource, str)
        and len(resource) <= _MAX_RESOURCE_LENGTH
        and (resource == "*" or resource.startswith("arn:"))
    )


def _check_policy_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a context whose values are strings, numbers and booleans."""
    for name, value in _check_context(context).items():
        if not isinstance(value, (str, int, float, bool)):
            raise _error_from_value(f"context[{name!r}]", "a string, number or boolean", value)
    return dict(context)


def _check_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a context that is JSON and does not use the reserved name `claims`."""
    if not isinstance(context, Mapping) or not all(isinstance(name, str) for name in context):
        raise _error_from_value("context", "a dict whose keys are strings", context)
    if "claims" in context:
        raise ConfigurationError(
            "Expected a context without 'claims', got one with it: API Gateway reserves this name. "
            "Next: use another name."
        )
    try:
        json.dumps(dict(context), allow_nan=False)
    except (RecursionError, TypeError, ValueError):
        raise ConfigurationError("Expected a context that is JSON, got one that is not.") from None
    return dict(context)


def _error_from_value(name: str, expected: str, value: object) -> ConfigurationError:
    return ConfigurationError(f"Expected {expected} as {name}, got {type(value).__name__}.")
