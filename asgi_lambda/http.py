"""The HTTP conversation of ASGI as a state machine: no loop, no clock, no socket.

Source: asgi.readthedocs.io/en/latest/specs/www.html. Two choices differ from uvicorn's, both
documented: spec_version 2.4 (frameworks then stream without a task that watches for the client,
and `send` raises OSError once it is gone), and a `receive` behind the body waits until the reply
is complete or the deadline disconnects, because no client can be seen leaving.
"""

from collections.abc import MutableMapping
from typing import Any

from lambda_events.errors import AppError
from lambda_events.exchange import Exchange
from lambda_events.messages import Headers, Request
from lambda_events.names import Names

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]


START = "http.response.start"
BODY = "http.response.body"
# What the app may send next, once it has sent the first; behind the last body nothing may follow.
NEXT = {START: BODY, BODY: BODY}


def scope_of(request: Request, state: dict[str, Any], root_in_path: bool) -> Scope:
    """The connection scope. With root_in_path, both paths begin with root_path, as in uvicorn."""
    path, raw_path, root = request.path, request.raw_path, request.root_path
    if root and root_in_path:
        path, raw_path = request.public_path, request.public_raw_path
    host, port = request.server
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": request.http_version,
        "server": (host.strip("[]"), port),
        "client": request.client,
        "scheme": request.scheme,
        "method": request.method,
        "root_path": root,
        "path": path,
        "raw_path": raw_path.encode(),  # both are ASCII
        "query_string": request.query.encode(),
        "headers": [(_name_of[n], v.encode("latin-1")) for n, v in request.headers],
        "state": state,
    }


_name_of = Names(lambda name: name.encode("ascii"))


class Conversation:
    """One request's messages to the app, and the app's messages into the exchange.

    `complete`: the app has sent its whole reply. `disconnected`: set it when nobody waits for the
    reply any more. `broken`: the app's first fault.
    """

    __slots__ = ("_body", "_exchange", "_expected", "broken", "complete", "disconnected")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._body: bytes | None = exchange.request.body
        self._expected = START
        self.complete = False
        self.disconnected = False
        self.broken: AppError | None = None

    def next_message(self) -> Message | None:
        """What `receive` returns; None: it has to wait until the reply is complete or lost."""
        if self.disconnected or self.complete:
            return {"type": "http.disconnect"}
        if self._body is None:
            return None
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    def take(self, message: Message) -> None:
        """What `send` was given. AppError where the app broke the protocol, OSError where
        nobody waits for its reply any more; behind the end of the reply nothing happens."""
        if self.complete:
            return
        if self.disconnected:
            raise OSError("The client is gone: the deadline was reached before the reply.")
        kind = message.get("type") if isinstance(message, (dict, MutableMapping)) else None
        try:
            if kind != self._expected:
                raise AppError(f"Expected the ASGI message {self._expected!r}, got {kind!r}.")
            if kind == START:
                self._exchange.start(_status_of(message), _headers_of(message))
            else:
                body = message.get("body", b"")
                self._exchange.write(body if isinstance(body, bytes) else _bytes_of(body))
                if not message.get("more_body", False):
                    self._exchange.end()
                    self.complete = True
            self._expected = NEXT[kind]
        except AppError as error:
            self.broken = self.broken or error
            raise

    def missing(self) -> AppError:
        """What to say of an app that returned while the reply was not complete."""
        if self.broken is not None:
            return self.broken
        if self._expected == START:
            return AppError("The app returned without a response: no 'http.response.start' came.")
        return AppError(
            "The app returned in the middle of its response: no 'http.response.body' came "
            "without more_body=True."
        )


def _status_of(message: Message) -> int:
    status = message.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise AppError(f"Expected an int as status, got {type(status).__name__}.")
    return int(status)  # an HTTPStatus is an int, and JSON must see one


def _headers_of(message: Message) -> Headers:
    try:
        return [
            # RFC 9110 §5.5: white space around a value is not part of it
            (name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t"))
            for name, value in message.get("headers", ())
        ]
    except (AttributeError, TypeError, ValueError):
        raise AppError("Expected headers as pairs of bytes, got something else.") from None


def _bytes_of(body: object) -> bytes:
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    raise AppError(f"Expected bytes as body, got {type(body).__name__}.")
