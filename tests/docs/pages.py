"""The parts of the documentation's pages: code blocks, links, anchors and tables."""

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
    """A code block: its language, the number of its first line, and its text."""

    language: str
    line: int
    text: str


def name_of(page: Path) -> str:
    """The name of a page in test ids and messages."""
    return str(page.relative_to(ROOT))


def blocks_of(page: Path) -> list[Block]:
    """The page's code blocks, in order. A block without an end is an error."""
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
    assert not start, f"{name_of(page)}:{start - 1}: this code block has no end"
    return blocks


def text_lines_of(page: Path) -> list[str]:
    """The page's lines outside its code blocks."""
    lines, in_block = [], False
    for line in page.read_text("utf-8").splitlines():
        if _fence.match(line):
            in_block = not in_block
        elif not in_block:
            lines.append(line)
    return lines


def links_of(page: Path) -> list[str]:
    """The targets of the page's links, except links in inline code."""
    return [
        target for line in text_lines_of(page) for target in _link.findall(_code.sub("``", line))
    ]


def anchors_of(page: Path) -> set[str]:
    """The anchors of the page's headings, as GitHub creates them."""
    headings = [match[1] for line in text_lines_of(page) if (match := _heading.match(line))]
    return {_not_in_anchor.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def table_of(page: Path, *header: str) -> list[list[str]]:
    """The rows of the page's table with this header, as lists of cells."""
    rows = [_cells(line) for line in text_lines_of(page)]
    start = rows.index(list(header)) + 2
    end = next((i for i in range(start, len(rows)) if len(rows[i]) != len(header)), len(rows))
    return rows[start:end]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []
