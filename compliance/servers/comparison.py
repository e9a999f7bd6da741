"""One case of the comparison, and the allowances that explain a difference."""

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

    `kind` is asgi or wsgi. `raw` is the request as bytes, `request` as the gateway parsed it, and
    `sent_headers` are its headers. `ours` is the value behind our adapter, for rules that accept
    two spellings.
    """

    kind: str
    row: Row
    name: str
    request: Request
    raw: RawRequest
    sent_headers: Headers = field(default_factory=list)
    ours: Value = None


@dataclass(frozen=True, eq=False)
class Allowance:
    """An allowed difference: `change` turns the value of the server into the allowed value.

    `field` is a field of the record, `column` a column of the tables. An empty column is for a
    difference that every message has and that the tables do not count. `where` selects the rows.
    """

    field: str
    column: str
    where: Callable[[Row], bool]
    change: Callable[[Value, Case], Value]
    reason: str


@dataclass(frozen=True)
class Difference:
    """A value that is not the one that the allowances make from the server's value."""

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
        lines += [f"  {word:8}{_shorten(value)}" for word, value in values.items()]
        return "\n".join(lines)


def apply_allowances(
    value: Value,
    case: Case,
    allowances: Sequence[Allowance],
    convert: Callable[[Value], Value],
) -> tuple[Value, list[Allowance]]:
    """The value that the app is expected to see, and the allowances that were needed for it.

    `convert` turns a value into what an app sees. An allowance is needed if it changes that.
    """
    used = []
    for allowance in allowances:
        changed = allowance.change(value, case)
        if convert(changed) != convert(value):
            used.append(allowance)
        value = changed
    return convert(value), used


def _shorten(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:200]} ... {text[-200:]}"
