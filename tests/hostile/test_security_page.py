"""Each promise of the security page links the tests that check it, and these tests exist."""

import ast
import re
from pathlib import Path

from tests.hostile.hostile_values import ROOT

PAGE = ROOT / "docs" / "security.md"
_test_links = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)").findall


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {node.name for node in found if node.name.startswith("test_")}


def rows() -> list[str]:
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index("| promise | checked by |") + 2
    return lines[start : lines.index("", start)]


def test_every_promise_links_tests_that_exist() -> None:
    missing = []
    for row in rows():
        links = _test_links(row)
        assert links, f"no test is named for: {row}"
        missing += [name for name, path in links if name not in functions_in(ROOT / path)]
    assert missing == []


def test_every_spoofing_hidden_and_secrecy_test_is_on_the_page() -> None:
    page = {name for row in rows() for name, _ in _test_links(row)}
    folder = ROOT / "tests" / "hostile"
    paths = [folder / f"test_{name}.py" for name in ("spoofing", "hidden", "secrecy")]
    assert {name for path in paths for name in functions_in(path)} - page == {
        "test_there_are_authorizer_and_websocket_files"
    }


def test_security_md_says_how_to_report_a_vulnerability() -> None:
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text("utf-8")
