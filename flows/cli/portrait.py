"""Draws a document: its metadata, its text, and every block of its page with what became of it."""

from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.console import safe
from flows.runs.facts import facts
from flows.runs.reading import Found
from flows.view.why import Account, sentence
from ingest.clean.explanation import Explanation
from ingest.ledger import Entry, Piece, entries
from ingest.records import Document

GUTTER = 28
"""Columns left of a block: the longest reason and its score."""
LABEL = 12
"""Columns of the label of a document's metadata."""
TITLE, CUT, DIM = "bold cyan", "red", "dim"


def print_outcome(found: Found, out: Console) -> None:
    """What the document is, where it comes from, and what became of its last input."""
    for fact in facts(found):
        print_beside(Text(fact.label, style=DIM), Text(safe(fact.value)), LABEL, out)


def print_document(document: Document, out: Console) -> None:
    """Title and clean text."""
    out.print()
    if document.title:
        out.print(Text(safe(document.title), style="bold"))
        out.print()
    out.print(Text(safe(document.text)))


def print_cuts(document: Document, out: Console, why: Account | None = None) -> None:
    """Every block in the page's order, a reason and score beside what was cut, why below it; a sum at the end."""
    out.print()
    ledger = entries(document.source_text, document.title_span, document.removals)
    for entry, reasoning in zip_longest(ledger, why.blocks if why else ()):
        if entry is not None and entry.line:
            _print_entry(entry, out)
            _print_why(reasoning, out)
    cut = sum(removal.end - removal.start for removal in document.removals)
    out.print(Text(f"\n{len(document.text):,} characters kept, {cut:,} cut", style=DIM))
    if why is not None:
        out.print(Text(safe(why.remark), style=DIM))


def _print_why(why: Explanation | None, out: Console) -> None:
    if why is None:
        return
    print_beside(Text(), Text(f"{why.own:.2f} sure to be the article's own. {sentence(why)}", style=DIM), GUTTER, out)
    for cause in why.causes:
        print_beside(Text(), Text(f"{cause.weight:+.1f} {cause.said}", style=DIM), GUTTER, out)


def _print_entry(entry: Entry, out: Console) -> None:
    block = Text().join(_drawn(piece, entry) for piece in entry.pieces)
    print_beside(Text(_verdict(entry), style=_style(entry)), block, GUTTER, out)


def print_beside(left: Text, right: Text, width: int, out: Console) -> None:
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


def as_json(found: Found, why: Account | None = None, *, with_cuts: bool) -> dict[str, Any]:
    """All of it for scripts; blocks with pieces where cuts are asked for, and why where that is."""
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
    if why is not None:
        shown["why"] = asdict(why)
    return shown


def _plain(document: Document) -> dict[str, Any]:
    kept_out = {"source_text", "removals", "title_span", "block_languages"}
    plain = {name: value for name, value in asdict(document).items() if name not in kept_out}
    return {**plain, "flags": sorted(document.flags)}
