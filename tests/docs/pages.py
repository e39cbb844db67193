"""The repository's documents, read as Markdown: links, code, tables.

Lives here: finding and taking apart. Never here: what must be true of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
RUNS_ANYWHERE = "<!-- runs anywhere -->"
"""Stands before a shell block that needs no cloud and is run by the tests."""
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Page:
    """One document; `name` is its path from the repository's root."""

    name: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return ROOT / self.name

    @property
    def text(self) -> str:
        """Its Markdown."""
        return self.path.read_text(encoding="utf-8")

    def links(self) -> list[str]:
        """Addresses of links and images."""
        found = [token.attrGet("href") or token.attrGet("src") for token in self._inline()]
        return [str(address) for address in found if address]

    def anchors(self) -> set[str]:
        """What `#...` may name: headings, as GitHub writes them."""
        tokens = self._tokens()
        titles = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def code(self) -> list[str]:
        """Every piece of code: spans, and the lines of blocks, continued lines joined, comments left out."""
        spans = [token.content for token in self._inline() if token.type == "code_inline"]
        blocks = [token.content.replace("\\\n", " ") for token in self._tokens() if token.type in {"fence", "code_block"}]
        return spans + [line.partition(" #")[0] for block in blocks for line in block.splitlines()]

    def runnable(self) -> list[str]:
        """Shell blocks that are marked as runnable without a cloud."""
        pairs = pairwise(self._tokens())
        return [after.content for mark, after in pairs if mark.content.strip() == RUNS_ANYWHERE and after.type == "fence"]

    def rows(self, heading: str = "") -> list[list[str]]:
        """Rows of the tables below a heading (of the page, without one), without their heads; the Markdown of each cell."""
        found: list[list[str]] = []
        below, tokens = not heading, self._tokens()
        for index, token in enumerate(tokens):
            if token.type == "heading_open" and heading:
                below = tokens[index + 1].content == heading
            if below and token.type == "tr_open" and tokens[index + 1].type == "td_open":
                found.append([])
            elif below and token.type == "td_open":
                found[-1].append(tokens[index + 1].content)
        return found

    def cells(self, heading: str = "", column: int = 0) -> list[str]:
        """One column of those rows."""
        return [row[column] for row in self.rows(heading)]

    def names(self, heading: str = "", column: int = 0) -> list[str]:
        """Code spans in those cells."""
        return [name for cell in self.cells(heading, column) for name in spans(cell)]

    def _tokens(self) -> list[Token]:
        return _MARKDOWN.parse(self.text)

    def _inline(self) -> Iterator[Token]:
        for token in self._tokens():
            yield from token.children or []


def spans(cell: str) -> list[str]:
    """Code spans of a cell."""
    return re.findall(r"`([^`]+)`", cell)


@cache
def pages() -> list[Page]:
    """Every document: of the repository, of `docs/`, of the samples."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]
    return [Page(str(path.relative_to(ROOT))) for path in sorted(found)]


def page(name: str) -> Page:
    """The document at this path."""
    return Page(name)
