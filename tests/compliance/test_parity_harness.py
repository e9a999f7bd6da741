"""The code of `make parity`: it finds wrong values and reports servers that fail."""

from pathlib import Path

import pytest

from compliance.servers import real_servers, run
from compliance.servers.all_requests import REQUESTS
from compliance.servers.comparison import Case, Difference
from compliance.servers.measurement import Measurement, Tally, compare, find_unneeded
from compliance.servers.page import BEGIN, END, replace_section
from compliance.servers.raw_requests import RawRequest, encode_chunked
from compliance.servers.real_servers import CannotStart, run_servers
from compliance.servers.rows import ROWS, Row
from lambda_adapters import Request

ROW = next(row for row in ROWS if row.name == "function-url")
RAW = REQUESTS["path: plain"]


def find_differences(theirs: str, ours: str, field: str = "query") -> list[Difference]:
    measurement = Measurement(tallies={("requests", "asgi", ROW.name): Tally()})
    compare(
        measurement, Case("asgi", ROW, "a name", Request(), RAW), {field: theirs}, {field: ours}
    )
    return measurement.differences


def test_a_value_that_differs_from_the_server_is_a_difference() -> None:
    expected = Difference(ROW.name, "asgi", "a name", "query", "a=1", "a=1", "a=2")
    assert find_differences("a=1", "a=1") == []
    assert find_differences("a=1", "a=2") == [expected]
    assert str(expected).splitlines() == [
        "function-url (asgi), a name: query",
        "  server  'a=1'",
        "  allowed 'a=1'",
        "  ours    'a=2'",
    ]


def test_an_allowed_loss_that_does_not_happen_is_a_difference() -> None:
    assert find_differences("1.2", "1.1", "http_version") == []
    assert find_differences("1.2", "1.2", "http_version") == [
        Difference(ROW.name, "asgi", "a name", "http_version", "1.2", "1.1", "1.2")
    ]


def test_an_unneeded_allowance_is_reported_for_each_source() -> None:
    assert any(
        text.startswith("function_url: The event contains") for text in find_unneeded(Measurement())
    )


def test_the_command_fails_if_a_difference_is_not_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Difference(ROW.name, "asgi", "a name", "query", "a=1", "a=1", "a=2")
    monkeypatch.setattr(run, "measure", lambda: Measurement(differences=[wrong]))
    monkeypatch.setattr(run, "format_section", lambda measurement: "the tables")
    monkeypatch.setattr(run, "find_unneeded", lambda measurement: [])

    assert run.main([]) == 1

    output = capsys.readouterr()
    assert output.out == "the tables\n"
    assert output.err == f"Not explained: {wrong}\n"


def test_a_server_that_does_not_start_is_reported_instead_of_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure() -> Measurement:
        with run_servers(("no-such-server", "")):
            raise AssertionError("it started")

    monkeypatch.setattr(run, "measure", measure)

    assert run.main([]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(
        "Expected no-such-server to answer within 60 s, got exit code 1. Next: pip install"
    )
    assert "KeyError: 'no-such-server'" in output.err


def test_a_server_that_does_not_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = tmp_path / "silent.py"
    silent.write_text("import sys\nsys.stdin.read()\n")
    monkeypatch.setattr(real_servers, "PROCESS", "silent")
    monkeypatch.setattr(real_servers, "ROOT", tmp_path)
    monkeypatch.setattr(real_servers, "START_TIMEOUT", 0.1)

    with pytest.raises(CannotStart, match="got no answer"), run_servers(("silent", "")):
        pass


def test_the_text_between_markers_is_replaced_and_missing_markers_are_an_error() -> None:
    assert (
        replace_section("new", f"a\n{BEGIN}\nold\n{END}\nb\n") == f"a\n{BEGIN}\n\nnew\n{END}\nb\n"
    )
    with pytest.raises(ValueError, match="Expected the markers"):
        replace_section("new", f"a\n{BEGIN}\nold\n")


def test_a_raw_request_is_converted_to_bytes() -> None:
    request = RawRequest("a", "POST", b"/a?b", (b"X-A: 1",), b"xyz")
    assert request.to_bytes("/prod") == (
        b"POST /prod/a?b HTTP/1.1\r\nHost: example.test\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nxyz"
    )
    chunked_request = RawRequest(
        "b", body=b"xyz", encoded_body=encode_chunked(b"xy", b"z"), host=None, version=b"1.0"
    )
    assert chunked_request.to_bytes() == b"GET / HTTP/1.0\r\n\r\n2\r\nxy\r\n1\r\nz\r\n0\r\n\r\n"


def test_rows_have_different_names() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert isinstance(ROWS[0], Row)
