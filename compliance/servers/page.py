"""docs/parity.md: the tables and reasons between its markers are written from what was measured."""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from compliance.servers.all_requests import REQUESTS, THEMES
from compliance.servers.allowed_differences import ALLOWED, COLUMNS, TOO_LARGE
from compliance.servers.allowed_reply_differences import (
    ALLOWED_OF_REPLIES,
    COLUMNS_OF_REPLIES,
    UNSENDABLE,
)
from compliance.servers.comparison import Allowance
from compliance.servers.measurement import REFERENCE, SECOND, Measured
from compliance.servers.odd_replies import REPLIES
from compliance.servers.reference_servers import REASONS, opinions
from compliance.servers.rows import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
BEGIN = "<!-- written by compliance/servers/run.py: begin -->"
END = "<!-- written by compliance/servers/run.py: end -->"
SERVERS = [*REFERENCE.values(), *SECOND.values()]


def section_of(measured: Measured) -> str:
    """What stands between the markers."""
    parts = [
        _versions(),
        "## What ASGI apps see, against uvicorn\n",
        _table(measured, "requests", "asgi", COLUMNS),
        "## What WSGI apps see, against gunicorn\n",
        _table(measured, "requests", "wsgi", COLUMNS),
        "## What clients get of ASGI apps, against uvicorn\n",
        _table(measured, "replies", "asgi", COLUMNS_OF_REPLIES),
        "## What clients get of WSGI apps, against gunicorn\n",
        _table(measured, "replies", "wsgi", COLUMNS_OF_REPLIES),
        "## Why requests differ\n",
        _reasons(measured, ALLOWED, "requests"),
        _too_large(measured, "requests", TOO_LARGE),
        "## Why replies differ\n",
        _reasons(measured, ALLOWED_OF_REPLIES, "replies"),
        _too_large(measured, "replies", UNSENDABLE),
        "## What every source does to every message\n",
        _always([*ALLOWED, *ALLOWED_OF_REPLIES]),
        "## What servers refuse\n",
        _refused(measured),
        "## Where servers differ among themselves\n",
        _opinions(measured),
    ]
    return "\n".join(parts)


def page_with(section: str, page: str) -> str:
    """The page with this section. Raises ValueError where its markers are gone."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"Expected the markers {BEGIN} and {END} in {PAGE.name}, got none.")
    return f"{before}{BEGIN}\n\n{section}\n{END}{after}"


def _versions() -> str:
    servers = ", ".join(f"{name} {version(name)}" for name in SERVERS)
    themes = ", ".join(f"{len(theme)} {name}" for name, theme in THEMES.items())
    return (
        f"{len(REQUESTS)} requests ({themes}) and {len(REPLIES)} replies; {servers}, "
        f"h11 {version('h11')}.\n"
    )


def _lines(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    table = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def _table(measured: Measured, what: str, kind: str, columns: list[str]) -> str:
    rows = []
    for row in ROWS:
        tally = measured.tallies[what, kind, row.name]
        count = len(tally.compared)
        if count:
            cells = [f"{count - len(tally.differing[column])}/{count}" for column in columns]
            rows.append([_as_code(row.name), *cells])
    return _lines(["source", *columns], rows)


def _as_code(row: str) -> str:
    name, comma, rest = row.partition(",")
    return f"`{name}`{comma}{rest}"


def _reasons(measured: Measured, allowances: list[Allowance], what: str) -> str:
    rows = [
        [allowance.column, allowance.reason, _where(measured, allowance)]
        for allowance in allowances
        if allowance.column and any(map(allowance.where, ROWS))
    ]
    return _lines(["column", "what differs, and why", f"sources, with their {what}"], rows)


def _where(measured: Measured, allowance: Allowance) -> str:
    """Each source with how many requests or replies showed it, in either kind of app."""
    names: dict[str, set[str]] = {}
    for row in ROWS:
        if allowance.where(row):
            seen = {name for _, name in measured.used[allowance, row.name]}
            names.setdefault(row.source, set()).update(seen)
    return ", ".join(f"`{source}` {len(seen)}" for source, seen in names.items())


def _always(allowances: list[Allowance]) -> str:
    shown = [a for a in allowances if not a.column and any(map(a.where, ROWS))]
    return "".join(f"- {allowance.reason}\n" for allowance in shown)


def _too_large(measured: Measured, what: str, reason: str) -> str:
    rows: dict[str, list[str]] = {}
    for row in ROWS:
        names = ", ".join(measured.tallies[what, "asgi", row.name].too_large)
        if names:
            rows.setdefault(names, []).append(_as_code(row.name))
    table = _lines(["not passed on", "by"], ([n, "; ".join(by)] for n, by in rows.items()))
    return f"{reason}\n\n{table}" if rows else ""


def _refused(measured: Measured) -> str:
    rows = []
    for name in REQUESTS:
        seen = [measured.records[server, ""][name] for server in SERVERS]
        if any(isinstance(record, str) for record in seen):
            cells = [record if isinstance(record, str) else "served" for record in seen]
            ours = "served" if cells[0] == "served" else f"{cells[0]}, by the local gateway"
            rows.append([name, *cells, ours])
    return _lines(["request", *SERVERS, "ours"], rows)


def _opinions(measured: Measured) -> str:
    rows = [
        [server, field.replace("_", " "), str(len(names)), REASONS.get((server, field), "")]
        for (server, field), names in opinions(measured).items()
    ]
    return _lines(["server", "field", "messages", "how it differs"], rows)
