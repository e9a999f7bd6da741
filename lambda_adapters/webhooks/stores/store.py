"""Store: where it is written down which deliveries are under way and which are finished."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True, frozen=True)
class Leased:
    """The delivery is yours until the lease ends. `token` proves it to finish and release."""

    token: str


@dataclass(slots=True, frozen=True)
class Busy:
    """Somebody else has it; `seconds` until that lease ends, if they do not finish before."""

    seconds: float


@dataclass(slots=True, frozen=True)
class Finished:
    """It was finished before, with this answer."""

    answer: str


class Store(Protocol):
    """Leases and answers by key. Each method is one atomic step, safe against other threads,
    processes and machines as far as the store reaches; each may raise anything where the store
    is down. Keys (not empty) and answers are text that UTF-8 can hold."""

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        """Take a key for `lease` seconds, unless it is taken or finished. A lease or an answer
        that has run out counts for nothing."""

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        """Write the answer down for `keep` seconds, also when the lease has run out and nobody
        took it since; False where it is somebody else's by now, or was given back, and then
        nothing is written."""

    def release(self, key: str, token: str) -> bool:
        """Give the key back, so that the next one may take it; False where it is somebody
        else's by now, or finished, and then nothing is written."""
