"""Apps that record their input, apps with a given reply, and Adapters for both."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import asgi_lambda
import wsgi_lambda


@dataclass
class RecordingApps:
    """An ASGI and a WSGI app that record their input, and Adapters for them."""

    scopes: list[Any] = field(default_factory=list)
    environs: list[Any] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of calls of both apps."""
        return len(self.scopes) + len(self.environs)

    def clear(self) -> None:
        """Forget the recorded input."""
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
        """An Adapter for each app, with these options."""
        return [
            asgi_lambda.Adapter(self.asgi, lifespan="off", **options),
            wsgi_lambda.Adapter(self.wsgi, **options),
        ]

    def serve(self, event: Any, **options: Any) -> tuple[Any, Any]:
        """Return the scope and the environ for an event."""
        for handler in self.handlers(**options):
            handler(event, None)
        return self.scopes[-1], self.environs[-1]


def handlers_with_reply(
    headers: list[tuple[str, str]], status: str = "200 OK", body: bytes = b""
) -> list[tuple[str, Any]]:
    """The name and the Adapter of an ASGI app and a WSGI app that send this reply."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        header_bytes = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        start = {"type": "http.response.start", "status": int(status[:3]), "headers": header_bytes}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def wsgi(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, headers)
        return [body]

    return [
        ("asgi", asgi_lambda.Adapter(asgi, lifespan="off")),
        ("wsgi", wsgi_lambda.Adapter(wsgi)),
    ]
