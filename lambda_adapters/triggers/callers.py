"""The caller of a request: one class for the four formats of authorizers.

Sources: http-api-develop-integrations-lambda.html and api-gateway-mapping-template-reference.html
under docs.aws.amazon.com/apigateway/latest/developerguide/, and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
Only fields that the platform writes into `requestContext` count; clients can forge headers.
"""

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["jwt", "lambda", "iam", "cognito"]


class Caller:
    """A caller that an authorizer has accepted.

    `kind` is the kind of authorizer: `jwt`, `lambda`, `iam` or `cognito`. `principal` is the
    token's subject, the Lambda authorizer's principal or the IAM ARN; None if there is none.
    `claims` are the token's claims, the Lambda authorizer's context, or IAM's fields of the
    identity. `scopes` are the token's scopes.
    """

    __slots__ = ("claims", "kind", "principal", "scopes")

    def __init__(
        self,
        kind: Kind,
        principal: str | None,
        claims: Mapping[str, Any] | None = None,
        scopes: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.principal = principal
        self.claims: Mapping[str, Any] = {} if claims is None else claims
        self.scopes = scopes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Caller) and all(
            getattr(self, name) == getattr(other, name) for name in self.__slots__
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Leave out the claims: they may be personal, and a repr ends up in logs."""
        return f"Caller(kind={self.kind!r}, principal={self.principal!r}, scopes={self.scopes!r})"


def caller_of(event: Any) -> Caller | None:
    """Return the caller of an HTTP or WebSocket event; None if no authorizer was used."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict):
        return None
    authorizer, identity = context.get("authorizer"), context.get("identity")
    if not authorizer and not (isinstance(identity, dict) and identity.get("userArn")):
        return None  # no authorizer was used
    if "__ow_method" in event:
        return None  # OpenWhisk has no authorizers, and its clients can add keys
    if isinstance(authorizer, dict) and authorizer:
        return _caller_from_authorizer(authorizer, context, event)
    return _caller_from_identity(context)


def _caller_from_authorizer(
    authorizer: dict[str, Any], context: dict[str, Any], event: dict[str, Any]
) -> Caller | None:
    if _dict_or_empty(authorizer.get("jwt")):
        return _caller_from_token("jwt", authorizer["jwt"])
    if _dict_or_empty(authorizer.get("iam")):
        return _caller_from_iam(authorizer["iam"])
    lambda_context = authorizer.get("lambda", "")
    if lambda_context is None or isinstance(lambda_context, dict):
        return _caller_from_lambda(_dict_or_empty(lambda_context))
    if _dict_or_empty(authorizer.get("claims")):
        is_http_api = event.get("version") == "1.0"
        return _caller_from_token("jwt" if is_http_api else "cognito", authorizer)
    own = {key: value for key, value in authorizer.items() if key not in _NOT_CONTEXT}
    return _caller_from_lambda(own) if own else _caller_from_identity(context)


# Keys beside a Lambda authorizer's context; HTTP APIs in format 1.0 have the last two as null.
_NOT_CONTEXT = frozenset({"integrationLatency", "claims", "scopes"})


def _dict_or_empty(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _caller_from_token(kind: Kind, token: dict[str, Any]) -> Caller:
    claims = _dict_or_empty(token.get("claims"))
    scopes = token.get("scopes")
    if not isinstance(scopes, list):
        scope = claims.get("scope", claims.get("scp"))
        scopes = scope.split() if isinstance(scope, str) else []
    principal = next((claims[key] for key in _SUBJECTS if isinstance(claims.get(key), str)), None)
    return Caller(kind, principal, claims, tuple(s for s in scopes if isinstance(s, str)))


# RFC 7519 §4.1.2; a machine-to-machine token may have only a client id.
_SUBJECTS = ("sub", "client_id")


def _caller_from_lambda(context: dict[str, Any]) -> Caller:
    principal = context.get("principalId")
    claims = {key: value for key, value in context.items() if key != "principalId"}
    return Caller("lambda", principal if isinstance(principal, str) else None, claims)


def _caller_from_iam(identity: dict[str, Any]) -> Caller | None:
    arn = identity.get("userArn")
    return Caller("iam", arn, identity) if isinstance(arn, str) and arn else None


def _caller_from_identity(context: dict[str, Any]) -> Caller | None:
    """Return the IAM caller of REST APIs and format 1.0, without fields about the connection."""
    identity = context.get("identity")
    if not isinstance(identity, dict) or not identity.get("userArn"):
        return None
    connection_keys = ("sourceIp", "userAgent", "clientCert")
    return _caller_from_iam(
        {
            key: value
            for key, value in identity.items()
            if value is not None and key not in connection_keys
        }
    )
