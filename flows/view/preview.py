"""The page of a reprocess plan: what would change, how much, and the largest changes before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.view.changes import Pair
from flows.view.pages import render


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list."""

    id: str
    heading: str
    where: str
    why: str
    """A reason, or what it copies."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Documents with one thing in common."""

    heading: str
    remark: str
    count: int
    """Of all of them; `entries` may be fewer."""
    entries: Sequence[Entry]
    counts: Mapping[str, int]
    """By reason; empty where there are none."""


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What the template draws."""

    plan: str
    corpus: str
    created: str
    conditions: Sequence[tuple[str, str]]
    selected: int
    looked_at: int
    is_sample: bool
    changed: int
    low: float
    high: float
    counts: Sequence[tuple[str, int, str]]
    """Label, documents, and a class for the colour."""
    buckets: Sequence[tuple[str, int]]
    largest: Sequence[Pair]
    listings: Sequence[Listing]
    messages: Sequence[str]

    @property
    def share(self) -> float:
        """Of the documents looked at, those that change."""
        return self.changed / self.looked_at if self.looked_at else 0.0


def preview_page(page: PreviewPage) -> str:
    """The page as HTML."""
    return render("preview.html.j2", page)
