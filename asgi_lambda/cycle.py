"""AsgiCycle: one HTTP request through an ASGI app: its scope, receive and send, its deadline.

Source: asgi.readthedocs.io/en/latest/specs/www.html. Two choices differ from uvicorn's, both
documented: spec_version 2.4 (frameworks then stream without a task that watches for the client,
and `send` raises OSError once it is gone), and a `receive` behind the body waits until the reply
is complete or the deadline disconnects, because no client can be seen leaving.
"""

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import AppError
from lambda_adapters.invocation.cycle import Cycle
from lambda_adapters.protocols.asgi import (
    BODY,
    START,
    Message,
    body_from_message,
    head_from_message,
    scope_from_request,
)
from lambda_adapters.triggers.callers import caller_of

if TYPE_CHECKING:
    from asgi_lambda.adapter import Adapter
    from lambda_adapters.invocation.stacks import Stacks

# Of the time between the adapter's deadline and Lambda's: when the app is cancelled after it was
# told of the disconnect, and when it is given up although it goes on.
_CANCEL_AT, _GIVE_UP_AT = 0.1, 0.5
logger = logging.getLogger("lambda_adapters")


class AsgiCycle(Cycle):
    """The work that an environment runs until it is `finished`: it calls the app.

    `disconnected`: nothing waits for the reply any more. `succeeded`: the app has returned, and its
    reply is complete. `error`: what the app raised.
    """

    server: "Adapter"
    # The state at the beginning, in addition to Cycle's.
    finished = False
    disconnected = False
    succeeded = False
    error: BaseException | None = None
    on_finish: Callable[[], None] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    state: dict[str, Any]
    _task: "asyncio.Task[None] | None" = None
    _timer: asyncio.TimerHandle | None = None
    _changed: asyncio.Event | None = None  # made where the app waits for a message
    _body_sent = False
    _protocol_error: AppError | None = None

    async def run(self) -> None:
        """Call the app. Never raises: it is `finished` when the app has returned, or when it is
        given up at the deadline although it goes on."""
        self._task = asyncio.current_task()
        if self.late:  # before the loop got to it
            self._disconnect()
        try:
            server, invocation = self.server, self.invocation
            scope = scope_from_request(
                self.request, self.state.copy(), root_in_path=server.root_in_path
            )
            scope["aws.event"] = invocation.event
            scope["aws.context"] = invocation.context
            scope["aws.path_parameters"] = invocation.path_parameters
            scope["aws.caller"] = None if invocation.trigger else caller_of(invocation.event)
            await server.app(scope, self.receive, self.send)
            self.succeeded = self.complete and not self.disconnected
        except BaseException as error:
            self.error = error
        if self._timer is not None:
            self._timer.cancel()
        if not self.finished:
            self.finished = True
            if self.on_finish is not None:
                self.on_finish()

    def finish(self) -> None:
        """Stop waiting for the app."""
        if not self.finished:
            self.finished = True
            if self.on_finish is not None:
                self.on_finish()

    async def receive(self) -> Message:
        """The app's next message: the body at once, a disconnect when there is nothing to add."""
        while not (self.disconnected or self.complete):
            if not self._body_sent:
                self._body_sent = True
                body, self.request.body = self.request.body, b""
                return {"type": "http.request", "body": body, "more_body": False}
            if self._changed is None:
                self._changed = asyncio.Event()
            await self._changed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take the app's message. AppError where it breaks the protocol, OSError where nothing
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
            self.write(body if type(body) is bytes else body_from_message(message))
            if not message.get("more_body", False):
                self.end()
                if self._changed is not None:
                    self._changed.set()
        except AppError as error:
            self._protocol_error = self._protocol_error or error
            raise
        if self._sink is not None:
            waiting = self._sink.drain()
            if waiting is not None:
                await waiting
        if self.late and not self.complete:
            await asyncio.sleep(0)  # an app that streams without a pause would never know

    def check(self) -> None:
        """Of an app that has not succeeded: raise the error that the client or the invocation
        gets; log it where there is a reply nevertheless."""
        error = self.error
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        if self.complete:
            self._log_after_reply(error)
        elif self.disconnected:
            cause = None if isinstance(error, asyncio.CancelledError) else error
            raise self._failed("The app was not done before Lambda's deadline.", cause, 504)
        elif isinstance(error, asyncio.CancelledError):
            raise self._failed("The app was cancelled before it had sent its reply.", error)
        elif self._protocol_error is not None and error in (None, self._protocol_error):
            raise self.failed(self._protocol_error)
        elif error is not None:
            raise self._failed("The app raised an exception.", error)
        elif not self.started:
            raise self._failed(
                "The app returned without a response: no 'http.response.start' came."
            )
        else:
            raise self._failed(
                "The app returned in the middle of its response: no 'http.response.body' came "
                "without more_body=True."
            )

    def _failed(
        self, message: str, cause: BaseException | None = None, status: int = 500
    ) -> Exception:
        error = AppError(message, status)
        error.__cause__ = cause
        return self.failed(error)

    def _log_after_reply(self, error: BaseException | None) -> None:
        if self.disconnected:
            logger.warning(
                "Work behind the reply was not done before Lambda's deadline and was cancelled, "
                "if it could be; the reply is sent. See the stacks above."
            )
        else:
            logger.error("The app raised an exception after its reply.", exc_info=error)

    def _stacks(self) -> "Stacks":
        from lambda_adapters.invocation.task_stacks import task_stacks

        return [] if self.loop is None else task_stacks(self.loop, self._task)

    def _tell_app(self) -> None:
        if self._task is not None and self.loop is not None:
            with suppress(RuntimeError):  # the loop may have been closed just now
                self.loop.call_soon_threadsafe(self._disconnect)

    def _disconnect(self) -> None:
        if self.disconnected or self.finished:
            return
        self.disconnected = True
        if self._changed is not None:
            self._changed.set()
        self._after(self._left() * _CANCEL_AT, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()
        self._after(self._left() * _GIVE_UP_AT, self.finish)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        assert self.loop is not None
        self._timer = self.loop.call_later(max(seconds, 0.0), action)

    def _left(self) -> float:
        return (self.deadline or 0.0) - monotonic()
