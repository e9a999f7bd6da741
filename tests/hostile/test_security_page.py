"""Each promise of the security page names the tests that hold it, and those tests are there."""

import ast
import re
from pathlib import Path

from tests.hostile.hostile_values import ROOT

PAGE = ROOT / "docs" / "security.md"
_named = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)").findall


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {node.name for node in found if node.name.startswith("test_")}


def rows() -> list[str]:
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index("| promise | held by |") + 2
    return lines[start : lines.index("", start)]


def test_every_promise_names_tests_that_exist() -> None:
    missing = []
    for row in rows():
        named = _named(row)
        assert named, f"no test is named for: {row}"
        missing += [name for name, path in named if name not in functions_in(ROOT / path)]
    assert missing == []


def test_every_test_of_spoofing_and_secrecy_is_a_promise() -> None:
    page = {name for row in rows() for name, _ in _named(row)}
    folder = ROOT / "tests" / "hostile"
    here = [folder / f"test_{name}.py" for name in ("spoofing", "hidden", "secrecy")]
    assert {name for path in here for name in functions_in(path)} - page == {
        "test_there_are_events_of_authorizers_and_websocket_apis"
    }


def test_how_to_report_is_said() -> None:
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text("utf-8")
