"""What the tests share: messages as the senders sign them, and what is stored of them."""

import time
from collections.abc import Callable
from typing import Any

import httpx
from plays.signing import PLAYERS, Message, Player
from plays.stage import Secrets

from lambda_adapters import Router

Made = Callable[[], Router]
BY_NAME = {player.name: player for player in PLAYERS}
LINES = 39  # of a whole play: 12 cases of Stripe, 10 of GitHub, 13 of Slack, and 4 looks


def sent(client: httpx.Client, player: Player, message: Message, secrets: Secrets) -> int:
    """The status that a sender gets for a message of its own."""
    headers = message.headers | player.sign(message.body, secrets.new, int(time.time()))
    return client.post(player.path, content=message.body, headers=headers).status_code


def stored(client: httpx.Client) -> list[tuple[str, str]]:
    """Senders and ids of what is stored, the newest first."""
    listed: dict[str, Any] = client.get("/deliveries").json()
    return [(delivery["sender"], delivery["id"]) for delivery in listed["deliveries"]]
