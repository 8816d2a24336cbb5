"""The index of a corpus's pages: search and filters over tens of thousands of documents, from a folder without a server.

The rows are data in a block that no browser runs; the one script is ours, and the page's policy knows it by its digest.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.view.fates import FAMILY
from flows.view.pages import Place, render, script
from flows.view.plots import Stack
from flows.view.visible import visible

SCRIPT = "index.js"
MAX_TITLE = 240
"""Characters of a title or name in the index."""


@dataclass(frozen=True, slots=True)
class Row:
    """One document or refused input."""

    id: str
    title: str
    """Empty where there is none."""
    name: str
    site: str
    language: str
    outcome: str
    reasons: Sequence[str]
    """Why text was cut, most first; for a refused input `stage/reason`."""
    runs: Sequence[str]
    """Runs that listed it."""
    flags: Sequence[str]
    kept: int
    """Characters."""
    cut: int
    published_at: datetime | None
    n_versions: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list of them."""

    run: str
    when: str
    stack: Stack
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What the template draws."""

    heading: str
    tiles: Sequence[tuple[str, int, str]]
    """Label, count, and a class for the colour."""
    rows: Sequence[Row]
    runs: Sequence[RunRow]
    """Newest first."""
    place: Place

    @property
    def data(self) -> str:
        """The rows as JSON that holds no markup, column by column."""
        return json.dumps(_columns(self.rows), ensure_ascii=False, separators=(",", ":")).translate(_NO_MARKUP)

    @property
    def script(self) -> str:
        """The page's only script."""
        return script(SCRIPT)[0]

    @property
    def script_source(self) -> str:
        """By which the policy lets it run."""
        return script(SCRIPT)[1]


_NO_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def index_page(page: IndexPage) -> str:
    """The page as HTML."""
    return render("index.html.j2", page)


class _Words:
    """Words that many rows share, each written once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        """The number that stands for a word."""
        return self.numbers.setdefault(word, len(self.numbers))

    def all(self, words: Iterable[str]) -> list[int]:
        """The numbers of several words."""
        return [self.number(word) for word in words]


def _columns(rows: Sequence[Row]) -> Mapping[str, object]:
    words = {name: _Words() for name in ("site", "language", "outcome", "reason", "run", "flag")}

    def column(make: Callable[[Row], object]) -> list[object]:
        return [make(row) for row in rows]

    columns = {
        "id": column(lambda row: row.id),
        "title": column(lambda row: _shown(row.title)),
        "name": column(lambda row: _shown(row.name)),
        "site": column(lambda row: words["site"].all([row.site] if row.site else [])),
        "language": column(lambda row: words["language"].all([row.language] if row.language else [])),
        "outcome": column(lambda row: words["outcome"].all([row.outcome])),
        "reason": column(lambda row: words["reason"].all(row.reasons)),
        "run": column(lambda row: words["run"].all(row.runs)),
        "flag": column(lambda row: words["flag"].all(row.flags)),
        "kept": column(lambda row: row.kept),
        "cut": column(lambda row: row.cut),
        "day": column(lambda row: f"{row.published_at:%Y-%m-%d}" if row.published_at else ""),
        "versions": column(lambda row: row.n_versions),
    }
    told = {name: [_shown(word) for word in each.numbers] for name, each in words.items()}
    families = {reason.value: family for reason, family in FAMILY.items()}
    return {"columns": columns, "words": told, "families": families}


def _shown(text: str) -> str:
    """On one line, and such that nothing in it acts."""
    return visible(" ".join(text[: 4 * MAX_TITLE].split()), MAX_TITLE)
