"""Apps that tell what they saw, and Adapters of both kinds around them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import asgi_lambda
import wsgi_lambda


@dataclass
class Seen:
    """What the two apps were called with, and the Adapters that call them."""

    scopes: list[Any] = field(default_factory=list)
    environs: list[Any] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How often an app was called."""
        return len(self.scopes) + len(self.environs)

    def forget(self) -> None:
        """Hold nothing any longer."""
        self.scopes.clear()
        self.environs.clear()
        self.bodies.clear()

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """An ASGI app that answers 200."""
        self.scopes.append(scope)
        self.bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def wsgi(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """A WSGI app that answers 200."""
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b"{}"]

    def handlers(self, **options: Any) -> list[Any]:
        """Both Adapters."""
        return [
            asgi_lambda.Adapter(self.asgi, lifespan="off", **options),
            wsgi_lambda.Adapter(self.wsgi, **options),
        ]

    def served(self, event: Any, **options: Any) -> tuple[Any, Any]:
        """The scope and the environ that stand for an event."""
        for handler in self.handlers(**options):
            handler(event, None)
        return self.scopes[-1], self.environs[-1]


def replying(
    headers: list[tuple[str, str]], status: str = "200 OK", body: bytes = b""
) -> list[tuple[str, Any]]:
    """Both Adapters around apps that give this reply."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        start = {"type": "http.response.start", "status": int(status[:3]), "headers": sent}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, headers)
        return [body]

    return [
        ("asgi", asgi_lambda.Adapter(asgi, lifespan="off")),
        ("wsgi", wsgi_lambda.Adapter(wsgi)),
    ]
