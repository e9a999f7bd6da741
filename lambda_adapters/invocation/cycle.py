"""Cycle: one request and its reply under an adapter's options, whatever the app's protocol.

There is one cycle object for each request. The rules that hold for every reply are here;
`asgi_lambda.cycle` and `wsgi_lambda.cycle` add their protocol.
"""

import logging
from time import monotonic
from typing import Any, Protocol

from lambda_adapters.errors import AppError, FailedStatus, IncompleteReply
from lambda_adapters.http.body import is_compressed, is_text_type
from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.forwarded import client_by_hops
from lambda_adapters.http.headers import HOP_BY_HOP, is_safe_value, media_type, normal_name
from lambda_adapters.http.messages import Headers, Reply, Request, text_reply
from lambda_adapters.http.urls import path_from_raw, raw_path_below
from lambda_adapters.invocation.deadline import times_of
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.size_limits import too_large_error
from lambda_adapters.invocation.watchdog import THREAD_NAME, watchdog

_BODILESS = frozenset({204, 304})  # RFC 9110 §6.4.1: never with a body, whatever the app sends

# What a reply's header means for its body. INVALID: the name is not a token.
INVALID, OTHER, LENGTH, TYPE, ENCODING, CONNECTION = range(6)
_ROLES = dict.fromkeys(HOP_BY_HOP, CONNECTION) | {
    "content-length": LENGTH,
    "content-type": TYPE,
    "content-encoding": ENCODING,
}
_role: TextCache[str, int] = TextCache(
    lambda name: _ROLES.get(name, OTHER) if normal_name[name] else INVALID
)
logger = logging.getLogger("lambda_adapters")


class Server(Protocol):
    """What an adapter tells its cycles."""

    app: Any
    options: Options


class Cycle:
    """Takes the app's reply by `start`, `write` and `end`, and checks what a server would check.

    The reply goes to the sink as it comes; without one it is kept for `result`. Between `begin` and
    `close` the deadline is watched: when it is near, in another thread, `late` becomes true, the
    protocol's `_tell_app` is called, and all stacks are logged.
    """

    # The state at the beginning.
    started = False
    complete = False
    late = False
    deadline: float | None = None
    _watched = False
    _reply: Reply | None = None
    _failure: FailedStatus | None = None
    _length: int | None = None  # what Content-Length says
    _count = 0  # bytes of the body until now

    def __init__(
        self, server: Server, request: Request, invocation: Invocation, sink: Sink | None
    ) -> None:
        self.server = server
        self.request = request
        self.invocation = invocation
        self._sink = sink
        self._drops_body = request.method == "HEAD"
        self._chunks: list[bytes] = []
        options = server.options
        invocation.raise_on_statuses = options.raise_on_statuses
        if options.root_path != "auto":
            _set_root(request, options.root_path)
        if request.client is None:
            values = request.header_values("x-forwarded-for")
            request.client = client_by_hops(values, options.trusted_hops)

    def begin(self) -> bool:
        """Watch the deadline. False where the app must not be called, because the path is reserved
        for events; the client then gets a 404."""
        options = self.server.options
        self.deadline, act_at = times_of(self.invocation.context, options.deadline_margin)
        if act_at is not None:
            self._watched = True
            watchdog.watch(self, act_at)
        return options.events_path is None or not self._send_reserved(options.events_path)

    def close(self) -> None:
        """The app's part is over, however it ended."""
        if self._watched:
            watchdog.forget(self)
            if self.late:
                watchdog.wait_idle(((self.deadline or 0.0) - monotonic()) / 2)

    def result(self) -> Reply | None:
        """The reply, unless a sink has it. Raises FailedStatus where the reply fails the
        invocation, AppError where it is too large."""
        if self._failure is not None:
            raise self._failure
        if self._reply is not None and self._count > self.invocation.limit:
            name = self.invocation.source.name if self.invocation.source else ""
            raise too_large_error(name, self._count, self.invocation.limit)
        return self._reply

    def failed(self, error: AppError) -> AppError | FailedStatus:
        """The error to raise for an app that did not send its whole reply: FailedStatus by the
        options, IncompleteReply where the sink has the beginning."""
        if error.status in self.server.options.raise_on_statuses:
            failure = self._failed_status(error.status)
            failure.__cause__ = error
            return failure
        if self.started and self._sink is not None:
            incomplete = IncompleteReply(str(error), error.status)
            incomplete.__cause__ = error.__cause__
            return incomplete
        return error

    def start(self, status: int, headers: Headers, reason: str = "") -> None:
        """The reply's head, lower-case names; AppError where no server would send it."""
        if not 200 <= status <= 999:
            raise AppError(f"The app sent status {status}; expected 200 to 999.")
        options = self.server.options
        excluded = options.exclude_headers
        content_type, compressed, plain = "", False, not excluded
        header_map: dict[str, str] = {}
        size = len(reason)
        for name, value in headers:
            role = _role[name]
            safe = (value.isascii() and value.isprintable()) or is_safe_value(value)
            if not role or not safe:
                raise AppError(
                    "The app sent a header whose name is not a token, or whose value holds a "
                    "control character such as CR or LF; no server would pass it on."
                )
            if role != OTHER and name not in excluded:
                if role == TYPE:
                    content_type = value
                elif role == LENGTH:
                    self._length = _parse_length(value) if self._length is None else self._length
                elif role == ENCODING:
                    compressed = compressed or is_compressed(value)
                else:
                    plain = False
            header_map[name] = value
            size += len(name) + len(value)
        plain = plain and len(header_map) == len(headers)
        header_map.pop("content-length", None)
        if excluded:
            headers = [pair for pair in headers if pair[0] not in excluded]
        if status in _BODILESS:
            self._drops_body = True
        self.started = True
        if status in options.raise_on_statuses:
            self._failure = self._failed_status(status)
            return
        text = not compressed and (
            is_text_type[content_type]
            or bool(options.text_types and media_type(content_type) in options.text_types)
        )
        if self._sink is None:
            self._reply = Reply(
                status, headers, b"", text, reason, header_map if plain else None, size
            )
        else:
            self._sink.start(status, headers, reason, text)

    def write(self, data: bytes) -> None:
        """A piece of the body; AppError where it is more than Content-Length said.

        No more is kept than can be sent: an app that streams without end would fill the memory.
        """
        if self._drops_body:
            return
        self._count = count = self._count + len(data)
        if self._length is not None and count > self._length:
            raise AppError(
                f"The app's body is longer than its Content-Length of {self._length} bytes."
            )
        if self._sink is not None:
            if data and self._failure is None:
                self._sink.write(data)
        elif count <= self.invocation.limit:
            self._chunks.append(data)
        else:
            self._chunks.clear()

    def end(self) -> None:
        """The body is complete; AppError where it is less than Content-Length said."""
        length = self._length
        if length is not None and length != self._count and not self._drops_body:
            raise AppError(
                f"The app's body has {self._count} bytes; its Content-Length said {length}."
            )
        self.complete = True
        if self._reply is not None:
            chunks = self._chunks
            self._reply.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            self._chunks = []
        elif self._sink is not None and self._failure is None:
            self._sink.end()

    def at_deadline(self) -> None:
        """Called in the watchdog's thread."""
        from lambda_adapters.invocation.stacks import format_stacks, thread_stacks

        self.late = True
        try:
            stacks = self._stacks() + thread_stacks(besides=THREAD_NAME)
        finally:
            self._tell_app()
        # Reading the sources takes tens of milliseconds, so the app is told before.
        logger.error(
            "Request %s: %s %s is still running just before Lambda's deadline. All stacks:\n%s",
            self.invocation.request_id,
            self.request.method,
            self.request.raw_path,
            format_stacks(stacks),
        )

    def _stacks(self) -> list[Any]:
        """Stacks that a protocol has beyond the threads'; in the watchdog's thread."""
        return []

    def _tell_app(self) -> None:
        """The deadline is near; in the watchdog's thread. A plain function cannot be told."""

    def _send_reserved(self, reserved: str) -> bool:
        """If the path is reserved for events, send a 404 and return True.

        Frameworks differ in what else they route there, so every spelling is reserved. Apps strip
        root paths of their own, so it counts wherever a path ends in it.
        """
        if self.invocation.trigger is not None:
            return False
        from lambda_adapters.http.path_spellings import normalize_path

        path = normalize_path(self.request.public_path).lower()
        if not path.endswith(normalize_path(reserved).lower()):
            return False
        reply = text_reply(404, "Not Found")
        self.start(reply.status, reply.headers)
        self.write(reply.body)
        self.end()
        return True

    def _failed_status(self, status: int) -> FailedStatus:
        return FailedStatus(
            f"The app answered {self.request.method} {self.request.raw_path} with {status}, "
            "which raise_on_statuses turns into a failed invocation.",
            status,
        )


def _set_root(request: Request, root: str) -> None:
    """`root` as the platform's part: taken off the path where that holds it, like the stage."""
    if root == request.root_path:
        return
    below = None
    if root:
        whole = request.public_raw_path
        below = raw_path_below(whole, root) or raw_path_below(request.raw_path, root)
    raw_path = below or request.raw_path
    request.root_path, request.raw_path, request.path = root, raw_path, path_from_raw(raw_path)


def _parse_length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise AppError("The app sent a Content-Length that is not a number of bytes.")
    return int(value)
