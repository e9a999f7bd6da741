"""Helpers of the tests: send signed messages, and list what is stored."""

import time
from collections.abc import Callable
from typing import Any

import httpx
from simulation.session import Secrets
from simulation.signing import SENDERS, Message, Sender

from lambda_adapters import Router

MakeHandler = Callable[[], Router]
BY_NAME = {sender.name: sender for sender in SENDERS}
RESULTS = 39  # of a simulation: 12 cases of Stripe, 10 of GitHub, 13 of Slack, and 4 checks


def send_message(client: httpx.Client, sender: Sender, message: Message, secrets: Secrets) -> int:
    """Sign and send a message. The status of the reply."""
    headers = message.headers | sender.sign(message.body, secrets.new, int(time.time()))
    return client.post(sender.path, content=message.body, headers=headers).status_code


def list_stored(client: httpx.Client) -> list[tuple[str, str]]:
    """Senders and ids of the stored deliveries, newest first."""
    listed: dict[str, Any] = client.get("/deliveries").json()
    return [(delivery["sender"], delivery["id"]) for delivery in listed["deliveries"]]
