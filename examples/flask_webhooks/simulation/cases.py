"""The cases: what a sender sends in each, and what it must get."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import httpx

from simulation.session import Result, Session
from simulation.signing import create_slack_message

ACCEPTED = "202"
LIMIT = 1_048_576  # bytes of a body that the app accepts
AT_ONCE = 8


Case = Callable[[Session], tuple[str, str]]
"""Runs the case and returns the expected and the actual result."""


def _send_valid(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=True)
    return ACCEPTED, session.send(message, session.sign(message))


def _send_with_old_secret(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=True)
    headers = session.sign(message, secret=session.secrets.old or "")
    return ACCEPTED, session.send(message, headers)


def _send_with_wrong_secret(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    headers = session.sign(message, secret="whsec_unknown_to_the_app")  # noqa: S106 - not a secret
    return "401", session.send(message, headers)


def _send_unsigned(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    return "401", session.send(message, message.headers)


def _send_stale(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    return "401", session.send(message, session.sign(message, age=600))


def _send_from_future(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    return "401", session.send(message, session.sign(message, age=-600))


def _send_changed_body(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    return "401", session.send(message, session.sign(message, body=message.body + b" "))


def _send_invalid_utf_8(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=not session.sender.signs_text)
    message = replace(message, body=message.body.replace("€".encode(), b"\xa4\xff\x00"))
    # Not as JSON: most fronts treat JSON as text and replace invalid bytes with U+FFFD.
    headers = session.sign(message) | {"content-type": "application/octet-stream"}
    expected = "401" if session.sender.signs_text else ACCEPTED
    return expected, session.send(message, headers)


def _send_three_times(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=True)
    statuses = [session.send(message, session.sign(message)) for _ in range(3)]
    return " ".join([ACCEPTED] * 3), " ".join(statuses)


def _send_huge_body(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    message = replace(message, body=message.body.ljust(LIMIT + 1))
    return "413", session.send(message, session.sign(message))


def _send_at_once(session: Session) -> tuple[str, str]:
    """One request gets the app's answer. The others get the same answer or a 409; when they try
    again, they get the answer."""
    message = session.create_message(valid=True)
    headers = session.sign(message)
    barrier = Barrier(AT_ONCE)

    def send(_: int) -> str:
        barrier.wait()
        return session.send(message, headers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = set(threads.map(send, range(AT_ONCE)))
    others = sorted(statuses - {ACCEPTED, "409"})
    first = [ACCEPTED] if ACCEPTED in statuses else ["no " + ACCEPTED]
    last = session.send(message, headers)
    return f"{ACCEPTED} or 409, then {ACCEPTED}", " ".join(first + others) + f" or 409, then {last}"


def _send_to_unknown_path(session: Session) -> tuple[str, str]:
    message = session.create_message(valid=False)
    path = f"{session.sender.path}/elsewhere"
    return "404", session.send(message, session.sign(message), path)


def _send_challenge(session: Session) -> tuple[str, str]:
    """Slack asks a new URL to repeat a word."""
    message = create_slack_message(type="url_verification", challenge="3eZbrw1aB")
    try:
        reply = session.client.post(
            session.sender.path, content=message.body, headers=session.sign(message)
        )
        word = reply.json().get("challenge") if reply.status_code == 200 else None
    except (httpx.TransportError, ValueError) as error:
        return "200 3eZbrw1aB", type(error).__name__
    return "200 3eZbrw1aB", f"{reply.status_code} {word}"


CASES: dict[str, Case] = {
    "valid": _send_valid,
    "signed with the old secret": _send_with_old_secret,
    "wrong signature": _send_with_wrong_secret,
    "no signature": _send_unsigned,
    "stale": _send_stale,
    "from the future": _send_from_future,
    "body changed": _send_changed_body,
    "bytes that are not UTF-8": _send_invalid_utf_8,
    "repeated": _send_three_times,
    "huge": _send_huge_body,
    f"{AT_ONCE} at once": _send_at_once,
    "unknown path": _send_to_unknown_path,
    "challenge": _send_challenge,
}
_NEED_TIME = ("stale", "from the future")


def select_cases(session: Session) -> Iterator[tuple[str, Case]]:
    """The cases that apply to this sender."""
    for name, case in CASES.items():
        if name in _NEED_TIME and not session.sender.signs_time:
            continue
        if case is _send_with_old_secret and session.secrets.old is None:
            continue
        if case is _send_challenge and session.sender.name != "slack":
            continue
        yield name, case


def run_cases(sessions: Iterable[Session]) -> Iterator[Result]:
    """Run every case of every sender."""
    for session in sessions:
        for name, case in select_cases(session):
            expected, actual = case(session)
            yield Result(session.sender.name, name, expected, actual)
