"""Plain ASGI and WSGI apps for the long-life test, with correct and incorrect behaviour.

The path of a request is /behaviour/number. A reply repeats the path, so that a test can check that
it belongs to the request. These apps also do what frameworks do not allow.
"""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any
from zlib import crc32

THREADS = 16
barrier = threading.Barrier(THREADS, timeout=60)
startups: list[int] = []
shutdowns: list[int] = []
"""The process ids of each startup and shutdown of a lifespan."""


def echo(path: str, body: bytes = b"") -> bytes:
    """A reply that identifies its request."""
    return f"{path} {len(body)} {crc32(body)}".encode()


def padded_echo(path: str, body: bytes = b"") -> bytes:
    """An echo, padded to the length in the last segment of the path."""
    return echo(path, body).ljust(int(path.rpartition("/")[2]), b".")


async def run_lifespan(receive: Any, send: Any) -> None:
    """A lifespan that records the process ids of its startup and shutdown."""
    await receive()
    startups.append(os.getpid())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    shutdowns.append(os.getpid())
    await send({"type": "lifespan.shutdown.complete"})


async def start(send: Any, headers: Iterable[tuple[bytes, bytes]] = (), status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def reply(send: Any, body: bytes) -> None:
    await start(send, [(b"content-type", b"text/plain")])
    await send({"type": "http.response.body", "body": body})


async def echoes(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path, (await receive())["body"]))


async def sends_a_given_size(path: str, receive: Any, send: Any) -> None:
    await reply(send, padded_echo(path))


async def sends_in_chunks(path: str, receive: Any, send: Any) -> None:
    await start(send)
    for byte in echo(path):
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
    await send({"type": "http.response.body"})


async def raises(path: str, receive: Any, send: Any) -> None:
    raise ValueError(path)


async def raises_during_the_reply(path: str, receive: Any, send: Any) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError(path)


async def raises_after_the_reply(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path))
    raise ValueError(path)


async def sends_nothing(path: str, receive: Any, send: Any) -> None:
    await receive()


async def sends_the_body_first(path: str, receive: Any, send: Any) -> None:
    await send({"type": "http.response.body", "body": b"early"})


async def splits_a_header(path: str, receive: Any, send: Any) -> None:
    await start(send, [(b"x-split", b"a\r\nb: c")])


async def is_cancelled(path: str, receive: Any, send: Any) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def leaves_a_task_unfinished(path: str, receive: Any, send: Any) -> None:
    asyncio.create_task(asyncio.sleep(0))  # noqa: RUF006 - must stay unfinished
    await reply(send, echo(path))


async def waits_for_the_disconnect(path: str, receive: Any, send: Any) -> None:
    await receive()
    gone = asyncio.create_task(receive())
    await asyncio.sleep(0)
    await reply(send, echo(path))
    assert await gone == {"type": "http.disconnect"}


async def numbers() -> AsyncIterator[int]:
    try:
        for number in range(10):
            yield number
    finally:
        await asyncio.sleep(0)


async def stops_a_generator_early(path: str, receive: Any, send: Any) -> None:
    async for number in numbers():
        if number == 1:
            break
    await reply(send, echo(path))


async def gives_503(path: str, receive: Any, send: Any) -> None:
    await start(send, status=503)
    await send({"type": "http.response.body"})


async def is_late(path: str, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def is_cancelled_by_its_caller(path: str, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def is_late_after_the_reply(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path))
    await asyncio.sleep(60)


async def is_late_and_ignores_cancellation(path: str, receive: Any, send: Any) -> None:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(0.1)  # the adapter no longer waits; ends during another event


ASGI: dict[str, Callable[[str, Any, Any], Awaitable[None]]] = {
    behaviour.__name__: behaviour
    for behaviour in (
        echoes, sends_a_given_size, sends_in_chunks, raises, raises_during_the_reply,
        raises_after_the_reply, sends_nothing, sends_the_body_first, splits_a_header, is_cancelled,
        leaves_a_task_unfinished, waits_for_the_disconnect, stops_a_generator_early, gives_503,
        is_cancelled_by_its_caller, is_late, is_late_after_the_reply,
        is_late_and_ignores_cancellation,
    )
}  # fmt: skip


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await run_lifespan(receive, send)
    else:
        await ASGI[scope["path"].split("/")[1]](scope["path"], receive, send)


class Chunks:
    """An iterable that counts how many are not closed."""

    open = 0

    def __init__(self, chunks: Iterable[bytes], error: Exception | None = None) -> None:
        self._chunks = chunks
        self._error = error
        Chunks.open += 1

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        Chunks.open -= 1


class CloseFails(Chunks):
    def close(self) -> None:
        super().close()
        raise ValueError("cannot be closed")


def wsgi_app(environ: Any, start_response: Any) -> Any:
    path = environ["PATH_INFO"]
    headers = [("Content-Type", "text/plain")]
    match path.split("/")[1]:
        case "echoes":
            start_response("200 OK", headers)
            return [echo(path, environ["wsgi.input"].read())]
        case "sends_a_given_size":
            start_response("200 OK", headers)
            return [padded_echo(path)]
        case "sends_in_chunks":
            start_response("200 OK", headers)
            return Chunks(bytes([byte]) for byte in echo(path))
        case "writes":
            start_response("200 OK", headers)(echo(path))
            return []
        case "raises":
            raise ValueError(path)
        case "raises_during_the_reply":
            start_response("200 OK", headers)
            return Chunks([b"half"], ValueError(path))
        case "raises_in_close":
            start_response("200 OK", headers)
            return CloseFails([echo(path)])
        case "sends_nothing":
            return []
        case "returns_none":
            return None
        case "starts_twice":
            start_response("200 OK", headers)
            start_response("200 OK", headers)
        case "is_cut_off":
            start_response("200 OK", [*headers, ("Content-Length", "2")])
            return Chunks([b"12", b"34", b"56"])
        case "gives_503":
            start_response("503 Service Unavailable", headers)
            return []
        case "is_late":
            time.sleep(0.06)
            start_response("200 OK", headers)
            return [echo(path)]
    raise AssertionError(f"no such behaviour: {path}")
