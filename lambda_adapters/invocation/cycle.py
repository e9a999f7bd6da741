"""Cycle: one request to an app and its reply, for ASGI and WSGI.

There is one Cycle object per request. The rules for every reply are here; `asgi_lambda.cycle` and
`wsgi_lambda.cycle` add the protocol.
"""

import logging
from time import monotonic
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import AppError, FailedStatus, IncompleteReply
from lambda_adapters.http.body import is_compressed, is_text_type
from lambda_adapters.http.caches import TextCache
from lambda_adapters.http.forwarded import client_by_hops
from lambda_adapters.http.headers import HOP_BY_HOP, is_safe_value, media_type, normal_name
from lambda_adapters.http.messages import Headers, Reply, Request, text_reply
from lambda_adapters.http.urls import path_from_raw, raw_path_below
from lambda_adapters.invocation.deadline import times_of
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.size_limits import too_large_error
from lambda_adapters.invocation.watchdog import THREAD_NAME, watchdog

if TYPE_CHECKING:
    from lambda_adapters.invocation.app_handler import AppHandler

_BODILESS = frozenset({204, 304})  # RFC 9110 §6.4.1: never with a body, even if the app sends one

# What a reply's header means for its body, by the header's name. INVALID: the name is not a token.
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


class Cycle:
    """Receives the app's reply by `start`, `write` and `end`, and checks it as a server does.

    The reply goes to the sink at once; without a sink it is kept for `result`. The deadline is
    watched from `begin` to `close`: shortly before it, another thread sets `late`, calls
    `_tell_app` and logs all stacks.
    """

    # Initial state.
    started = False
    complete = False
    late = False
    deadline: float | None = None
    _watched = False
    _reply: Reply | None = None
    _failure: FailedStatus | None = None
    _length: int | None = None  # the value of Content-Length
    _count = 0  # bytes of the body so far

    def __init__(
        self, handler: "AppHandler", request: Request, invocation: Invocation, sink: Sink | None
    ) -> None:
        self.handler = handler
        self.request = request
        self.invocation = invocation
        self._sink = sink
        self._drops_body = request.method == "HEAD"
        self._chunks: list[bytes] = []
        options = handler.options
        invocation.raise_on_statuses = options.raise_on_statuses
        if options.root_path != "auto":
            _set_root(request, options.root_path)
        if request.client is None:
            values = request.header_values("x-forwarded-for")
            request.client = client_by_hops(values, options.trusted_hops)

    def begin(self) -> bool:
        """Start to watch the deadline. Return False if the app must not be called because the path
        is reserved for events; the reply is then a 404."""
        options = self.handler.options
        self.deadline, act_at = times_of(self.invocation.context, options.deadline_margin)
        if act_at is not None:
            self._watched = True
            watchdog.watch(self, act_at)
        return options.events_path is None or not self._send_reserved(options.events_path)

    def close(self) -> None:
        """Stop watching the deadline. Call this after the app has returned, raised or timed out."""
        if self._watched:
            watchdog.forget(self)
            if self.late:
                watchdog.wait_idle(((self.deadline or 0.0) - monotonic()) / 2)

    def result(self) -> Reply | None:
        """Return the reply, or None if it went to a sink. Raises FailedStatus if the reply's status
        fails the invocation, AppError if the reply is too large."""
        if self._failure is not None:
            raise self._failure
        if self._reply is not None and self._count > self.invocation.limit:
            name = self.invocation.source.name if self.invocation.source else ""
            raise too_large_error(name, self._count, self.invocation.limit)
        return self._reply

    def error_to_raise(self, error: AppError) -> AppError | FailedStatus:
        """Return the error to raise if the app did not send its whole reply: FailedStatus if
        `raise_on_statuses` has its status, IncompleteReply if the sink has the beginning of the
        reply, else the error itself."""
        if error.status in self.handler.options.raise_on_statuses:
            failure = self._failed_status(error.status)
            failure.__cause__ = error
            return failure
        if self.started and self._sink is not None:
            incomplete = IncompleteReply(str(error), error.status)
            incomplete.__cause__ = error.__cause__
            return incomplete
        return error

    def start(self, status: int, headers: Headers, reason: str = "") -> None:
        """Take the reply's status and headers, names in lower case. Raises AppError if no server
        would send them."""
        if not 200 <= status <= 999:
            raise AppError(f"The app sent status {status}; expected 200 to 999.")
        options = self.handler.options
        excluded = options.exclude_headers
        content_type, compressed, plain = "", False, not excluded
        header_map: dict[str, str] = {}
        size = len(reason)
        for name, value in headers:
            role = _role[name]
            safe = (value.isascii() and value.isprintable()) or is_safe_value(value)
            if not role or not safe:
                raise _invalid_header_error()
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
        kept_map = header_map if plain and len(header_map) == len(headers) else None
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
            self._reply = Reply(status, headers, b"", text, reason, kept_map, size)
        else:
            self._sink.start(status, headers, reason, text)

    def write(self, data: bytes) -> None:
        """Take a chunk of the body. Raises AppError if the body is longer than Content-Length.

        Without a sink, a body over the limit is not kept: it could fill the memory.
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
        """Complete the reply. Raises AppError if the body is shorter than Content-Length."""
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
        """Tell the app and log all stacks. The watchdog calls this in its own thread."""
        from lambda_adapters.invocation.stacks import format_stacks, thread_stacks

        self.late = True
        try:
            stacks = self._stacks() + thread_stacks(exclude=THREAD_NAME)
        finally:
            self._tell_app()
        # Last, because format_stacks reads source files, which takes tens of milliseconds.
        logger.error(
            "Request %s: %s %s is still running just before Lambda's deadline. All stacks:\n%s",
            self.invocation.request_id,
            self.request.method,
            self.request.raw_path,
            format_stacks(stacks),
        )

    def _stacks(self) -> list[Any]:
        """Return more stacks for the log, besides the threads'. Called in the watchdog's thread."""
        return []

    def _tell_app(self) -> None:
        """Tell the app that the deadline is near. Called in the watchdog's thread. The default does
        nothing: a synchronous app cannot be interrupted."""

    def _send_reserved(self, reserved: str) -> bool:
        """If the path is reserved for events, send a 404 and return True.

        Frameworks route different spellings to one view, so every spelling is reserved. Apps may
        strip a root path, so a path that ends in the reserved one is reserved too.
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
    """Set the request's root path, and remove it from the path if the path starts with it."""
    if root == request.root_path:
        return
    below = None
    if root:
        whole = request.public_raw_path
        below = raw_path_below(whole, root) or raw_path_below(request.raw_path, root)
    raw_path = below or request.raw_path
    request.root_path, request.raw_path, request.path = root, raw_path, path_from_raw(raw_path)


def _invalid_header_error() -> AppError:
    return AppError(
        "The app sent a header whose name is not a token, or whose value holds a control character "
        "such as CR or LF; no server would pass it on."
    )


def _parse_length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise AppError("The app sent a Content-Length that is not a number of bytes.")
    return int(value)
