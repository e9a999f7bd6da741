"""The whole simulation: every sender's cases, then what the app has stored and what it lists."""

import time
from collections.abc import Iterator, Mapping

import httpx

from simulation.cases import run_cases
from simulation.session import Result, Secrets, Session
from simulation.signing import NOTE, SENDERS

Auth = tuple[str, str] | None


def run_simulation(
    client: httpx.Client, secrets: Mapping[str, Secrets], *, auth: Auth = None, wait: float = 0.0
) -> Iterator[Result]:
    """The result of each case, through an httpx client whose base URL is the app's.

    `secrets` are by sender. `auth` is for the list of deliveries. `wait` is how many seconds a
    queue may need until a delivery is stored. Errors of requests are not raised: they are in the
    results.
    """
    sessions = [Session(client, sender, secrets[sender.name]) for sender in SENDERS]
    yield from run_cases(sessions)
    for session in sessions:
        yield _check_stored(session, auth, wait)
    yield _check_page(sessions, client, auth)


def _check_stored(session: Session, auth: Auth, wait: float) -> Result:
    """Accepted messages must be stored once, refused ones not at all."""
    deadline = time.monotonic() + wait
    while True:
        accepted = [_count_stored(session, delivery_id, auth) for delivery_id in session.accepted]
        if all(count != "0" for count in accepted) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    refused = [_count_stored(session, delivery_id, auth) for delivery_id in session.refused]
    expected = _format_counts(["1"] * len(accepted), ["0"] * len(refused))
    return Result(session.sender.name, "stored", expected, _format_counts(accepted, refused))


def _format_counts(accepted: list[str], refused: list[str]) -> str:
    return f"accepted {' '.join(accepted)}, refused {' '.join(refused)}"


def _count_stored(session: Session, delivery_id: str, auth: Auth) -> str:
    """How many times the app has stored a delivery, or the error."""
    parameters = {"sender": session.sender.name, "id": delivery_id}
    try:
        reply = session.client.get("/deliveries", params=parameters, auth=auth)
        found = reply.json()["deliveries"] if reply.status_code == 200 else None
    except (httpx.TransportError, ValueError) as error:
        return type(error).__name__
    return f"({reply.status_code})" if found is None else str(len(found))


def _check_page(sessions: list[Session], client: httpx.Client, auth: Auth) -> Result:
    """The page must list the first delivery of each sender, newest first, with escaped text."""
    expected = "200, newest first, escaped"
    try:
        reply = client.get("/", auth=auth)
    except httpx.TransportError as error:
        return Result("page", "lists them", expected, type(error).__name__)
    text = reply.text
    positions = [text.find(session.accepted[0]) for session in reversed(sessions)]
    parts = [str(reply.status_code)]
    order = "newest first" if positions == sorted(positions) else "wrong order"
    parts.append("some are missing" if -1 in positions else order)
    tags = NOTE[NOTE.index("<") :]
    parts.append(
        "not escaped" if tags in text else "escaped" if "&lt;script&gt;" in text else "none"
    )
    return Result("page", "lists them", expected, ", ".join(parts))
