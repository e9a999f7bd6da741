"""Run the gateway with uvicorn: open the socket, start and stop the server. [I/O]"""

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

_GRACE = 3  # in seconds, for running requests after Ctrl-C


class CannotListen(LambdaAdaptersError):
    """The host and port cannot be used."""


def open_listener(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Expected a free port, got {port}, which another program uses on {host}. "
                f"Next: stop that program, or pass --port {port + 1}."
            ) from None
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise CannotListen(
            f"Expected to listen on {host} port {port}, got: {reason}. "
            "Next: pass another --host or --port."
        ) from None
    # asyncio sets TCP_NODELAY only on sockets that it creates. Without it, the second reply of a
    # connection waits 40 ms for the client's acknowledgement. Accepted sockets inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket, gateway: Gateway) -> str:
    """Return the URL to open in a browser, with the stage."""
    host, port = listener.getsockname()[:2]
    # A browser cannot open 0.0.0.0 or [::], which mean all addresses of this machine.
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}{gateway.front.root}/"


def create_server(gateway: Gateway, on_started: Callable[[], None]) -> uvicorn.Server:
    """Return a uvicorn server that calls `on_started` when it accepts requests. It logs little."""
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
    # The gateway prints better messages, with the request and the function.
    logging.getLogger("uvicorn.error").addFilter(_should_log)
    return _Server(config, on_started)


def run(gateway: Gateway, listener: socket.socket, on_started: Callable[[], None]) -> bool:
    """Serve until Ctrl-C. Calls `on_started` when the server accepts requests.

    Returns whether the functions started.
    """
    server = create_server(gateway, on_started)
    # After Ctrl-C uvicorn shuts down and raises KeyboardInterrupt; a failed startup is SystemExit.
    with listener, contextlib.suppress(KeyboardInterrupt, SystemExit):
        server.run(sockets=[listener])
    if gateway.stuck:
        # A busy thread cannot be stopped, and its resources could block the interpreter's exit.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return server.started


def _should_log(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(("Cancel ", "Application startup failed"))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()
