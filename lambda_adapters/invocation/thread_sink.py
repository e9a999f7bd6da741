"""ThreadSink: gives an app in a thread access to the sink of an event loop."""

import asyncio
from typing import Any

from lambda_adapters.http.messages import Headers
from lambda_adapters.invocation.sinks import Sink


class ThreadSink:
    """Makes each call on the event loop that was running when it was built. A call blocks the
    app's thread until the sink is drained."""

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
        """Return None: `write` has already waited."""

    def _call(self, name: str, *arguments: Any) -> None:
        asyncio.run_coroutine_threadsafe(
            self._call_and_drain(name, *arguments), self._loop
        ).result()

    async def _call_and_drain(self, name: str, *arguments: Any) -> None:
        getattr(self._sink, name)(*arguments)
        waiting = self._sink.drain()
        if waiting is not None:
            await waiting
