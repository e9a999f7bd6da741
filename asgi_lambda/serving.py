"""Serving: the app's side of one request on an event loop, its receive and send, its deadline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from asgi_lambda.http import Conversation, Message, Scope
from asgi_lambda.stacks import task_stacks
from lambda_events.deadline import Stacks
from lambda_events.errors import AppError
from lambda_events.exchange import Exchange

logger = logging.getLogger("asgi_lambda")

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

# Of the time between the adapter's deadline and Lambda's: when the app is cancelled after it was
# told of the disconnect, and when it is given up although it goes on.
_CANCEL_AT, _GIVE_UP_AT = 0.1, 0.5


class Serving:
    """Runs the app for one request; `outcome` tells afterwards how it went."""

    __slots__ = (
        "_app",
        "_conversation",
        "_error",
        "_exchange",
        "_finished",
        "_late",
        "_loop",
        "_scope",
        "_task",
        "_timer",
        "_waiting",
    )  # fmt: skip

    def __init__(self, app: App, scope: Scope, exchange: Exchange) -> None:
        self._app = app
        self._scope = scope
        self._exchange = exchange
        self._finished: Callable[[], None] | None = None
        self._conversation = Conversation(exchange)
        self._waiting: asyncio.Event | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self._late = False

    async def run(self, finished: Callable[[], None]) -> None:
        """Call the app. Never raises: `finished` is called once, when the app has returned or
        when it is given up at the deadline although it goes on."""
        self._finished = finished
        if self._exchange.act_at is not None:
            self._watch()
        try:
            await self._app(self._scope, self._receive, self._send)
        except BaseException as error:
            self._error = error
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._finish()

    def _watch(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(self._loop)
        self._exchange.stacks = self._stacks
        self._exchange.at_deadline = self._wake
        if self._exchange.late:  # before the loop got to it
            self._disconnect()

    def _stacks(self) -> Stacks:
        return task_stacks(self._loop, self._task)

    def _wake(self) -> None:
        """Runs in the watchdog's thread."""
        with suppress(RuntimeError):  # the loop may have been closed just now
            self._loop.call_soon_threadsafe(self._disconnect)

    async def _receive(self) -> Message:
        message = self._conversation.next_message()
        while message is None:
            if self._waiting is None:
                self._waiting = asyncio.Event()
            await self._waiting.wait()
            message = self._conversation.next_message()
        return message

    async def _send(self, message: Message) -> None:
        self._conversation.take(message)
        if self._exchange.late and message.get("more_body"):
            await asyncio.sleep(0)  # an app that streams without a pause would never be told
        if self._waiting is not None and self._conversation.complete:
            self._waiting.set()

    def outcome(self) -> None:
        """Raise what the client or the invocation must hear of; nothing where there is a reply."""
        error = self._error
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        if self._conversation.complete:
            if self._late or error is not None:
                self._log_after_reply(error)
        elif self._late:
            late = AppError("The app was not done before Lambda's deadline.", 504)
            raise late from (None if isinstance(error, asyncio.CancelledError) else error)
        elif isinstance(error, asyncio.CancelledError):
            raise AppError("The app was cancelled before it had sent its reply.") from error
        elif error is not None and error is not self._conversation.broken:
            raise AppError("The app raised an exception.") from error
        else:
            raise self._conversation.missing()

    def _log_after_reply(self, error: BaseException | None) -> None:
        if self._late:
            logger.warning(
                "Work behind the reply was not done before Lambda's deadline and was cancelled, "
                "if it could be; the reply is sent. See the stacks above."
            )
        else:
            logger.error("The app raised an exception after its reply.", exc_info=error)

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._timer = self._loop.call_later(max(seconds, 0.0), action)

    def _disconnect(self) -> None:
        if self._late or self._finished is None:
            return
        self._late = True
        self._conversation.disconnected = True
        if self._waiting is not None:
            self._waiting.set()
        self._after(self._left() * _CANCEL_AT, self._cancel)

    def _cancel(self) -> None:
        assert self._task is not None
        self._task.cancel()
        self._after(self._left() * _GIVE_UP_AT, self._finish)

    def _left(self) -> float:
        return (self._exchange.deadline or 0.0) - monotonic()

    def _finish(self) -> None:
        finished, self._finished = self._finished, None
        if finished is not None:
            finished()
