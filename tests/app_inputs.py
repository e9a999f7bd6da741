"""The scope or the environ that an app gets for an event."""

from typing import Any
from wsgiref.validate import validator

import asgi_lambda
import wsgi_lambda

Scope = dict[str, Any]
Environ = dict[str, Any]


def scope_for(event: Any, **options: Any) -> Scope:
    """The scope that an Adapter with these options passes to an ASGI app."""
    scopes: list[Scope] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    response = asgi_lambda.Adapter(app, lifespan="off", **options)(event)
    assert int(response.get("statusCode", response.get("status"))) == 200
    return scopes[0]


def environ_for(event: Any, **options: Any) -> Environ:
    """The environ that an Adapter with these options passes to a WSGI app, after validation."""
    environs: list[Environ] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environs.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    response = wsgi_lambda.Adapter(validator(app), **options)(event)
    assert int(response.get("statusCode", response.get("status"))) == 200
    return environs[0]


def header_values(scope: Scope, name: bytes) -> list[bytes]:
    """All values of one header in a scope."""
    return [value for key, value in scope["headers"] if key == name]


def pick(mapping: dict[str, Any], *names: str) -> dict[str, Any]:
    """These keys of a scope or environ; missing keys are left out."""
    return {name: mapping[name] for name in names if name in mapping}
