"""The ASGI lifespan of an app: one startup, one shutdown, and a state that all requests share.

Source: asgi.readthedocs.io/en/latest/specs/lifespan.html. The modes `auto` and `on` are uvicorn's:
an app that does not support lifespan is served with `auto` and refused with `on`; an app that
sends startup.failed is refused with both.
"""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any

from lambda_adapters.errors import StartupFailed
from lambda_adapters.protocols.asgi import App, Message

logger = logging.getLogger("lambda_adapters")

_ANSWERS = frozenset(
    {
        "lifespan.startup.complete",
        "lifespan.startup.failed",
        "lifespan.shutdown.complete",
        "lifespan.shutdown.failed",
    }
)
_GRACE_SECONDS = 0.1  # for the app's code after its last answer


class Lifespan:
    """One app's lifespan on one event loop."""

    def __init__(self, app: App, mode: str) -> None:
        self._app = app
        self._mode = mode
        self._starting: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[Message] | None = None
        self._stop: asyncio.Event | None = None
        self.state: dict[str, Any] = {}
        self._received = 0
        self.ready = mode == "off"
        self.supported = False

    async def startup(self) -> None:
        """Start the app once for all callers. After a StartupFailed, the next call tries again."""
        if self.ready:
            return
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._startup())
        try:
            await asyncio.shield(self._starting)
        except StartupFailed:
            self._starting = None
            raise

    async def shutdown(self) -> None:
        """Shut the app down. Its errors are logged, not raised: no reply depends on them."""
        if self._task is None or self._task.done() or self._stop is None:
            return
        self._stop.set()
        try:
            answer = await self._next_answer()
        except Exception:
            logger.exception("The app raised an exception in its lifespan's shutdown.")
            return
        finally:
            await self._end()
        if answer is not None and answer.get("type") == "lifespan.shutdown.failed":
            logger.error("The app's shutdown failed: %s", answer.get("message", ""))

    async def _startup(self) -> None:
        self.state.clear()
        self._stop = asyncio.Event()
        self._received = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="lifespan")
        self._task.add_done_callback(_retrieve_exception)
        try:
            answer = await self._next_answer()
        except Exception as error:
            if self._mode == "on":
                raise StartupFailed("The app raised an exception in its lifespan.") from error
            logger.info("The app does not support lifespan: it raised %r.", error)
            self.state.clear()
            answer = None
        else:
            if answer is None and self._mode == "on":
                raise StartupFailed(
                    "The app returned from its lifespan without 'lifespan.startup.complete'. "
                    'Use lifespan="auto" to serve it without a lifespan.'
                )
        if answer is not None and answer.get("type") == "lifespan.startup.failed":
            await self._end()
            raise StartupFailed(f"The app's startup failed: {answer.get('message', '')}")
        self.ready = True
        self.supported = answer is not None

    async def _end(self) -> None:
        """After the last answer, wait for the app's task to return; cancel it if it does not."""
        assert self._task is not None
        await asyncio.wait({self._task}, timeout=_GRACE_SECONDS)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_GRACE_SECONDS)

    async def _next_answer(self) -> Message | None:
        """Wait for the app's next answer; None if its task returned without one. Raises what the
        task raised."""
        assert self._task is not None
        assert self._answer is not None
        first: set[asyncio.Future[Any]] = {self._task, self._answer}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if self._answer.done():
            answer = self._answer.result()
            self._answer = asyncio.get_running_loop().create_future()
            return answer
        if self._task.cancelled():
            raise RuntimeError("The app's lifespan was cancelled.")
        self._task.result()
        return None

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        self._received += 1
        if self._received == 1:
            return {"type": "lifespan.startup"}
        assert self._stop is not None
        await self._stop.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message.get("type") if isinstance(message, MutableMapping) else None
        if kind not in _ANSWERS:
            raise TypeError(f"Expected an answer to the ASGI lifespan event, got {kind!r}.")
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(message)


def _retrieve_exception(task: "asyncio.Task[None]") -> None:
    """Mark the task's exception as retrieved: it is reported elsewhere, so asyncio must not log
    it again."""
    if not task.cancelled():
        task.exception()
