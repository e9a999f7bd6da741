"""One request and its reply under an Adapter's options: what a server does around every app.

A cycle is one object for all of it: the rules that hold for any reply, whatever the app and
whatever the source, are here; `asgi_lambda.cycle` and `wsgi_lambda.cycle` add their protocol.
"""

import logging
from time import monotonic

from lambda_adapters.errors import AppError, FailedStatus
from lambda_adapters.http.body import is_compressed, is_text_kind, is_text_type
from lambda_adapters.http.forwarded import client_of_hops
from lambda_adapters.http.headers import HOP, LENGTH, TYPE, is_safe_value, reply_role
from lambda_adapters.http.messages import Headers, Reply, Request, plain_reply
from lambda_adapters.http.urls import normalize_path, path_below, path_from_raw
from lambda_adapters.invocation.deadline import (
    Stacks,
    format_stacks,
    thread_stacks,
    times_of,
    watchdog,
)
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.size_limits import too_large

# RFC 9110 §6.4.1: these never have a body, whatever the app sends.
_BODILESS = frozenset({204, 304})
logger = logging.getLogger("lambda_adapters")


class Cycle:
    """What a protocol's cycle derives from: it passes the app's reply to `start`, `write`, `end`.

    The reply goes to the sink as it comes; without one it is kept for `outcome`. Between `begin`
    and `unwatch` the deadline is watched: when it is near, in another thread, `late` is set, the
    app's side is told by `_tell_app`, and all stacks are logged.
    """

    __slots__ = (
        "_chunks",
        "_counted",
        "_drops",
        "_expected",
        "_failed",
        "_options",
        "_reply",
        "_sink",
        "_watched",
        "complete",
        "deadline",
        "invocation",
        "late",
        "request",
        "started",
    )  # fmt: skip

    def __init__(
        self, request: Request, invocation: Invocation, sink: Sink | None, options: Options
    ) -> None:
        self.request = request
        self.invocation = invocation
        self._sink = sink
        self._options = options
        self._reply: Reply | None = None
        self._chunks: list[bytes] = []
        self._counted = 0
        self._drops = request.method == "HEAD"
        self._expected: int | None = None
        self._failed: FailedStatus | None = None
        self.late = False
        self.started = False
        self.complete = False
        invocation.failing = options.raise_on_statuses
        if options.root_path != "auto":
            _set_root(request, options.root_path)
        if request.client is None:
            values = request.header_values("x-forwarded-for")
            request.client = client_of_hops(values, options.trusted_hops)

    def begin(self) -> bool:
        """Watch the deadline. False: the path is for events only, and the client has its 404."""
        options = self._options
        self.deadline, at = times_of(self.invocation.context, options.deadline_margin)
        self._watched = at is not None
        if at is not None:
            watchdog.watch(self, at)
        return options.events_path is None or not self._hides(options.events_path)

    def unwatch(self) -> None:
        """The app's part is over, however it ended."""
        if self._watched:
            watchdog.forget(self)
            if self.late:
                watchdog.wait_idle(((self.deadline or 0.0) - monotonic()) / 2)

    def outcome(self) -> Reply | None:
        """The reply, unless a sink has it. FailedStatus where it fails the invocation, AppError
        where it is too large."""
        if self._failed is not None:
            raise self._failed
        if self._counted > self.invocation.limit and self._reply is not None:
            raise too_large(self.invocation.source.name, self._counted, self.invocation.limit)
        return self._reply

    def failed(self, error: AppError) -> AppError | FailedStatus:
        """The error for an app that sent no reply: FailedStatus by the options."""
        if error.status not in self._options.raise_on_statuses:
            return error
        failed = self._failure(error.status)
        failed.__cause__ = error
        return failed

    def _hides(self, hidden: str) -> bool:
        if self.invocation.source.name == "events":
            return False
        # Frameworks differ in what else they route there, so everything that looks alike is hidden.
        # Apps strip root paths of their own, so it counts wherever a path ends in it.
        if (
            not normalize_path(self.request.public_path)
            .lower()
            .endswith(normalize_path(hidden).lower())
        ):
            return False
        reply = plain_reply(404, "Not Found")
        self.start(reply.status, reply.headers)
        self.write(reply.body)
        self.end()
        return True

    def start(self, status: int, headers: Headers, reason: str = "") -> None:
        """The reply's head, lower-case names; AppError where no server would send it."""
        if not 200 <= status <= 999:
            raise AppError(f"The app sent status {status}; expected 200 to 999.")
        options = self._options
        excluded = options.exclude_headers
        expected, content_type, packed, hops = None, "", False, False
        single: dict[str, str] = {}
        characters = len(reason)
        for name, value in headers:
            role = reply_role[name]
            if not ((value.isascii() and value.isprintable()) or is_safe_value(value)) or role < 0:
                raise AppError(
                    "The app sent a header whose name is no token, or whose value holds a control "
                    "character such as CR or LF; no server would pass it on."
                )
            if role and name not in excluded:
                if role == TYPE:
                    content_type = value
                elif role == LENGTH:
                    expected = value if expected is None else expected
                elif role == HOP:
                    hops = True
                else:
                    packed = packed or is_compressed(value)
            single[name] = value
            characters += len(name) + len(value)
        plain = not (hops or excluded) and len(single) == len(headers)
        if expected is not None:
            self._expected = _length(expected)
            single.pop("content-length", None)
        if excluded:
            headers = [pair for pair in headers if pair[0] not in excluded]
        if status in _BODILESS:
            self._drops = True
        self.started = True
        if status in options.raise_on_statuses:
            self._failed = self._failure(status)
            return
        text = not packed and (
            is_text_kind[content_type] or is_text_type(content_type, options.text_types)
        )
        if self._sink is None:
            self._reply = Reply(
                status, headers, b"", text, reason, single if plain else None, characters
            )
        else:
            self._sink.start(status, headers, reason, text)

    def write(self, data: bytes) -> None:
        """A piece of the body; AppError where it is more than Content-Length said.

        No more is kept than can be sent: an app that streams without end would fill the memory.
        """
        if self._drops:
            return
        self._counted = counted = self._counted + len(data)
        if self._expected is not None and counted > self._expected:
            raise AppError(
                f"The app's body is longer than its Content-Length of {self._expected} bytes."
            )
        if self._sink is not None:
            if data and self._failed is None:
                self._sink.write(data)
        elif counted <= self.invocation.limit:
            self._chunks.append(data)
        else:
            self._chunks.clear()

    def end(self) -> None:
        """The body is complete; AppError where it is less than Content-Length said."""
        expected = self._expected
        if expected is not None and expected != self._counted and not self._drops:
            raise AppError(
                f"The app's body has {self._counted} bytes; "
                f"its Content-Length said {self._expected}."
            )
        self.complete = True
        if self._reply is not None:
            chunks = self._chunks
            self._reply.body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            self._chunks = []
        elif self._sink is not None and self._failed is None:
            self._sink.end()

    def _failure(self, status: int) -> FailedStatus:
        return FailedStatus(
            f"The app answered {self.request.method} {self.request.raw_path} with {status}, "
            "which raise_on_statuses turns into a failed invocation.",
            status,
        )

    def _stacks(self) -> Stacks:
        """What a protocol can tell beyond the threads' stacks; in the watchdog's thread."""
        return []

    def _tell_app(self) -> None:
        """The deadline is near; in the watchdog's thread. A plain function cannot be told."""

    def at_deadline(self) -> None:
        """Runs in the watchdog's thread."""
        self.late = True
        try:
            stacks = self._stacks() + thread_stacks()
        finally:
            self._tell_app()
        # Reading the sources for it takes tens of milliseconds, which the app's end needs more.
        logger.error(
            "Request %s: %s %s is still running just before Lambda's deadline. All stacks:\n%s",
            self.invocation.request_id,
            self.request.method,
            self.request.raw_path,
            format_stacks(stacks),
        )


def _set_root(request: Request, root: str) -> None:
    """`root` as the platform's part: taken off the path where that holds it, like the stage."""
    if root == request.root_path:
        return
    whole = request.public_raw_path
    below = None
    if root:
        below = path_below(whole, root) or path_below(request.raw_path, root)
    raw_path = below or request.raw_path
    request.root_path, request.raw_path, request.path = root, raw_path, path_from_raw(raw_path)


def _length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise AppError("The app sent a Content-Length that is not a number of bytes.")
    return int(value)
