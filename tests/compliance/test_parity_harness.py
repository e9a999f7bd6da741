"""The parity suite itself: what is wrong is found, and a server that fails is named."""

from pathlib import Path

import pytest

from compliance.servers import real_servers, run
from compliance.servers.all_requests import REQUESTS
from compliance.servers.comparison import Case, Difference
from compliance.servers.measurement import Measured, Tally, compare, unneeded
from compliance.servers.page import BEGIN, END, page_with
from compliance.servers.raw_requests import RawRequest, chunked
from compliance.servers.real_servers import CannotStart, running
from compliance.servers.rows import ROWS, Row
from lambda_adapters import Request

ROW = next(row for row in ROWS if row.name == "function_url")
RAW = REQUESTS["path: plain"]


def compared(theirs: str, ours: str, field: str = "query") -> list[Difference]:
    measured = Measured(tallies={("requests", "asgi", ROW.name): Tally()})
    compare(measured, Case("asgi", ROW, "a name", Request(), RAW), {field: theirs}, {field: ours})
    return measured.differences


def test_a_value_that_is_not_the_servers_is_a_difference() -> None:
    expected = Difference(ROW.name, "asgi", "a name", "query", "a=1", "a=1", "a=2")
    assert compared("a=1", "a=1") == []
    assert compared("a=1", "a=2") == [expected]
    assert str(expected).splitlines() == [
        "function_url (asgi), a name: query",
        "  server  'a=1'",
        "  allowed 'a=1'",
        "  ours    'a=2'",
    ]


def test_a_loss_that_is_allowed_but_does_not_happen_is_a_difference() -> None:
    assert compared("1.2", "1.1", "http_version") == []
    assert compared("1.2", "1.2", "http_version") == [
        Difference(ROW.name, "asgi", "a name", "http_version", "1.2", "1.1", "1.2")
    ]


def test_an_allowance_that_nothing_needs_is_named_for_each_source() -> None:
    assert any(text.startswith("function_url: The event tells") for text in unneeded(Measured()))


def test_the_table_fails_where_a_difference_is_not_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Difference(ROW.name, "asgi", "a name", "query", "a=1", "a=1", "a=2")
    monkeypatch.setattr(run, "measure", lambda: Measured(differences=[wrong]))
    monkeypatch.setattr(run, "section_of", lambda measured: "the tables")
    monkeypatch.setattr(run, "unneeded", lambda measured: [])

    assert run.main([]) == 1

    shown = capsys.readouterr()
    assert shown.out == "the tables\n"
    assert shown.err == f"Not explained: {wrong}\n"


def test_a_server_that_does_not_start_is_named_and_there_is_no_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure() -> Measured:
        with running(("no-such-server", "")):
            raise AssertionError("it started")

    monkeypatch.setattr(run, "measure", measure)

    assert run.main([]) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(
        "Expected no-such-server to answer within 60 s, got exit code 1. Next: pip install"
    )
    assert "KeyError: 'no-such-server'" in shown.err


def test_a_server_that_never_answers_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = tmp_path / "silent.py"
    silent.write_text("import sys\nsys.stdin.read()\n")
    monkeypatch.setattr(real_servers, "PROCESS", "silent")
    monkeypatch.setattr(real_servers, "ROOT", tmp_path)
    monkeypatch.setattr(real_servers, "STARTS_WITHIN", 0.1)

    with pytest.raises(CannotStart, match="got no answer"), running(("silent", "")):
        pass


def test_a_page_without_its_markers_is_refused() -> None:
    assert page_with("new", f"a\n{BEGIN}\nold\n{END}\nb\n") == f"a\n{BEGIN}\n\nnew\n{END}\nb\n"
    with pytest.raises(ValueError, match="Expected the markers"):
        page_with("new", f"a\n{BEGIN}\nold\n")


def test_a_raw_request_is_the_bytes_that_it_says() -> None:
    plain = RawRequest("a", "POST", b"/a?b", (b"X-A: 1",), b"xyz")
    assert plain.on_the_wire("/prod") == (
        b"POST /prod/a?b HTTP/1.1\r\nHost: example.test\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nxyz"
    )
    pieces = RawRequest("b", body=b"xyz", framed=chunked(b"xy", b"z"), host=None, version=b"1.0")
    assert pieces.on_the_wire() == b"GET / HTTP/1.0\r\n\r\n2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n"


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert isinstance(ROWS[0], Row)
