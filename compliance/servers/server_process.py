"""One real server with the recording app: `python -m
compliance.servers.server_process NAME DESCRIPTOR ROOT_PATH`.

The descriptor is a socket that listens already. The servers' limits on lengths are lifted, so that
they show what they would; what they add to a reply of their own accord is switched off where it
can be. Ends when its standard input does, so that it never outlives who started it.
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

LONG = 1024 * 1024  # bytes of a request's head


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
        h11_max_incomplete_event_size=LONG,
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
    config.h11_max_incomplete_size = LONG
    asyncio.run(serve(asgi_app, config))


def run_gunicorn(descriptor: int, root: str) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Application(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"fd://{descriptor}",
                "worker_class": "sync",
                "timeout": 0,  # a busy machine is no reason to end a worker
                "loglevel": "critical",
                "limit_request_line": 0,
                "limit_request_field_size": LONG,
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
        max_request_header_size=LONG,
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


def _end_with_the_parent() -> None:
    # Not sys.stdin: a thread that holds its lock keeps the interpreter from ending in peace.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    logging.disable(logging.CRITICAL)
    SERVERS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
