"""What an app sees of an event: its whole scope, or its whole environ."""

from typing import Any
from wsgiref.validate import validator

import asgi_lambda
import wsgi_lambda

Scope = dict[str, Any]
Environ = dict[str, Any]


def scope_for(event: Any, **options: Any) -> Scope:
    """The scope that an ASGI app gets, behind an adapter with these options."""
    seen: list[Scope] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    response = asgi_lambda.Adapter(app, lifespan="off", **options)(event)
    assert int(response.get("statusCode", response.get("status"))) == 200
    return seen[0]


def environ_for(event: Any, **options: Any) -> Environ:
    """The environ that a WSGI app gets; wsgiref's validator has looked at it too."""
    seen: list[Environ] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    response = wsgi_lambda.Adapter(validator(app), **options)(event)
    assert int(response.get("statusCode", response.get("status"))) == 200
    return seen[0]


def values(scope: Scope, name: bytes) -> list[bytes]:
    """All values of one header in a scope."""
    return [value for key, value in scope["headers"] if key == name]


def parts(whole: dict[str, Any], *names: str) -> dict[str, Any]:
    """Some keys of a scope or environ, those that it lacks left out."""
    return {name: whole[name] for name in names if name in whole}
