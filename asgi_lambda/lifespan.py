"""The lifespan of an app: startup once, shutdown once, a state that every request shares.

Source: asgi.readthedocs.io/en/latest/specs/lifespan.html. `auto` and `on` are uvicorn's: an app
that knows no lifespan is served under `auto` and refused under `on`; one that answers
startup.failed is refused under both.
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
_GRACE_SECONDS = 0.1  # for the lines of the app that come behind its last answer


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
        """Start once, however many ask. Raises StartupFailed; then the next call tries again."""
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
        """Let the app clean up. What it raises is logged: it costs nobody a reply."""
        if self._task is None or self._task.done() or self._stop is None:
            return
        self._stop.set()
        try:
            answer = await self._answered()
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
        self._task.add_done_callback(_heard)
        try:
            answer = await self._answered()
        except Exception as error:
            if self._mode == "on":
                raise StartupFailed("The app raised an exception in its lifespan.") from error
            logger.info("The app knows no lifespan: it raised %r.", error)
            self.state.clear()
            answer = None
        else:
            if answer is None and self._mode == "on":
                raise StartupFailed(
                    "The app returned from its lifespan without 'lifespan.startup.complete'. "
                    'With lifespan="auto" it would be served without one.'
                )
        if answer is not None and answer.get("type") == "lifespan.startup.failed":
            await self._end()
            raise StartupFailed(f"The app's startup failed: {answer.get('message', '')}")
        self.ready = True
        self.supported = answer is not None

    async def _end(self) -> None:
        """The app has said all it had to: let its task return, or cancel one that does not."""
        assert self._task is not None
        await asyncio.wait({self._task}, timeout=_GRACE_SECONDS)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_GRACE_SECONDS)

    async def _answered(self) -> Message | None:
        """The app's next answer; None where its task has ended without one."""
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
            raise TypeError(f"Expected an answer to the ASGI lifespan, got {kind!r}.")
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(message)


def _heard(task: "asyncio.Task[None]") -> None:
    """Whatever the task raised has been told of by other means, so asyncio need not."""
    if not task.cancelled():
        task.exception()
