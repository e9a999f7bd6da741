"""Compares the records of the real servers with ours, field by field, and counts the results."""

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
    invocation_from_request,
    record_our_reply,
    record_our_request,
    record_replies,
    record_requests,
    request_for_reply,
    request_from_record,
)
from compliance.servers.comparison import Allowance, Case, Difference, apply_allowances
from compliance.servers.header_losses import variables_from_headers
from compliance.servers.odd_replies import REPLIES
from compliance.servers.real_servers import run_servers
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
    """One row of a table. `compared` and `too_large` are names of requests or replies; too large
    ones are not compared. `differing` has for each column the names that differ."""

    compared: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    differing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Measurement:
    """All results of one run.

    `records` are by server and root path, `replies` by server. `tallies` are by "requests" or
    "replies", kind and row. `used` has for an allowance and a row the kinds and names that needed
    it.
    """

    records: dict[tuple[str, str], Records] = field(default_factory=dict)
    replies: dict[str, dict[str, Record]] = field(default_factory=dict)
    tallies: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    used: dict[tuple[Allowance, str], set[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    differences: list[Difference] = field(default_factory=list)


def measure() -> Measurement:
    """Start the servers and compare everything. Raises CannotStart if a server does not start."""
    measurement = Measurement()
    with (
        _logging_disabled(),
        run_servers(*SERVERS) as servers,
        ThreadPoolExecutor(len(servers)) as pool,
    ):
        for server, records in zip(servers, pool.map(record_requests, servers), strict=True):
            measurement.records[server.name, server.root] = records
        plain = [server for server in servers if not server.root]
        for server, replies in zip(plain, pool.map(record_replies, plain), strict=True):
            measurement.replies[server.name] = replies
        _compare_all(measurement)
    return measurement


@contextmanager
def _logging_disabled() -> Iterator[None]:
    """The adapters log what they refuse, which is compared here anyway."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _compare_all(measurement: Measurement) -> None:
    for row in ROWS:
        for kind in HANDLERS:
            measurement.tallies["requests", kind, row.name] = Tally()
            measurement.tallies["replies", kind, row.name] = Tally()
        _compare_requests(measurement, row)
        if "replies" in row.themes:
            _compare_replies(measurement, row)


def _compare_requests(measurement: Measurement, row: Row) -> None:
    root = row.local_front.root
    for name, seen in measurement.records["uvicorn", root].items():
        parsed = measurement.records["uvicorn", ""][name]
        if THEME_OF[name] not in row.themes or isinstance(seen, str) or isinstance(parsed, str):
            continue  # uvicorn refuses it; the page lists these requests in a separate table
        raw = REQUESTS[name]
        request = request_from_record(parsed, raw.body)
        try:
            invocation = invocation_from_request(row, request)
        except TooLarge:
            for kind in HANDLERS:
                measurement.tallies["requests", kind, row.name].too_large.append(name)
            continue
        for kind in HANDLERS:
            theirs = measurement.records[REFERENCE[kind], root][name]
            ours = record_our_request(kind, invocation)
            case = Case(kind, row, name, request, raw, parsed["headers"])
            _compare_records(measurement, case, theirs, ours)


def _compare_records(
    measurement: Measurement, case: Case, theirs: Record | str, ours: Record | str
) -> None:
    if ours == "413":
        measurement.tallies["requests", case.kind, case.row.name].too_large.append(case.name)
    elif isinstance(ours, str):  # uvicorn serves this request, so the adapter must serve it too
        measurement.differences.append(
            Difference(case.row.name, case.kind, case.name, "status", "200", "200", ours)
        )
    elif not isinstance(theirs, str):
        compare(measurement, case, theirs, ours)


def _compare_replies(measurement: Measurement, row: Row) -> None:
    parsed = measurement.records["uvicorn", ""]["path: root"]
    assert not isinstance(parsed, str), "uvicorn serves a plain GET"
    for name, reply in REPLIES.items():
        raw = request_for_reply(reply)
        request = request_from_record(
            {**parsed, "method": raw.method, "query": f"reply={name}"}, b""
        )
        invocation = invocation_from_request(row, request)
        for kind in HANDLERS:
            case = Case(kind, row, name, request, raw)
            theirs = measurement.replies[REFERENCE[kind]][name]
            ours = record_our_reply(kind, invocation)
            if ours["status"] == 500 != theirs["status"]:
                measurement.tallies["replies", kind, row.name].too_large.append(name)
            else:
                compare(measurement, case, theirs, ours, "replies")


def compare(
    measurement: Measurement, case: Case, theirs: Record, ours: Record, what: str = "requests"
) -> None:
    """Compare two records and write the result into the measurement."""
    allowances = ALLOWED if what == "requests" else ALLOWED_OF_REPLIES
    tally = measurement.tallies[what, case.kind, case.row.name]
    tally.compared.append(case.name)
    for name in theirs:
        fitting = [a for a in allowances if a.field == name and a.where(case.row)]
        start, convert = _start_value(case, name, theirs)
        expected, used = apply_allowances(start, replace(case, ours=ours[name]), fitting, convert)
        for allowance in used:
            measurement.used[allowance, case.row.name].add((case.kind, case.name))
            if allowance.column:
                tally.differing[allowance.column].add(case.name)
        if expected != ours[name]:
            measurement.differences.append(
                Difference(
                    case.row.name, case.kind, case.name, name, theirs[name], expected, ours[name]
                )
            )


def _start_value(case: Case, name: str, theirs: Record) -> tuple[Any, Callable[[Any], Any]]:
    """The value that the allowances change, and the function that converts it for the app.

    A WSGI server joins repeated headers, so there the allowances change the headers that were sent.
    """
    if name == "headers" and "status" in theirs:
        return theirs[name], sorted
    if name == "headers" and case.kind == "wsgi":
        return case.sent_headers, variables_from_headers
    return theirs[name], _keep


def _keep(value: Any) -> Any:
    return value


def find_unneeded(measurement: Measurement) -> list[str]:
    """Allowances that changed nothing for one of their sources: the source and the reason."""
    needed = {
        (allowance, _SOURCE_OF[row])
        for (allowance, row), names in measurement.used.items()
        if names
    }
    return [
        f"{source}: {allowance.reason}"
        for allowance in (*ALLOWED, *ALLOWED_OF_REPLIES)
        for source in dict.fromkeys(row.source for row in ROWS if allowance.where(row))
        if (allowance, source) not in needed
    ]
