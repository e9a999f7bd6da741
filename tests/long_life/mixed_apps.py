"""The apps of a long life: what an app may do, what it must not, and what it does all the same.

A request's path is /behaviour/number, and each reply repeats the path, so that it can be told
whose it is. Apps by hand do what frameworks would not let an app do.
"""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any
from zlib import crc32

THREADS = 16
meeting = threading.Barrier(THREADS, timeout=60)
started: list[int] = []
ended: list[int] = []
"""The process ids in which a lifespan started and ended."""


def echo(path: str, body: bytes = b"") -> bytes:
    """What a reply says of its request."""
    return f"{path} {len(body)} {crc32(body)}".encode()


def sized(path: str, body: bytes = b"") -> bytes:
    """A reply as long as the path's last part says."""
    return echo(path, body).ljust(int(path.rpartition("/")[2]), b".")


async def live(receive: Any, send: Any) -> None:
    """A lifespan that is kept count of."""
    await receive()
    started.append(os.getpid())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    ended.append(os.getpid())
    await send({"type": "lifespan.shutdown.complete"})


async def start(send: Any, headers: Iterable[tuple[bytes, bytes]] = (), status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def reply(send: Any, body: bytes) -> None:
    await start(send, [(b"content-type", b"text/plain")])
    await send({"type": "http.response.body", "body": body})


async def echoes(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path, (await receive())["body"]))


async def sends_so_much(path: str, receive: Any, send: Any) -> None:
    await reply(send, sized(path))


async def sends_in_chunks(path: str, receive: Any, send: Any) -> None:
    await start(send)
    for byte in echo(path):
        await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
    await send({"type": "http.response.body"})


async def raises(path: str, receive: Any, send: Any) -> None:
    raise ValueError(path)


async def raises_in_the_middle(path: str, receive: Any, send: Any) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ValueError(path)


async def raises_behind(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path))
    raise ValueError(path)


async def says_nothing(path: str, receive: Any, send: Any) -> None:
    await receive()


async def begins_with_the_body(path: str, receive: Any, send: Any) -> None:
    await send({"type": "http.response.body", "body": b"early"})


async def splits_a_header(path: str, receive: Any, send: Any) -> None:
    await start(send, [(b"x-split", b"a\r\nb: c")])


async def is_cancelled(path: str, receive: Any, send: Any) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def leaves_a_task_behind(path: str, receive: Any, send: Any) -> None:
    asyncio.create_task(asyncio.sleep(0))  # noqa: RUF006 - left behind is what it shall be
    await reply(send, echo(path))


async def watches_for_the_client(path: str, receive: Any, send: Any) -> None:
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


async def leaves_a_generator_early(path: str, receive: Any, send: Any) -> None:
    async for number in numbers():
        if number == 1:
            break
    await reply(send, echo(path))


async def fails(path: str, receive: Any, send: Any) -> None:
    await start(send, status=503)
    await send({"type": "http.response.body"})


async def is_late(path: str, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def is_left_by_its_caller(path: str, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def is_late_behind(path: str, receive: Any, send: Any) -> None:
    await reply(send, echo(path))
    await asyncio.sleep(60)


async def is_late_and_stubborn(path: str, receive: Any, send: Any) -> None:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(0.1)  # given up meanwhile; ends while another event is served


ASGI: dict[str, Callable[[str, Any, Any], Awaitable[None]]] = {
    behaviour.__name__: behaviour
    for behaviour in (
        echoes, sends_so_much, sends_in_chunks, raises, raises_in_the_middle, raises_behind,
        says_nothing, begins_with_the_body, splits_a_header, is_cancelled, leaves_a_task_behind,
        watches_for_the_client, leaves_a_generator_early, fails, is_left_by_its_caller, is_late,
        is_late_behind, is_late_and_stubborn,
    )
}  # fmt: skip


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
    else:
        await ASGI[scope["path"].split("/")[1]](scope["path"], receive, send)


class Chunks:
    """An iterable whose end is to be told to it."""

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


class Unclosable(Chunks):
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
        case "sends_so_much":
            start_response("200 OK", headers)
            return [sized(path)]
        case "sends_in_chunks":
            start_response("200 OK", headers)
            return Chunks(bytes([byte]) for byte in echo(path))
        case "writes":
            start_response("200 OK", headers)(echo(path))
            return []
        case "raises":
            raise ValueError(path)
        case "raises_in_the_middle":
            start_response("200 OK", headers)
            return Chunks([b"half"], ValueError(path))
        case "raises_in_close":
            start_response("200 OK", headers)
            return Unclosable([echo(path)])
        case "says_nothing":
            return []
        case "returns_none":
            return None
        case "starts_twice":
            start_response("200 OK", headers)
            start_response("200 OK", headers)
        case "is_cut_off":
            start_response("200 OK", [*headers, ("Content-Length", "2")])
            return Chunks([b"12", b"34", b"56"])
        case "fails":
            start_response("503 Service Unavailable", headers)
            return []
        case "is_late":
            time.sleep(0.06)
            start_response("200 OK", headers)
            return [echo(path)]
    raise AssertionError(f"no such behaviour: {path}")
