"""Formats the tables and reasons of docs/parity.md, which are between two markers there."""

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
from compliance.servers.measurement import REFERENCE, SECOND, Measurement
from compliance.servers.odd_replies import REPLIES
from compliance.servers.reference_servers import REASONS, find_server_differences
from compliance.servers.rows import ROWS

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
BEGIN = "<!-- written by compliance/servers/run.py: begin -->"
END = "<!-- written by compliance/servers/run.py: end -->"
SERVERS = [*REFERENCE.values(), *SECOND.values()]


def format_section(measurement: Measurement) -> str:
    """The text between the markers."""
    parts = [
        _format_versions(),
        "## What ASGI apps see, against uvicorn\n",
        _format_counts(measurement, "requests", "asgi", COLUMNS),
        "## What WSGI apps see, against gunicorn\n",
        _format_counts(measurement, "requests", "wsgi", COLUMNS),
        "## What clients get from ASGI apps, against uvicorn\n",
        _format_counts(measurement, "replies", "asgi", COLUMNS_OF_REPLIES),
        "## What clients get from WSGI apps, against gunicorn\n",
        _format_counts(measurement, "replies", "wsgi", COLUMNS_OF_REPLIES),
        "## Why requests differ\n",
        _format_reasons(measurement, ALLOWED, "requests"),
        _format_too_large(measurement, "requests", TOO_LARGE),
        "## Why replies differ\n",
        _format_reasons(measurement, ALLOWED_OF_REPLIES, "replies"),
        _format_too_large(measurement, "replies", UNSENDABLE),
        "## What every source does to every message\n",
        _format_list([*ALLOWED, *ALLOWED_OF_REPLIES]),
        "## What servers refuse\n",
        _format_refused(measurement),
        "## Where servers differ from each other\n",
        _format_server_differences(measurement),
    ]
    return "\n".join(parts)


def replace_section(section: str, page: str) -> str:
    """The page with a new section. Raises ValueError if the page has no markers."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"Expected the markers {BEGIN} and {END} in {PAGE.name}, got none.")
    return f"{before}{BEGIN}\n\n{section}\n{END}{after}"


def _format_versions() -> str:
    servers = ", ".join(f"{name} {version(name)}" for name in SERVERS)
    themes = ", ".join(f"{len(theme)} {name}" for name, theme in THEMES.items())
    return (
        f"{len(REQUESTS)} requests ({themes}) and {len(REPLIES)} replies; {servers}, "
        f"h11 {version('h11')}.\n"
    )


def _format_rows(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(header)
    table = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def _format_counts(measurement: Measurement, what: str, kind: str, columns: list[str]) -> str:
    rows = []
    for row in ROWS:
        tally = measurement.tallies[what, kind, row.name]
        count = len(tally.compared)
        if count:
            cells = [f"{count - len(tally.differing[column])}/{count}" for column in columns]
            rows.append([_format_row_name(row.name), *cells])
    return _format_rows(["source", *columns], rows)


def _format_row_name(row: str) -> str:
    name, comma, rest = row.partition(",")
    return f"`{name}`{comma}{rest}"


def _format_reasons(measurement: Measurement, allowances: list[Allowance], what: str) -> str:
    rows = [
        [allowance.column, allowance.reason, _format_sources(measurement, allowance)]
        for allowance in allowances
        if allowance.column and any(map(allowance.where, ROWS))
    ]
    return _format_rows(["column", "what differs, and why", f"sources, with their {what}"], rows)


def _format_sources(measurement: Measurement, allowance: Allowance) -> str:
    """Each source, with the number of requests or replies that needed the allowance."""
    names: dict[str, set[str]] = {}
    for row in ROWS:
        if allowance.where(row):
            seen = {name for _, name in measurement.used[allowance, row.name]}
            names.setdefault(row.source, set()).update(seen)
    return ", ".join(f"`{source}` {len(seen)}" for source, seen in names.items())


def _format_list(allowances: list[Allowance]) -> str:
    shown = [a for a in allowances if not a.column and any(map(a.where, ROWS))]
    return "".join(f"- {allowance.reason}\n" for allowance in shown)


def _format_too_large(measurement: Measurement, what: str, reason: str) -> str:
    rows: dict[str, list[str]] = {}
    for row in ROWS:
        names = ", ".join(measurement.tallies[what, "asgi", row.name].too_large)
        if names:
            rows.setdefault(names, []).append(_format_row_name(row.name))
    table = _format_rows(["not passed on", "by"], ([n, "; ".join(by)] for n, by in rows.items()))
    return f"{reason}\n\n{table}" if rows else ""


def _format_refused(measurement: Measurement) -> str:
    rows = []
    for name in REQUESTS:
        seen = [measurement.records[server, ""][name] for server in SERVERS]
        if any(isinstance(record, str) for record in seen):
            cells = [record if isinstance(record, str) else "served" for record in seen]
            ours = "served" if cells[0] == "served" else f"{cells[0]}, by the local gateway"
            rows.append([name, *cells, ours])
    return _format_rows(["request", *SERVERS, "ours"], rows)


def _format_server_differences(measurement: Measurement) -> str:
    rows = [
        [server, field.replace("_", " "), str(len(names)), REASONS.get((server, field), "")]
        for (server, field), names in find_server_differences(measurement).items()
    ]
    return _format_rows(["server", "field", "messages", "how it differs"], rows)
