"""With every source, apps and clients get the same as with a real server.

Only the differences in allowed_differences.py and allowed_reply_differences.py are allowed.
"""

import pytest

from compliance.servers.all_requests import REQUESTS, THEME_OF
from compliance.servers.allowed_differences import ALLOWED, is_too_large
from compliance.servers.allowed_reply_differences import ALLOWED_OF_REPLIES, is_unsendable
from compliance.servers.clients import HANDLERS
from compliance.servers.header_losses import variables_from_headers
from compliance.servers.losses import is_sent_as_text
from compliance.servers.measurement import REFERENCE, Measurement, find_unneeded
from compliance.servers.odd_replies import REPLIES
from compliance.servers.page import PAGE, format_section, replace_section
from compliance.servers.recording_apps import Record, summarize
from compliance.servers.reference_servers import REASONS, find_server_differences
from compliance.servers.rows import ROWS, Row

for_every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
for_both_kinds = pytest.mark.parametrize("kind", HANDLERS)


def test_there_are_at_least_150_requests_and_60_replies() -> None:
    assert len(REQUESTS) >= 150
    assert len(REPLIES) >= 60


@for_every_row
@for_both_kinds
def test_there_are_no_differences_except_the_allowed_ones(
    kind: str, row: Row, measurement: Measurement
) -> None:
    found = [d for d in measurement.differences if (d.row, d.kind) == (row.name, kind)]
    assert not found, "\n" + "\n".join(map(str, found))


@for_every_row
@for_both_kinds
def test_every_request_that_the_servers_accept_is_compared(
    kind: str, row: Row, measurement: Measurement
) -> None:
    tally = measurement.tallies["requests", kind, row.name]
    accepted = [
        name
        for name, record in measurement.records[REFERENCE[kind], row.local_front.root].items()
        if not isinstance(record, str)
        and _is_accepted(measurement, name)
        and THEME_OF[name] in row.themes
    ]
    too_large = [
        name
        for name in accepted
        if is_too_large(
            row, REQUESTS[name].body, is_sent_as_text(row, _sent_headers(measurement, name))
        )
    ]
    assert tally.too_large == too_large
    assert tally.compared == [name for name in accepted if name not in too_large]
    assert len(tally.compared) >= 40


@for_every_row
@for_both_kinds
def test_every_reply_is_compared(kind: str, row: Row, measurement: Measurement) -> None:
    tally = measurement.tallies["replies", kind, row.name]
    names = list(REPLIES) if "replies" in row.themes else []
    too_large = [name for name in names if is_unsendable(row, REPLIES[name])]
    assert tally.too_large == too_large
    assert tally.compared == [name for name in names if name not in too_large]


def test_every_allowance_is_needed_for_each_of_its_sources(measurement: Measurement) -> None:
    assert find_unneeded(measurement) == []


def test_every_allowance_has_its_own_reason() -> None:
    reasons = [allowance.reason for allowance in (*ALLOWED, *ALLOWED_OF_REPLIES)]
    assert all(reason.endswith(".") for reason in reasons)
    assert len(set(reasons)) == len(reasons)


def test_gunicorn_joins_headers_as_the_allowances_expect(measurement: Measurement) -> None:
    for name, record in measurement.records["gunicorn", ""].items():
        if isinstance(record, str) or not _is_accepted(measurement, name):
            continue
        headers = variables_from_headers(_sent_headers(measurement, name))
        # h11 writes the value of Transfer-Encoding in lower case
        assert _drop_transfer_encoding(record["headers"]) == _drop_transfer_encoding(headers), name


def test_every_server_passes_the_body_to_the_app(measurement: Measurement) -> None:
    wrong = [
        (server, name)
        for server, records in measurement.records.items()
        for name, record in records.items()
        if not isinstance(record, str) and record["body"] != summarize(REQUESTS[name].body)
    ]
    assert wrong == []


def test_every_difference_between_servers_has_a_reason(measurement: Measurement) -> None:
    assert find_server_differences(measurement).keys() == REASONS.keys()


def test_the_page_is_up_to_date(measurement: Measurement) -> None:
    page = PAGE.read_text("utf-8")
    assert replace_section(format_section(measurement), page) == page, (
        "docs/parity.md is stale. Next: make parity, and if the servers' versions are those of "
        "pyproject.toml, .venv/bin/python -m compliance.servers.run --write"
    )


def _is_accepted(measurement: Measurement, name: str) -> bool:
    return not isinstance(measurement.records["uvicorn", ""][name], str)


def _sent_headers(measurement: Measurement, name: str) -> list[tuple[str, str]]:
    record = measurement.records["uvicorn", ""][name]
    assert not isinstance(record, str)
    pairs: list[tuple[str, str]] = record["headers"]
    return pairs


def _drop_transfer_encoding(headers: Record) -> Record:
    return {name: value for name, value in headers.items() if name != "HTTP_TRANSFER_ENCODING"}
