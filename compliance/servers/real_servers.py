"""Starts the real servers, each in a process of its own, and ends them. [I/O]"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from compliance.servers.raw_requests import RawRequest
from compliance.servers.wire import Unanswered, sent

ROOT = Path(__file__).parents[2]
PROCESS = "compliance.servers.server_process"
STARTS_WITHIN = 60.0  # seconds; one takes less than one, unless the machine is very busy


class CannotStart(Exception):
    """A server did not answer; nothing was compared."""


@dataclass(frozen=True)
class Server:
    """A running server: its name, the root path that it was told, its port."""

    name: str
    root: str
    port: int


@contextmanager
def running(*wanted: tuple[str, str]) -> Iterator[list[Server]]:
    """Servers by (name, root path), all answering. Raises CannotStart where one does not."""
    with ExitStack() as stack:
        started = [stack.enter_context(_process(name, root)) for name, root in wanted]
        for server, process, log in started:
            _wait(server, process, log)
        yield [server for server, _, _ in started]


@contextmanager
def _process(name: str, root: str) -> Iterator[tuple[Server, subprocess.Popen[bytes], IO[bytes]]]:
    with tempfile.TemporaryFile() as log:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            # Small replies would wait for the client's acknowledgements otherwise.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = Server(name, root, listener.getsockname()[1])
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", PROCESS, name, str(listener.fileno()), root],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        try:
            yield server, process, log
        finally:
            _end(process)


def _wait(server: Server, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    ready = RawRequest("ready", target=server.root.encode() + b"/").on_the_wire()
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            if sent(server.port, ready, "GET", timeout=1.0).status == 200:
                return
        except (Unanswered, OSError):
            pass
        time.sleep(0.05)
    log.seek(0)
    said = log.read().decode("utf-8", "replace").strip()[-2000:]
    raise CannotStart(
        f"Expected {server.name} to answer within {STARTS_WITHIN:g} s, got "
        f"{'no answer' if process.poll() is None else f'exit code {process.returncode}'}. "
        f"Next: pip install -e '.[dev]', then see what it said:\n{said or '(nothing)'}"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and what it forked, for which it leads a group of its own."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
