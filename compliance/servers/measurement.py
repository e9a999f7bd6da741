"""Compares what the servers showed with what ours shows, field by field, and keeps count."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from compliance.servers.all_requests import REQUESTS, THEME_OF
from compliance.servers.allowed_differences import ALLOWED
from compliance.servers.allowed_reply_differences import ALLOWED_OF_REPLIES
from compliance.servers.clients import (
    HANDLERS,
    TooLarge,
    asking_for,
    invocation_of,
    our_record,
    our_reply,
    records_of,
    replies_of,
    request_from_record,
)
from compliance.servers.comparison import Allowance, Case, Difference, expectation
from compliance.servers.header_losses import folded
from compliance.servers.odd_replies import REPLIES
from compliance.servers.real_servers import running
from compliance.servers.recording_apps import Record
from compliance.servers.rows import ROWS, Row

SERVERS = [
    ("uvicorn", ""),
    ("uvicorn", "/prod"),
    ("gunicorn", ""),
    ("gunicorn", "/prod"),
    ("hypercorn", ""),
    ("waitress", ""),
]
REFERENCE = {"asgi": "uvicorn", "wsgi": "gunicorn"}
SECOND = {"asgi": "hypercorn", "wsgi": "waitress"}
Records = dict[str, Record | str]
_SOURCE_OF = {row.name: row.source for row in ROWS}


@dataclass
class Tally:
    """One row of a table: the names of what was compared, of what the platform was too small for,
    and of what differed in each column."""

    compared: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    differing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Measured:
    """All that one run has found. `tallies`: by requests or replies, by kind, by row; `used`: by
    allowance and row, the names and kinds that it was needed for."""

    records: dict[tuple[str, str], Records] = field(default_factory=dict)
    replies: dict[str, dict[str, Record]] = field(default_factory=dict)
    tallies: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    used: dict[tuple[Allowance, str], set[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    differences: list[Difference] = field(default_factory=list)


def measure() -> Measured:
    """Everything. Raises CannotStart where a server does not start."""
    measured = Measured()
    with _quiet(), running(*SERVERS) as servers, ThreadPoolExecutor(len(servers)) as pool:
        for server, records in zip(servers, pool.map(records_of, servers), strict=True):
            measured.records[server.name, server.root] = records
        plain = [server for server in servers if not server.root]
        for server, replies in zip(plain, pool.map(replies_of, plain), strict=True):
            measured.replies[server.name] = replies
        _compare_all(measured)
    return measured


@contextmanager
def _quiet() -> Iterator[None]:
    """What the adapters refuse is compared, so their log would say it twice."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _compare_all(measured: Measured) -> None:
    for row in ROWS:
        for kind in HANDLERS:
            measured.tallies["requests", kind, row.name] = Tally()
            measured.tallies["replies", kind, row.name] = Tally()
        _compare_requests(measured, row)
        if "replies" in row.themes:
            _compare_replies(measured, row)


def _compare_requests(measured: Measured, row: Row) -> None:
    for name, seen in measured.records["uvicorn", row.platform.root].items():
        parsed = measured.records["uvicorn", ""][name]
        if THEME_OF[name] not in row.themes or isinstance(seen, str) or isinstance(parsed, str):
            continue  # refused: listed apart
        raw = REQUESTS[name]
        request = request_from_record(parsed, raw.body)
        try:
            invocation = invocation_of(row, request)
        except TooLarge:
            for kind in HANDLERS:
                measured.tallies["requests", kind, row.name].too_large.append(name)
            continue
        for kind in HANDLERS:
            theirs = measured.records[REFERENCE[kind], row.platform.root][name]
            ours = our_record(kind, invocation)
            case = Case(kind, row, name, request, raw, parsed["headers"])
            _compare_records(measured, case, theirs, ours)


def _compare_records(
    measured: Measured, case: Case, theirs: Record | str, ours: Record | str
) -> None:
    if ours == "413":
        measured.tallies["requests", case.kind, case.row.name].too_large.append(case.name)
    elif isinstance(ours, str):  # what uvicorn serves is served
        measured.differences.append(
            Difference(case.row.name, case.kind, case.name, "status", "200", "200", ours)
        )
    elif not isinstance(theirs, str):
        compare(measured, case, theirs, ours)


def _compare_replies(measured: Measured, row: Row) -> None:
    parsed = measured.records["uvicorn", ""]["path: root"]
    assert not isinstance(parsed, str), "uvicorn serves a plain GET"
    for name, reply in REPLIES.items():
        raw = asking_for(reply)
        request = request_from_record(
            {**parsed, "method": raw.method, "query": f"reply={name}"}, b""
        )
        invocation = invocation_of(row, request)
        for kind in HANDLERS:
            case = Case(kind, row, name, request, raw)
            theirs = measured.replies[REFERENCE[kind]][name]
            ours = our_reply(kind, invocation)
            if ours["status"] == 500 != theirs["status"]:
                measured.tallies["replies", kind, row.name].too_large.append(name)
            else:
                compare(measured, case, theirs, ours, "replies")


def compare(
    measured: Measured, case: Case, theirs: Record, ours: Record, what: str = "requests"
) -> None:
    """One record with another, into what was measured."""
    allowances = ALLOWED if what == "requests" else ALLOWED_OF_REPLIES
    tally = measured.tallies[what, case.kind, case.row.name]
    tally.compared.append(case.name)
    for name in theirs:
        fitting = [a for a in allowances if a.field == name and a.where(case.row)]
        start, seen = _start(case, name, theirs)
        expected, used = expectation(start, replace(case, ours=ours[name]), fitting, seen)
        for allowance in used:
            measured.used[allowance, case.row.name].add((case.kind, case.name))
            if allowance.column:
                tally.differing[allowance.column].add(case.name)
        if expected != ours[name]:
            measured.differences.append(
                Difference(
                    case.row.name, case.kind, case.name, name, theirs[name], expected, ours[name]
                )
            )


def _start(case: Case, name: str, theirs: Record) -> tuple[Any, Callable[[Any], Any]]:
    """A WSGI server has joined repeated headers, so the allowances start from those sent."""
    if name == "headers" and "status" in theirs:
        return theirs[name], sorted
    if name == "headers" and case.kind == "wsgi":
        return case.sent, folded
    return theirs[name], _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def unneeded(measured: Measured) -> list[str]:
    """Allowances that changed nothing on any row of a source that they are for."""
    needed = {
        (allowance, _SOURCE_OF[row]) for (allowance, row), names in measured.used.items() if names
    }
    return [
        f"{source}: {allowance.reason}"
        for allowance in (*ALLOWED, *ALLOWED_OF_REPLIES)
        for source in dict.fromkeys(row.source for row in ROWS if allowance.where(row))
        if (allowance, source) not in needed
    ]
