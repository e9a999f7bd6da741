"""Who the platform says is calling: the authorizers' four shapes as one small record.

Sources: http-api-develop-integrations-lambda.html and api-gateway-mapping-template-reference.html
under docs.aws.amazon.com/apigateway/latest/developerguide/, and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
Only what the platform writes into `requestContext` counts; headers are anybody's.
"""

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["jwt", "lambda", "iam", "cognito"]


class Caller:
    """Whom an authorizer let through.

    `kind` is the authorizer's: `jwt`, `lambda`, `iam` or `cognito`. `principal` is the token's
    subject, the Lambda authorizer's principal or the IAM ARN; None where there is none.
    `claims` are the token's claims, the Lambda authorizer's context, or what IAM knows of the
    identity. `scopes` are the token's.
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
        """Without the claims: they may be personal, and a repr ends up in logs."""
        return f"Caller(kind={self.kind!r}, principal={self.principal!r}, scopes={self.scopes!r})"


def caller_of(event: Any) -> Caller | None:
    """The caller of an HTTP or WebSocket event; None where no authorizer was asked."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict):
        return None
    given, identity = context.get("authorizer"), context.get("identity")
    if not given and not (isinstance(identity, dict) and identity.get("userArn")):
        return None  # no authorizer was asked
    if "__ow_method" in event:
        return None  # OpenWhisk has none, and its clients can add keys
    if isinstance(given, dict) and given:
        return _of_authorizer(given, context, event)
    return _of_identity(context)


def _of_authorizer(
    given: dict[str, Any], context: dict[str, Any], event: dict[str, Any]
) -> Caller | None:
    if _map(given.get("jwt")):
        return _of_token("jwt", _map(given["jwt"]))
    if _map(given.get("iam")):
        return _of_iam(_map(given["iam"]))
    if "lambda" in given and (given["lambda"] is None or isinstance(given["lambda"], dict)):
        return _of_lambda(_map(given["lambda"]))
    if _map(given.get("claims")):
        is_http_api = event.get("version") == "1.0"
        return _of_token("jwt" if is_http_api else "cognito", given)
    own = {key: value for key, value in given.items() if key not in _NOT_CONTEXT}
    return _of_lambda(own) if own else _of_identity(context)


# Beside a Lambda authorizer's own context; HTTP APIs in format 1.0 have the last two as null.
_NOT_CONTEXT = frozenset({"integrationLatency", "claims", "scopes"})


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _of_token(kind: Kind, token: dict[str, Any]) -> Caller:
    claims = _map(token.get("claims"))
    scopes = token.get("scopes")
    if not isinstance(scopes, list):
        scope = claims.get("scope", claims.get("scp"))
        scopes = scope.split() if isinstance(scope, str) else []
    principal = next((claims[key] for key in _SUBJECTS if isinstance(claims.get(key), str)), None)
    return Caller(kind, principal, claims, tuple(s for s in scopes if isinstance(s, str)))


# RFC 7519 §4.1.2; a token of a machine's own may only have its client.
_SUBJECTS = ("sub", "client_id")


def _of_lambda(context: dict[str, Any]) -> Caller:
    principal = context.get("principalId")
    claims = {key: value for key, value in context.items() if key != "principalId"}
    return Caller("lambda", principal if isinstance(principal, str) else None, claims)


def _of_iam(identity: dict[str, Any]) -> Caller | None:
    arn = identity.get("userArn")
    return Caller("iam", arn, identity) if isinstance(arn, str) and arn else None


def _of_identity(context: dict[str, Any]) -> Caller | None:
    """REST's and format 1.0's, less what tells of the connection and not of the caller."""
    identity = context.get("identity")
    if not isinstance(identity, dict) or not identity.get("userArn"):
        return None
    of_connection = ("sourceIp", "userAgent", "clientCert")
    return _of_iam(
        {
            key: value
            for key, value in identity.items()
            if value is not None and key not in of_connection
        }
    )
