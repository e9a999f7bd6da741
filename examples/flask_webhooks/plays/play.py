"""The whole play: every sender's cases, and then what is stored and what the page shows."""

import time
from collections.abc import Iterator, Mapping

import httpx

from plays.cases import lines_of
from plays.signing import NOTE, PLAYERS
from plays.stage import Line, Secrets, Stage

Auth = tuple[str, str] | None


def play(
    client: httpx.Client, secrets: Mapping[str, Secrets], *, auth: Auth = None, wait: float = 0.0
) -> Iterator[Line]:
    """Each case as it was played, through any httpx client whose base URL is the app's.

    `secrets` by sender; `auth` opens the lists; `wait`: seconds that a queue may take until a
    delivery is stored. Never raises what happens to a request: that is in the line.
    """
    stages = [Stage(client, player, secrets[player.name]) for player in PLAYERS]
    yield from lines_of(stages)
    for stage in stages:
        yield _stored(stage, auth, wait)
    yield _page(stages, client, auth)


def _stored(stage: Stage, auth: Auth, wait: float) -> Line:
    """What was accepted is stored once, what was refused is not."""
    until = time.monotonic() + wait
    while True:
        accepted = [_times(stage, delivery_id, auth) for delivery_id in stage.stored]
        if all(times != "0" for times in accepted) or time.monotonic() > until:
            break
        time.sleep(0.5)
    refused = [_times(stage, delivery_id, auth) for delivery_id in stage.refused]
    expected = _told(["1"] * len(accepted), ["0"] * len(refused))
    return Line(stage.player.name, "stored", expected, _told(accepted, refused))


def _told(accepted: list[str], refused: list[str]) -> str:
    return f"accepted {' '.join(accepted)}, refused {' '.join(refused)}"


def _times(stage: Stage, delivery_id: str, auth: Auth) -> str:
    """How many times the list has it."""
    asked = {"sender": stage.player.name, "id": delivery_id}
    try:
        reply = stage.client.get("/deliveries", params=asked, auth=auth)
        found = reply.json()["deliveries"] if reply.status_code == 200 else None
    except (httpx.TransportError, ValueError) as error:
        return type(error).__name__
    return f"({reply.status_code})" if found is None else str(len(found))


def _page(stages: list[Stage], client: httpx.Client, auth: Auth) -> Line:
    """The page shows each first delivery, newest first, and what they say as text."""
    expected = "200, newest first, escaped"
    try:
        reply = client.get("/", auth=auth)
    except httpx.TransportError as error:
        return Line("page", "lists them", expected, type(error).__name__)
    text = reply.text
    places = [text.find(stage.stored[0]) for stage in reversed(stages)]
    seen = [str(reply.status_code)]
    order = "newest first" if places == sorted(places) else "wrong order"
    seen.append("not all there" if -1 in places else order)
    tags = NOTE[NOTE.index("<") :]
    seen.append(
        "not escaped" if tags in text else "escaped" if "&lt;script&gt;" in text else "none"
    )
    return Line("page", "lists them", expected, ", ".join(seen))
