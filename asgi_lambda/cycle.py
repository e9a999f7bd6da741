"""AsgiCycle: one HTTP request through an ASGI app: its scope, receive, send and deadline.

Source: asgi.readthedocs.io/en/latest/specs/www.html. Two documented choices differ from uvicorn's.
The spec_version is 2.4: frameworks then stream without a task that watches for a disconnect, and
`send` raises OSError after one. A `receive` after the body waits for the end of the reply or for
the deadline, because Lambda does not report that a client has disconnected.
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

# Fractions of the time left until Lambda's deadline: how long the app may run after the disconnect
# before it is cancelled, and after the cancellation before the adapter stops waiting for it.
_CANCEL_AT, _GIVE_UP_AT = 0.1, 0.5
logger = logging.getLogger("lambda_adapters")


class AsgiCycle(Cycle):
    """Calls the app; implements `Work`, which the environment runs until it is `finished`.

    `disconnected`: the deadline has passed and the app gets a disconnect. `succeeded`: the app has
    returned and its reply is complete. `error`: the exception that the app raised.
    """

    handler: "Adapter"
    # Initial state, in addition to Cycle's.
    finished = False
    disconnected = False
    succeeded = False
    error: BaseException | None = None
    on_finish: Callable[[], None] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    state: dict[str, Any]
    _task: "asyncio.Task[None] | None" = None
    _timer: asyncio.TimerHandle | None = None
    _changed: asyncio.Event | None = None  # created when the app waits for a message
    _body_sent = False
    _protocol_error: AppError | None = None

    async def run(self) -> None:
        """Call the app. Never raises: `error` keeps the app's exception. `finished` becomes true
        when the app returns, or earlier if it does not stop at the deadline."""
        self._task = asyncio.current_task()
        if self.late:  # the deadline came before the loop ran this task
            self._disconnect()
        try:
            handler, invocation = self.handler, self.invocation
            scope = scope_from_request(
                self.request, self.state.copy(), root_in_path=handler.root_in_path
            )
            scope["aws.event"] = invocation.event
            scope["aws.context"] = invocation.context
            scope["aws.path_parameters"] = invocation.path_parameters
            scope["aws.caller"] = None if invocation.trigger else caller_of(invocation.event)
            await handler.app(scope, self.receive, self.send)
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
        """Return the whole body first. The next call waits for the end of the reply or for the
        deadline, and returns a disconnect."""
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
        """Handle the app's message; ignore it after the end of the reply. Raises AppError if the
        message breaks the protocol, OSError if the deadline has disconnected the client."""
        if self.complete:
            return
        if self.disconnected:
            raise OSError("The client is disconnected: the reply was not complete at the deadline.")
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
            await asyncio.sleep(0)  # let the loop disconnect an app that streams without a pause

    def check(self) -> None:
        """If the app has not `succeeded`: log its error if the reply is complete, else raise the
        error for the client or the invocation."""
        error = self.error
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        if self.complete:
            self._log_after_reply(error)
        elif self.disconnected:
            cause = None if isinstance(error, asyncio.CancelledError) else error
            raise self._app_error("The app did not finish before Lambda's deadline.", cause, 504)
        elif isinstance(error, asyncio.CancelledError):
            raise self._app_error("The app was cancelled before it had sent its reply.", error)
        elif self._protocol_error is not None and error in (None, self._protocol_error):
            raise self.error_to_raise(self._protocol_error)
        elif error is not None:
            raise self._app_error("The app raised an exception.", error)
        elif not self.started:
            raise self._app_error(
                "The app returned without a response: no 'http.response.start' came."
            )
        else:
            raise self._app_error(
                "The app returned in the middle of its response: no 'http.response.body' came "
                "without more_body=True."
            )

    def _app_error(
        self, message: str, cause: BaseException | None = None, status: int = 500
    ) -> Exception:
        error = AppError(message, status)
        error.__cause__ = cause
        return self.error_to_raise(error)

    def _log_after_reply(self, error: BaseException | None) -> None:
        if self.disconnected:
            logger.warning(
                "Work after the reply did not finish before Lambda's deadline and was cancelled, "
                "if possible; the reply is sent. See the stacks above."
            )
        else:
            logger.error("The app raised an exception after its reply.", exc_info=error)

    def _stacks(self) -> "Stacks":
        from lambda_adapters.invocation.task_stacks import task_stacks

        return [] if self.loop is None else task_stacks(self.loop, self._task)

    def _tell_app(self) -> None:
        if self._task is not None and self.loop is not None:
            with suppress(RuntimeError):  # the loop may be closed by now
                self.loop.call_soon_threadsafe(self._disconnect)

    def _disconnect(self) -> None:
        if self.disconnected or self.finished:
            return
        self.disconnected = True
        if self._changed is not None:
            self._changed.set()
        self._schedule(self._seconds_left() * _CANCEL_AT, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()
        self._schedule(self._seconds_left() * _GIVE_UP_AT, self.finish)

    def _schedule(self, seconds: float, action: Callable[[], None]) -> None:
        assert self.loop is not None
        self._timer = self.loop.call_later(max(seconds, 0.0), action)

    def _seconds_left(self) -> float:
        return (self.deadline or 0.0) - monotonic()
