"""What became of every block of an article: the account that a document's removals keep of its source text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.records import Removal


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one block's text with one fate."""

    text: str
    removal: Removal | None = None
    """What cut it; null: it was kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One block of the source text."""

    pieces: tuple[Piece, ...]
    """In order; joined they are the block."""
    is_title: bool = False

    @property
    def line(self) -> str:
        """The whole block."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def kept(self) -> str:
        """What of it went into the document's text; empty for the title."""
        return "" if self.is_title else "".join(piece.text for piece in self.pieces if piece.removal is None)

    @property
    def removals(self) -> tuple[Removal, ...]:
        """What was cut from it, in order."""
        return tuple(piece.removal for piece in self.pieces if piece.removal is not None)


def entries(source_text: str, title_span: tuple[int, int] | None, removals: Sequence[Removal]) -> Iterator[Entry]:
    """Every block in order; removals are in order and without overlap, and may span several blocks."""
    start = 0
    first = 0
    for line in source_text.split("\n"):
        end = start + len(line)
        while first < len(removals) and removals[first].end <= start:
            first += 1
        is_title = title_span is not None and title_span[0] == start and title_span[1] >= end
        yield Entry(tuple(_pieces(line, start, removals[first:])), is_title=is_title and bool(line))
        start = end + 1


def _pieces(line: str, start: int, removals: Sequence[Removal]) -> Iterator[Piece]:
    at = 0
    for removal in removals:
        if removal.start >= start + len(line):
            break
        cut_from, cut_to = max(0, removal.start - start), min(len(line), removal.end - start)
        if at < cut_from:
            yield Piece(line[at:cut_from])
        if cut_from < cut_to:
            yield Piece(line[cut_from:cut_to], removal)
        at = max(at, cut_to)
    if at < len(line):
        yield Piece(line[at:])
