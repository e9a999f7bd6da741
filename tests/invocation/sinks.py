"""A sink that records its calls."""

import asyncio
from collections.abc import Awaitable
from typing import Any


class RecordingSink:
    """Keeps each call as a tuple. With `slow`, `drain` returns an awaitable."""

    def __init__(self, *, slow: bool = False) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._slow = slow

    def start(self, status: int, headers: Any, reason: str, text: bool) -> None:
        self.calls.append(("start", status, headers, reason, text))

    def write(self, data: bytes) -> None:
        self.calls.append(("write", data))

    def end(self) -> None:
        self.calls.append(("end",))

    def answer(self, response: Any) -> None:
        self.calls.append(("answer", response))

    def drain(self) -> Awaitable[None] | None:
        return self._wait() if self._slow else None

    async def _wait(self) -> None:
        await asyncio.sleep(0)
        self.calls.append(("drained",))
