"""Draws a document: its metadata, its text, and every block of its page with what became of it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.console import safe
from flows.runs.reading import Found
from ingest.ledger import Entry, Piece, entries
from ingest.records import Decision, Document

GUTTER = 28
"""Columns left of a block: the longest reason and its score."""
LABEL = 12
"""Columns of the label of a document's metadata."""
TITLE, CUT, DIM = "bold cyan", "red", "dim"


def print_outcome(found: Found, out: Console) -> None:
    """What the document is, where it comes from, and what became of its last input."""
    for label, value in facts(found):
        if value:
            _print_beside(Text(label, style=DIM), Text(safe(value)), LABEL, out)


def facts(found: Found) -> Iterator[tuple[str, str]]:
    """A label and what is known, empty where nothing is."""
    yield from ((label, value or "") for label, value in (*_about(found), *_metadata(found.document)))


def heading(found: Found) -> str:
    """What a person calls the document: its title, else its input's name."""
    if found.document is not None and found.document.title:
        return found.document.title
    return found.outcome.name if found.outcome is not None else ""


def verdict(found: Found) -> str:
    """How the document stands, in a few words."""
    if found.decision is None:
        outcome = found.outcome
        return f"{outcome.outcome}: {outcome.stage}/{outcome.reason}" if outcome and outcome.reason else "no document"
    if found.decision.status != "live":
        return found.decision.status
    return "duplicate" if found.decision.duplicate_of else "kept"


def print_document(document: Document, out: Console) -> None:
    """Title and clean text."""
    out.print()
    if document.title:
        out.print(Text(safe(document.title), style="bold"))
        out.print()
    out.print(Text(safe(document.text)))


def print_cuts(document: Document, out: Console) -> None:
    """Every block in the page's order, a reason and score beside what was cut; a sum at the end."""
    out.print()
    for entry in entries(document.source_text, document.title_span, document.removals):
        if entry.line:
            _print_entry(entry, out)
    cut = sum(removal.end - removal.start for removal in document.removals)
    out.print(Text(f"\n{len(document.text):,} characters kept, {cut:,} cut", style=DIM))


def _print_entry(entry: Entry, out: Console) -> None:
    block = Text().join(_drawn(piece, entry) for piece in entry.pieces)
    _print_beside(Text(_verdict(entry), style=_style(entry)), block, GUTTER, out)


def _print_beside(left: Text, right: Text, width: int, out: Console) -> None:
    """Two columns, `width` the left one's; on a terminal the right one is wrapped within its own, in a pipe it is one line."""
    if out.is_terminal:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(min_width=width, max_width=width)
        grid.add_column(overflow="fold", ratio=1)
        grid.add_row(left, right)
        out.print(grid)
    else:
        left.pad_right(width + 1 - left.cell_len)
        out.print(left.append_text(right), soft_wrap=True)


def _verdict(entry: Entry) -> str:
    if entry.is_title:
        return "= title"
    if not entry.removals:
        return "  kept"
    sign = "~" if entry.kept else "-"
    return f"{sign} " + " ".join(f"{removal.reason.value} {removal.score:.2f}" for removal in entry.removals)


def _style(entry: Entry) -> str:
    return TITLE if entry.is_title else CUT if entry.removals else DIM


def _drawn(piece: Piece, entry: Entry) -> Text:
    """A piece; one that was cut inside a block that stays stands in brackets, to be seen without colour too."""
    if entry.is_title:
        return Text(safe(piece.text), style=TITLE)
    if piece.removal is None:
        return Text(safe(piece.text))
    return Text(f"⟦{safe(piece.text)}⟧" if entry.kept else safe(piece.text), style=CUT)


def _about(found: Found) -> Iterator[tuple[str, str | None]]:
    outcome, origin = found.outcome, found.origin
    id_ = origin.id if origin else outcome.id if outcome else ""
    yield "id", id_
    if origin is not None:
        yield "version", f"{origin.version} of run {origin.run_id}"
    if outcome is not None:
        yield "input", f"{outcome.source}/{outcome.name}"
        why = f": {outcome.stage}/{outcome.reason}" if outcome.reason else ""
        yield "outcome", f"{outcome.outcome}{why} in run {outcome.run_id}"
        yield "", outcome.detail
    if found.decision is not None:
        yield from _standing(found.decision)


def _standing(decision: Decision) -> Iterator[tuple[str, str | None]]:
    yield "status", decision.status if decision.status != "live" else None
    yield "duplicate of", decision.duplicate_of
    for edge in decision.evidence:
        figures = f"containment {edge.containment:.2f}, Jaccard {edge.jaccard:.2f}, numbers that differ {edge.conflict:.2f}"
        yield "like", f"{edge.other} {edge.kind} ({figures})"


def _metadata(document: Document | None) -> Iterator[tuple[str, str | None]]:
    if document is None:
        return
    yield "url", document.url
    yield "title", document.title
    yield "authors", ", ".join(document.authors)
    if document.published_at is not None:
        yield "published", f"{document.published_at:%Y-%m-%d %H:%M} UTC ({document.published_precision})"
    yield "section", document.section
    yield "agency", document.agency
    yield "language", f"{document.language} ({document.language_score:.2f}, {document.script or 'no letters'})"
    yield "words", f"{document.n_words:,}"
    yield "flags", ", ".join(sorted(document.flags))


def as_json(found: Found, *, with_cuts: bool) -> dict[str, Any]:
    """All of it for scripts; blocks with pieces where cuts are asked for."""
    document = found.document
    shown: dict[str, Any] = {
        "origin": asdict(found.origin) if found.origin else None,
        "outcome": asdict(found.outcome) if found.outcome else None,
        "decision": asdict(found.decision) if found.decision else None,
        "document": _plain(document) if document else None,
    }
    if with_cuts and document is not None:
        ledger = entries(document.source_text, document.title_span, document.removals)
        shown["blocks"] = [{"is_title": entry.is_title, "pieces": [asdict(piece) for piece in entry.pieces]} for entry in ledger]
    return shown


def _plain(document: Document) -> dict[str, Any]:
    kept_out = {"source_text", "removals", "title_span", "block_languages"}
    plain = {name: value for name, value in asdict(document).items() if name not in kept_out}
    return {**plain, "flags": sorted(document.flags)}
