"""Two editions of a document side by side: what differs, and why a paragraph comes or goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flows.view.difference import Row, Span, rows
from flows.view.fates import Cut, blocks_of
from ingest.records import Document

MAX_CHARS = 40_000
"""Characters of one text that are compared."""
CONTEXT = 1
"""Equal paragraphs that are shown beside a change."""


@dataclass(frozen=True, slots=True)
class Line:
    """Two paragraphs beside each other, or a run of equal ones that is left out."""

    fate: str
    """same, gone, new, changed, or skipped."""
    before: Sequence[Span] = ()
    after: Sequence[Span] = ()
    was: Cut | None = None
    """Why a paragraph that is new was cut before."""
    goes: Cut | None = None
    """Why a paragraph that is gone is cut now."""
    skipped: int = 0
    """Equal paragraphs that are left out here."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One document before and after."""

    id: str
    heading: str
    where: str
    """The input's name."""
    words_before: int
    words_after: int
    fields: Sequence[tuple[str, str, str]]
    """Metadata that change: label, before, after."""
    lines: Sequence[Line]
    is_shortened: bool


def pair(id_: str, where: str, before: Document, after: Document) -> Pair:
    """Both editions of a document beside each other."""
    was, goes = _cuts(before), _cuts(after)
    found = rows(before.text[:MAX_CHARS].split("\n\n"), after.text[:MAX_CHARS].split("\n\n"))
    return Pair(
        id=id_,
        heading=after.title or before.title or where,
        where=where,
        words_before=before.n_words,
        words_after=after.n_words,
        fields=[(label, old, new) for label, old, new in _fields(before, after) if old != new],
        lines=list(_lines(found, was, goes)),
        is_shortened=max(len(before.text), len(after.text)) > MAX_CHARS,
    )


def _fields(before: Document, after: Document) -> Iterator[tuple[str, str, str]]:
    yield "title", before.title or "–", after.title or "–"
    yield "authors", ", ".join(before.authors) or "–", ", ".join(after.authors) or "–"
    yield "published", str(before.published_at or "–"), str(after.published_at or "–")
    yield "language", before.language, after.language


def _cuts(document: Document) -> dict[str, Cut]:
    """Text of each block that is cut, whole or in part → why."""
    return {"".join(bit.text for bit in block.bits): block.cuts[0] for block in blocks_of(document) if block.cuts}


def _lines(found: Sequence[Row], was: Mapping[str, Cut], goes: Mapping[str, Cut]) -> Iterator[Line]:
    """The rows with reasons; long runs of equal paragraphs are left out but for their ends."""
    groups = [(is_same, list(group)) for is_same, group in groupby(found, key=lambda row: row.fate == "same")]
    for number, (is_same, group) in enumerate(groups):
        if not is_same:
            yield from (Line(row.fate, row.before, row.after, was.get(row.right), goes.get(row.left)) for row in group)
            continue
        head = CONTEXT if number else 0
        tail = CONTEXT if number < len(groups) - 1 else 0
        left_out = len(group) - head - tail
        if left_out <= 1:
            head, tail, left_out = len(group), 0, 0
        yield from (Line("same", row.before, row.after) for row in group[:head])
        if left_out:
            yield Line("skipped", skipped=left_out)
        yield from (Line("same", row.before, row.after) for row in group[len(group) - tail :])
