"""What a server shows an app, what ours shows it, and which allowances stand between the two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from compliance.servers.raw_requests import RawRequest
from compliance.servers.rows import Row
from lambda_adapters import Request
from lambda_adapters.http.messages import Headers

Value = Any


@dataclass(frozen=True)
class Case:
    """One request or reply on one row.

    `kind`: asgi or wsgi. `request` is what the gateway took from the wire; `ours` the value that
    our adapter gave, for rules that can only say what both must mean.
    """

    kind: str
    row: Row
    name: str
    request: Request
    raw: RawRequest
    sent: Headers = field(default_factory=list)
    ours: Value = None


@dataclass(frozen=True, eq=False)
class Allowance:
    """A difference that a row may have, as what it makes of the server's value.

    `field` is the record's, `column` the table's; an empty column: what every platform does to
    every message, which the tables do not count. `where` tells the rows.
    """

    field: str
    column: str
    where: Callable[[Row], bool]
    change: Callable[[Value, Case], Value]
    reason: str


@dataclass(frozen=True)
class Difference:
    """A value that is neither the server's nor what the allowances make of it."""

    row: str
    kind: str
    name: str
    field: str
    theirs: Value
    expected: Value
    ours: Value

    def __str__(self) -> str:
        lines = [f"{self.row} ({self.kind}), {self.name}: {self.field}"]
        values = {"server": self.theirs, "allowed": self.expected, "ours": self.ours}
        lines += [f"  {word:8}{_short(value)}" for word, value in values.items()]
        return "\n".join(lines)


def expectation(
    value: Value,
    case: Case,
    allowances: Sequence[Allowance],
    seen: Callable[[Value], Value],
) -> tuple[Value, list[Allowance]]:
    """What the app is to see instead of `value`, and the allowances that it took.

    `seen` makes what an app sees of a value: an allowance counts where that changes.
    """
    used = []
    for allowance in allowances:
        changed = allowance.change(value, case)
        if seen(changed) != seen(value):
            used.append(allowance)
        value = changed
    return seen(value), used


def _short(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:200]} ... {text[-200:]}"
