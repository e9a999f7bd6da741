"""ThreadSink: a sink of an event loop, for an app that runs in a thread."""

import asyncio
from typing import Any

from lambda_adapters.http.messages import Headers
from lambda_adapters.invocation.sinks import Sink


class ThreadSink:
    """Makes each call on the loop where it was built, and waits there: `write` blocks the app's
    thread until the sink is drained."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._loop = asyncio.get_running_loop()

    def start(self, status: int, headers: Headers, reason: str, text: bool) -> None:
        self._call("start", status, headers, reason, text)

    def write(self, data: bytes) -> None:
        self._call("write", data)

    def end(self) -> None:
        self._call("end")

    def answer(self, response: Any) -> None:
        self._call("answer", response)

    def drain(self) -> None:
        """There is nothing to wait for: `write` has waited."""

    def _call(self, name: str, *arguments: Any) -> None:
        asyncio.run_coroutine_threadsafe(self._on_loop(name, *arguments), self._loop).result()

    async def _on_loop(self, name: str, *arguments: Any) -> None:
        getattr(self._sink, name)(*arguments)
        waiting = self._sink.drain()
        if waiting is not None:
            await waiting
