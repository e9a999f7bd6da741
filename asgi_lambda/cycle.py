"""One HTTP request through an ASGI app: its scope, its receive and send, its deadline.

Source: asgi.readthedocs.io/en/latest/specs/www.html. Two choices differ from uvicorn's, both
documented: spec_version 2.4 (frameworks then stream without a task that watches for the client,
and `send` raises OSError once it is gone), and a `receive` behind the body waits until the reply
is complete or the deadline disconnects, because no client can be seen leaving.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from time import monotonic
from typing import Any, Protocol

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Request
from lambda_adapters.invocation.cycle import Cycle
from lambda_adapters.invocation.deadline import Stacks
from lambda_adapters.invocation.invocation import Invocation
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.sinks import Sink
from lambda_adapters.invocation.task_stacks import task_stacks
from lambda_adapters.protocols.asgi import (
    BODY,
    START,
    Message,
    bytes_of,
    head_from_message,
    scope_from_request,
)

logger = logging.getLogger("lambda_adapters")

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

# Of the time between the adapter's deadline and Lambda's: when the app is cancelled after it was
# told of the disconnect, and when it is given up although it goes on.
_CANCEL_AT, _GIVE_UP_AT = 0.1, 0.5


class Served(Protocol):
    """What an Adapter tells its cycles."""

    app: App
    options: Options
    root_in_path: bool


class AsgiCycle(Cycle):
    """The app's side of one request. It is the work that an environment runs until `finished`.

    `disconnected`: nobody waits for the reply any more.
    """

    __slots__ = (
        "_app",
        "_broken",
        "_loop",
        "_root_in_path",
        "_sent_body",
        "_task",
        "_timer",
        "_waiting",
        "disconnected",
        "error",
        "finished",
        "state",
        "wake",
    )  # fmt: skip

    def __init__(
        self,
        request: Request,
        invocation: Invocation,
        sink: Sink | None,
        adapter: Served,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(request, invocation, sink, adapter.options)
        self._app = adapter.app
        self._root_in_path = adapter.root_in_path
        self._loop = loop
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Event | None = None
        self.error: BaseException | None = None
        self._broken: AppError | None = None
        self._sent_body = False
        self.disconnected = False
        self.finished = False
        self.state: dict[str, Any] = {}

    async def run(self) -> None:
        """Call the app. Never raises: it is `finished` when the app has returned, or when it is
        given up at the deadline although it goes on."""
        self._task = asyncio.current_task()
        if self.late:  # before the loop got to it
            self._disconnect()
        try:
            invocation = self.invocation
            scope = scope_from_request(self.request, self.state.copy(), self._root_in_path)
            scope["aws.event"] = invocation.event
            scope["aws.context"] = invocation.context
            scope["aws.path_parameters"] = invocation.path_parameters
            scope["aws.caller"] = invocation.caller
            await self._app(scope, self.receive, self.send)
        except BaseException as error:
            self.error = error
        if self._timer is not None:
            self._timer.cancel()
        if not self.finished:
            self.finished = True
            self.wake(self._task)

    def finish(self) -> None:
        """Whoever waits for this need wait no longer."""
        if not self.finished:
            self.finished = True
            self.wake(self._task)

    async def receive(self) -> Message:
        """The app's next message: the body at once, a disconnect when there is nothing to add."""
        while not (self.disconnected or self.complete):
            if not self._sent_body:
                self._sent_body = True
                body, self.request.body = self.request.body, b""
                return {"type": "http.request", "body": body, "more_body": False}
            if self._waiting is None:
                self._waiting = asyncio.Event()
            await self._waiting.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take the app's message. AppError where it breaks the protocol, OSError where nobody
        waits for its reply any more; behind the end of the reply nothing happens."""
        if self.complete:
            return
        if self.disconnected:
            raise OSError("The client is gone: the deadline was reached before the reply.")
        try:
            kind = message.get("type") if isinstance(message, (dict, MutableMapping)) else None
            if kind != (BODY if self.started else START):
                expected = BODY if self.started else START
                raise AppError(f"Expected the ASGI message {expected!r}, got {kind!r}.")
            if not self.started:
                self.start(*head_from_message(message))
                return
            body = message.get("body", b"")
            self.write(body if isinstance(body, bytes) else bytes_of(body))
            if not message.get("more_body", False):
                self.end()
                if self._waiting is not None:
                    self._waiting.set()
            elif self.late:
                await asyncio.sleep(0)  # an app that streams without a pause would never know
        except AppError as error:
            self._broken = self._broken or error
            raise

    def check(self) -> None:
        """Raise what the client or the invocation must hear of; nothing where there is a reply."""
        error = self.error
        if self.complete and not self.disconnected and error is None:
            return
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        if self.complete:
            self._log_after_reply(error)
        elif self.disconnected:
            late = AppError("The app was not done before Lambda's deadline.", 504)
            late.__cause__ = None if isinstance(error, asyncio.CancelledError) else error
            raise self.failed(late)
        elif isinstance(error, asyncio.CancelledError):
            late = AppError("The app was cancelled before it had sent its reply.")
            late.__cause__ = error
            raise self.failed(late)
        elif error is not None and error is not self._broken:
            raised = AppError("The app raised an exception.")
            raised.__cause__ = error
            raise self.failed(raised)
        else:
            raise self.failed(self._missing())

    def _missing(self) -> AppError:
        """What to say of an app that returned while the reply was not complete."""
        if self._broken is not None:
            return self._broken
        if not self.started:
            return AppError("The app returned without a response: no 'http.response.start' came.")
        return AppError(
            "The app returned in the middle of its response: no 'http.response.body' came "
            "without more_body=True."
        )

    def _log_after_reply(self, error: BaseException | None) -> None:
        if self.disconnected:
            logger.warning(
                "Work behind the reply was not done before Lambda's deadline and was cancelled, "
                "if it could be; the reply is sent. See the stacks above."
            )
        else:
            logger.error("The app raised an exception after its reply.", exc_info=error)

    def _stacks(self) -> Stacks:
        return task_stacks(self._loop, self._task)

    def _tell_app(self) -> None:
        if self._task is not None:
            with suppress(RuntimeError):  # the loop may have been closed just now
                self._loop.call_soon_threadsafe(self._disconnect)

    def _disconnect(self) -> None:
        if self.disconnected or self.finished:
            return
        self.disconnected = True
        if self._waiting is not None:
            self._waiting.set()
        self._after(self._left() * _CANCEL_AT, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()
        self._after(self._left() * _GIVE_UP_AT, self.finish)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._timer = self._loop.call_later(max(seconds, 0.0), action)

    def _left(self) -> float:
        return (self.deadline or 0.0) - monotonic()
