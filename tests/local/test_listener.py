"""The socket that `serve` listens on."""

import socket

from lambda_adapters.local.server import open_listener


def test_connections_have_tcp_nodelay() -> None:
    with open_listener("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        connection, _ = listener.accept()
        with client, connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
