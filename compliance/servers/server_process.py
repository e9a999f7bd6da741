"""One real server with the recording app.

    python -m compliance.servers.server_process NAME DESCRIPTOR ROOT_PATH

The descriptor is a listening socket. The servers' length limits are raised, so that they serve all
requests, and their own reply headers are switched off if that is possible. The process ends when
its standard input is closed, so that it never outlives the parent.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

from compliance.servers.recording_apps import asgi_app, wsgi_app

MAX_HEAD = 1024 * 1024  # bytes of the request line and headers


def run_uvicorn(descriptor: int, root: str) -> None:
    import uvicorn

    config = uvicorn.Config(
        asgi_app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        h11_max_incomplete_event_size=MAX_HEAD,
        root_path=root,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def run_hypercorn(descriptor: int, root: str) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.root_path = root
    config.errorlog = config.accesslog = None
    config.include_date_header = config.include_server_header = False
    config.h11_max_incomplete_size = MAX_HEAD
    asyncio.run(serve(asgi_app, config))


def run_gunicorn(descriptor: int, root: str) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"fd://{descriptor}",
                "worker_class": "sync",
                "timeout": 0,  # do not end workers on a busy machine
                "loglevel": "critical",
                "limit_request_line": 0,
                "limit_request_field_size": MAX_HEAD,
                "limit_request_fields": 32768,
                "forwarded_allow_ips": "",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return wsgi_app

    os.environ["SCRIPT_NAME"] = root
    Application().run()


def run_waitress(descriptor: int, root: str) -> None:
    from waitress import serve  # type: ignore[import-untyped]

    listener = socket.socket(fileno=descriptor)
    serve(
        wsgi_app,
        sockets=[listener],
        ident=None,
        url_prefix=root,
        max_request_header_size=MAX_HEAD,
        clear_untrusted_proxy_headers=False,
        threads=1,
        _quiet=True,
    )


SERVERS: dict[str, Callable[[int, str], None]] = {
    "uvicorn": run_uvicorn,
    "hypercorn": run_hypercorn,
    "gunicorn": run_gunicorn,
    "waitress": run_waitress,
}


def _stop_with_parent() -> None:
    # Not sys.stdin: a thread that holds its lock prevents a clean exit of the interpreter.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    logging.disable(logging.CRITICAL)
    SERVERS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
