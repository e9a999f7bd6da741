"""The cases: what a sender does in each, and what it must see."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import httpx

from plays.signing import slack_message
from plays.stage import Line, Stage

ACCEPTED = "202"
LIMIT = 1_048_576  # bytes of a body that the app takes
AT_ONCE = 8


Case = Callable[[Stage], tuple[str, str]]
"""Plays it; what must be seen, and what was."""


def _right(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=True)
    return ACCEPTED, stage.send(message, stage.headers(message))


def _old_secret(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=True)
    return ACCEPTED, stage.send(message, stage.headers(message, secret=stage.secrets.old or ""))


def _wrong_signature(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    return "401", stage.send(message, stage.headers(message, secret="whsec_nobody_has_this_one"))  # noqa: S106 - that is the case


def _no_signature(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    return "401", stage.send(message, message.headers)


def _stale(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    return "401", stage.send(message, stage.headers(message, late=600))


def _from_the_future(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    return "401", stage.send(message, stage.headers(message, late=-600))


def _body_changed(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    return "401", stage.send(message, stage.headers(message, body=message.body + b" "))


def _not_utf_8(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=not stage.player.signs_text)
    message = replace(message, body=message.body.replace("€".encode(), b"\xa4\xff\x00"))
    # Called what it is: most fronts take JSON for text, and put U+FFFD where bytes are none.
    headers = stage.headers(message) | {"content-type": "application/octet-stream"}
    expected = "401" if stage.player.signs_text else ACCEPTED
    return expected, stage.send(message, headers)


def _repeated(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=True)
    seen = [stage.send(message, stage.headers(message)) for _ in range(3)]
    return " ".join([ACCEPTED] * 3), " ".join(seen)


def _huge(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    message = replace(message, body=message.body.ljust(LIMIT + 1))
    return "413", stage.send(message, stage.headers(message))


def _many_at_once(stage: Stage) -> tuple[str, str]:
    """Whoever is not first hears 409 or the first one's answer, and afterwards that answer."""
    message = stage.message(stored=True)
    headers = stage.headers(message)
    together = Barrier(AT_ONCE)

    def send(_: int) -> str:
        together.wait()
        return stage.send(message, headers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        seen = set(threads.map(send, range(AT_ONCE)))
    others = sorted(seen - {ACCEPTED, "409"})
    first = [ACCEPTED] if ACCEPTED in seen else ["no " + ACCEPTED]
    last = stage.send(message, headers)
    return f"{ACCEPTED} or 409, then {ACCEPTED}", " ".join(first + others) + f" or 409, then {last}"


def _unknown_path(stage: Stage) -> tuple[str, str]:
    message = stage.message(stored=False)
    path = f"{stage.player.path}/elsewhere"
    return "404", stage.send(message, stage.headers(message), path)


def _challenge(stage: Stage) -> tuple[str, str]:
    """Slack asks a new URL to repeat a word."""
    message = slack_message(type="url_verification", challenge="3eZbrw1aB")
    try:
        reply = stage.client.post(
            stage.player.path, content=message.body, headers=stage.headers(message)
        )
        word = reply.json().get("challenge") if reply.status_code == 200 else None
    except (httpx.TransportError, ValueError) as error:
        return "200 3eZbrw1aB", type(error).__name__
    return "200 3eZbrw1aB", f"{reply.status_code} {word}"


CASES: dict[str, Case] = {
    "right": _right,
    "signed with the old secret": _old_secret,
    "wrong signature": _wrong_signature,
    "no signature": _no_signature,
    "stale": _stale,
    "from the future": _from_the_future,
    "body changed": _body_changed,
    "bytes that are not UTF-8": _not_utf_8,
    "repeated": _repeated,
    "huge": _huge,
    f"{AT_ONCE} at once": _many_at_once,
    "unknown path": _unknown_path,
    "challenge": _challenge,
}
_OF_TIME = ("stale", "from the future")


def cases_of(stage: Stage) -> Iterator[tuple[str, Case]]:
    """The cases that this sender can play."""
    for name, case in CASES.items():
        if name in _OF_TIME and not stage.player.signs_time:
            continue
        if case is _old_secret and stage.secrets.old is None:
            continue
        if case is _challenge and stage.player.name != "slack":
            continue
        yield name, case


def lines_of(stages: Iterable[Stage]) -> Iterator[Line]:
    """Play every case of every sender."""
    for stage in stages:
        for name, case in cases_of(stage):
            expected, seen = case(stage)
            yield Line(stage.player.name, name, expected, seen)
