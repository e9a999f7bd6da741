"""uvicorn in front of the gateway: the socket, the start, the end. [I/O]"""

import contextlib
import errno
import logging
import os
import socket
import sys
from collections.abc import Callable

import uvicorn

from lambda_adapters.errors import LambdaAdaptersError
from lambda_adapters.local.gateway import Gateway

_GRACE = 3  # seconds for the requests that Ctrl-C finds under way


class CannotListen(LambdaAdaptersError):
    """No socket for this host and port."""


def listening(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else starts. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Expected a free port, got {port}, which another program has on {host}. "
                f"Next: end that program, or pass --port {port + 1}."
            ) from None
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise CannotListen(
            f"Expected to listen on {host} port {port}, got: {reason}. "
            "Next: pass another --host or --port."
        ) from None
    # asyncio sets it only on sockets that it made itself; without it the second reply of a
    # connection waits 40 ms for the client's acknowledgement. Accepted sockets inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket, gateway: Gateway) -> str:
    """The address to open in a browser, with the stage."""
    host, port = listener.getsockname()[:2]
    # All of this machine's addresses are no address that a browser could open.
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}{gateway.front.root}/"


def server_of(gateway: Gateway, started: Callable[[], None]) -> uvicorn.Server:
    """uvicorn, which calls `started` once requests are answered, and says little else."""
    config = uvicorn.Config(
        gateway,
        lifespan="on",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,  # the front is the first proxy
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    # Said by the gateway, and better: which request, which function.
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return _Server(config, started)


def run(gateway: Gateway, listener: socket.socket, started: Callable[[], None]) -> bool:
    """Serve until Ctrl-C; `started` is called once requests are answered.

    Returns whether the functions had started.
    """
    server = server_of(gateway, started)
    # uvicorn shuts down at Ctrl-C and raises it again; it exits where the startup failed.
    with listener, contextlib.suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listener])
    if gateway.stuck:
        # Its thread cannot be stopped, and what it holds would keep the interpreter from ending.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return server.started


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(("Cancel ", "Application startup failed"))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()
