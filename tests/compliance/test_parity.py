"""An app sees behind every source what it sees behind a real server, less what allowed.py names."""

import pytest

from compliance.servers.all_requests import REQUESTS, THEME_OF
from compliance.servers.allowed_differences import ALLOWED, too_large
from compliance.servers.allowed_reply_differences import ALLOWED_OF_REPLIES, unsendable
from compliance.servers.clients import HANDLERS
from compliance.servers.header_losses import folded
from compliance.servers.losses import sent_as_text
from compliance.servers.measurement import REFERENCE, Measured, unneeded
from compliance.servers.odd_replies import REPLIES
from compliance.servers.page import PAGE, page_with, section_of
from compliance.servers.recording_apps import Record, summary
from compliance.servers.reference_servers import REASONS, opinions
from compliance.servers.rows import ROWS, Row

at_every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(", ", "-"))
for_both_kinds = pytest.mark.parametrize("kind", HANDLERS)


def test_the_suite_is_as_large_as_it_says() -> None:
    assert len(REQUESTS) >= 150
    assert len(REPLIES) >= 60


@at_every_row
@for_both_kinds
def test_what_an_app_sees_is_what_the_server_shows_less_what_is_allowed(
    kind: str, row: Row, measured: Measured
) -> None:
    found = [d for d in measured.differences if (d.row, d.kind) == (row.name, kind)]
    assert not found, "\n" + "\n".join(map(str, found))


@at_every_row
@for_both_kinds
def test_every_request_that_both_servers_serve_was_compared(
    kind: str, row: Row, measured: Measured
) -> None:
    tally = measured.tallies["requests", kind, row.name]
    served = [
        name
        for name, record in measured.records[REFERENCE[kind], row.platform.root].items()
        if not isinstance(record, str) and _parsed(measured, name) and THEME_OF[name] in row.themes
    ]
    large = [
        name
        for name in served
        if too_large(row, REQUESTS[name].body, sent_as_text(row, _sent(measured, name)))
    ]
    assert tally.too_large == large
    assert tally.compared == [name for name in served if name not in large]
    assert len(tally.compared) >= 40


@at_every_row
@for_both_kinds
def test_every_reply_was_compared(kind: str, row: Row, measured: Measured) -> None:
    tally = measured.tallies["replies", kind, row.name]
    asked = list(REPLIES) if "replies" in row.themes else []
    large = [name for name in asked if unsendable(row, REPLIES[name])]
    assert tally.too_large == large
    assert tally.compared == [name for name in asked if name not in large]


def test_every_allowance_is_needed_on_every_source_that_it_is_for(measured: Measured) -> None:
    assert unneeded(measured) == []


def test_every_allowance_has_a_reason_of_its_own() -> None:
    reasons = [allowance.reason for allowance in (*ALLOWED, *ALLOWED_OF_REPLIES)]
    assert all(reason.endswith(".") for reason in reasons)
    assert len(set(reasons)) == len(reasons)


def test_gunicorn_folds_headers_as_the_allowances_take_it(measured: Measured) -> None:
    for name, record in measured.records["gunicorn", ""].items():
        if isinstance(record, str) or not _parsed(measured, name):
            continue
        sent = folded(_sent(measured, name))
        # h11 writes its value in lower case
        assert _without_transfer(record["headers"]) == _without_transfer(sent), name


def test_every_server_gives_the_app_the_body_that_was_sent(measured: Measured) -> None:
    wrong = [
        (server, name)
        for server, records in measured.records.items()
        for name, record in records.items()
        if not isinstance(record, str) and record["body"] != summary(REQUESTS[name].body)
    ]
    assert wrong == []


def test_where_servers_differ_among_themselves_has_a_reason(measured: Measured) -> None:
    assert opinions(measured).keys() == REASONS.keys()


def test_the_page_is_as_measured(measured: Measured) -> None:
    page = PAGE.read_text("utf-8")
    assert page_with(section_of(measured), page) == page, (
        "docs/parity.md is stale. Next: make parity, and if the servers' versions are those of "
        "pyproject.toml, .venv/bin/python -m compliance.servers.run --write"
    )


def _parsed(measured: Measured, name: str) -> bool:
    return not isinstance(measured.records["uvicorn", ""][name], str)


def _sent(measured: Measured, name: str) -> list[tuple[str, str]]:
    record = measured.records["uvicorn", ""][name]
    assert not isinstance(record, str)
    pairs: list[tuple[str, str]] = record["headers"]
    return pairs


def _without_transfer(headers: Record) -> Record:
    return {name: value for name, value in headers.items() if name != "HTTP_TRANSFER_ENCODING"}
