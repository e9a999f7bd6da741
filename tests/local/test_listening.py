"""The socket that `serve` listens on."""

import socket

from lambda_adapters.local.server import listening


def test_replies_do_not_wait_for_the_clients_acknowledgement() -> None:
    with listening("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        with client, accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
