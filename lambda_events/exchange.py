"""One request and its reply under an Adapter's options: what a server does around every app.

An Exchange is the sink that the app's side writes to. It applies the rules that hold for any
reply, whatever the app and whatever the source.
"""

import logging
from collections.abc import Callable
from time import monotonic

from lambda_events.body import is_coding, is_text_type
from lambda_events.call import Call
from lambda_events.deadline import Stacks, act_at, formatted, thread_stacks, watchdog
from lambda_events.errors import AppError, FailedStatus
from lambda_events.forwarded import client_by_hops
from lambda_events.headers import LENGTH, TYPE, harmless, reply_role
from lambda_events.messages import Headers, Request, plain_reply
from lambda_events.options import Options
from lambda_events.sink import Sink
from lambda_events.url import alike, path_from_raw, split_root

# RFC 9110 §6.4.1: these never have a body, whatever the app sends.
_BODILESS = frozenset({204, 304})
logger = logging.getLogger("lambda_events")


class Exchange:
    """A context manager: inside it the app is served; behind it the reply is checked and ended.

    `request` is what the app shall see. `act_at` is when the adapter should give up, on the
    monotonic clock; then, in another thread, `late` is set, `at_deadline` called and all stacks
    logged. `stacks` may be set to tell more than the threads' stacks do.
    """

    __slots__ = (
        "_call",
        "_counted",
        "_drops",
        "_expected",
        "_failed",
        "_options",
        "_sink",
        "_token",
        "act_at",
        "at_deadline",
        "complete",
        "deadline",
        "late",
        "request",
        "stacks",
        "started",
    )

    def __init__(self, request: Request, call: Call, sink: Sink, options: Options) -> None:
        self._call = call
        self._sink = sink
        self._options = options
        self._counted = 0
        self._drops = request.method == "HEAD"
        self._expected: int | None = None
        self._failed: FailedStatus | None = None
        self._token: object = None
        self.stacks: Callable[[], Stacks] = list
        self.at_deadline: Callable[[], None] = _nothing
        self.late = False
        self.started = False
        self.complete = False
        call.failing = options.raise_on_statuses
        self.deadline = call.deadline
        self.act_at = act_at(call.deadline, options.deadline_margin)
        self.request: Request = request
        if request.client is None or options.root_path != "auto":
            self.request = placed(request, options)

    def __enter__(self) -> "Exchange":
        if self.act_at is not None:
            self._token = watchdog.watch(self.act_at, self._at_deadline)
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._token is not None:
            watchdog.forget(self._token)
            if self.late:
                watchdog.wait_idle(((self.deadline or 0.0) - monotonic()) / 2)
            self.stacks, self.at_deadline = list, _nothing  # the app's side holds this exchange
        if error is None and self._failed is not None:
            raise self._failed
        if isinstance(error, AppError) and error.status in self._options.raise_on_statuses:
            raise self._failure(error.status) from error

    def hides(self) -> bool:
        """Whether a client asked for the path that is for events only; then it has its 404."""
        hidden = self._options.events_path
        if hidden is None or self._call.source.name == "events":
            return False
        # Frameworks differ in what else they route there, so everything that looks alike is hidden.
        # Apps strip root paths of their own, so it counts wherever a path ends in it.
        if not alike(self.request.public_path).lower().endswith(alike(hidden).lower()):
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
        expected, content_type, packed = None, "", False
        for name, value in headers:
            role = reply_role[name]
            if role < 0 or not harmless(value):
                raise AppError(
                    "The app sent a header whose name is no token, or whose value holds a control "
                    "character such as CR or LF; no server would pass it on."
                )
            if role and name not in excluded:
                if role == TYPE:
                    content_type = value
                elif role == LENGTH:
                    expected = value if expected is None else expected
                else:
                    packed = packed or is_coding(value)
        if excluded:
            headers = [pair for pair in headers if pair[0] not in excluded]
        if status in _BODILESS:
            self._drops = True
        if expected is not None:
            self._expected = _length(expected)
        self.started = True
        if status in options.raise_on_statuses:
            self._failed = self._failure(status)
        else:
            text = not packed and is_text_type(content_type, options.text_types)
            self._sink.start(status, headers, reason, text)

    def write(self, data: bytes) -> None:
        """A piece of the body; AppError where it is more than Content-Length said."""
        if self._drops:
            return
        self._counted = counted = self._counted + len(data)
        if self._expected is not None and counted > self._expected:
            raise AppError(
                f"The app's body is longer than its Content-Length of {self._expected} bytes."
            )
        if self._failed is None and data:
            self._sink.write(data)

    def end(self) -> None:
        """The body is complete; AppError where it is less than Content-Length said."""
        expected = self._expected
        if expected is not None and expected != self._counted and not self._drops:
            raise AppError(
                f"The app's body has {self._counted} bytes; "
                f"its Content-Length said {self._expected}."
            )
        self.complete = True
        if self._failed is None:
            self._sink.end()

    def _failure(self, status: int) -> FailedStatus:
        return FailedStatus(
            f"The app answered {self.request.method} {self.request.raw_path} with {status}, "
            "which raise_on_statuses turns into a failed invocation.",
            status,
        )

    def _at_deadline(self) -> None:
        """Runs in the watchdog's thread."""
        self.late = True
        try:
            stacks = self.stacks() + thread_stacks()
        finally:
            self.at_deadline()
        # Reading the sources for it takes tens of milliseconds, which the app's end needs more.
        logger.error(
            "Request %s: %s %s is still running just before Lambda's deadline. All stacks:\n%s",
            self._call.request_id,
            self.request.method,
            self.request.raw_path,
            formatted(stacks),
        )


def placed(request: Request, options: Options) -> Request:
    """The request with the root path and the client that the options ask for."""
    if options.root_path not in ("auto", request.root_path):
        request = _with_root(request, options.root_path)
    if request.client is None:
        client = client_by_hops(request.headers, options.trusted_hops)
        if client:
            request = request.copy()
            request.client = client
    return request


def _with_root(request: Request, root: str) -> Request:
    """`root` as the platform's part: taken off the path where that holds it, like the stage."""
    whole = request.public_raw_path
    below = None
    if root:
        below = split_root(whole, root) or split_root(request.raw_path, root)
    raw_path = below or request.raw_path
    request = request.copy()
    request.root_path, request.raw_path, request.path = root, raw_path, path_from_raw(raw_path)
    return request


def _nothing() -> None:
    """No app of this kind can be stopped."""


def _length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise AppError("The app sent a Content-Length that is not a number of bytes.")
    return int(value)
