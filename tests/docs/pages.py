"""The pages of the documentation, taken apart: code blocks, links, anchors, tables."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
PAGES_AND_README = [*PAGES, ROOT / "README.md"]

_fence = re.compile(r"^( *)```(.*)$")
_heading = re.compile(r"^#+ +(.*)$")
_link = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_code = re.compile(r"`[^`]*`")
_not_in_anchor = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the number of its first line, its text."""

    language: str
    line: int
    text: str


def name_of(page: Path) -> str:
    """A page's name for test ids and messages."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """The page's fenced blocks, in order. A fence that is never closed is an error."""
    blocks: list[Block] = []
    language, start, lines = "", 0, list[str]()
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        fence = _fence.match(line)
        if fence is None:
            lines.append(line)
        elif start:
            blocks.append(Block(language, start, "\n".join(lines) + "\n"))
            start = 0
        else:
            language, start, lines = fence[2].strip(), number + 1, []
    assert not start, f"{name_of(page)}:{start - 1}: this fence is never closed"
    return blocks


def prose_of(page: Path) -> list[str]:
    """The page's lines outside its fenced blocks."""
    lines, inside = [], False
    for line in page.read_text("utf-8").splitlines():
        if _fence.match(line):
            inside = not inside
        elif not inside:
            lines.append(line)
    return lines


def links_of(page: Path) -> list[str]:
    """Where the page's links lead, code spans left out."""
    return [target for line in prose_of(page) for target in _link.findall(_code.sub("``", line))]


def anchors_of(page: Path) -> set[str]:
    """The anchors of the page's headings, as GitHub makes them."""
    headings = [match[1] for line in prose_of(page) if (match := _heading.match(line))]
    return {_not_in_anchor.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def table_of(page: Path, *header: str) -> list[list[str]]:
    """The rows of the page's table that has this header, cell by cell."""
    rows = [_cells(line) for line in prose_of(page)]
    start = rows.index(list(header)) + 2
    end = next((i for i in range(start, len(rows)) if len(rows[i]) != len(header)), len(rows))
    return rows[start:end]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
