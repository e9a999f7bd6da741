"""Starts the real servers, each in its own process, and stops them. [I/O]"""

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
from compliance.servers.wire import NoReply, send_bytes

ROOT = Path(__file__).parents[2]
PROCESS = "compliance.servers.server_process"
START_TIMEOUT = 60.0  # seconds; a server needs less than one, unless the machine is very busy


class CannotStart(Exception):
    """A server did not answer, so nothing was compared."""


@dataclass(frozen=True)
class Server:
    """A running server: its name, the root path that it is configured with, and its port."""

    name: str
    root: str
    port: int


@contextmanager
def run_servers(*names_and_roots: tuple[str, str]) -> Iterator[list[Server]]:
    """Start servers, given by name and root path. Raises CannotStart if one does not answer."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(_start_process(name, root)) for name, root in names_and_roots
        ]
        for server, process, log in started:
            _wait_until_ready(server, process, log)
        yield [server for server, _, _ in started]


@contextmanager
def _start_process(
    name: str, root: str
) -> Iterator[tuple[Server, subprocess.Popen[bytes], IO[bytes]]]:
    with tempfile.TemporaryFile() as log:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            # Without it, small replies wait for the client's acknowledgements.
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
            _stop_process(process)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    ready = RawRequest("ready", target=server.root.encode() + b"/").to_bytes()
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if send_bytes(server.port, ready, "GET", timeout=1.0).status == 200:
                return
        except (NoReply, OSError):
            pass
        time.sleep(0.05)
    log.seek(0)
    output = log.read().decode("utf-8", "replace").strip()[-2000:]
    raise CannotStart(
        f"Expected {server.name} to answer within {START_TIMEOUT:g} s, got "
        f"{'no answer' if process.poll() is None else f'exit code {process.returncode}'}. "
        f"Next: pip install -e '.[dev]', then read its output:\n{output or '(none)'}"
    )


def _stop_process(process: subprocess.Popen[bytes]) -> None:
    """Stop the server and the processes that it has forked: they are one process group."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
