"""The page of one document: its text, every cut with its reason, and what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.view.fates import MAX_BLOCKS, Block, Share, blocks_of, shares_of
from flows.view.pages import render
from flows.view.visible import MAX_BIT_CHARS, MAX_CHARS
from ingest.records import Document

Fact = tuple[str, str]
"""A label, and what is to be said."""


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """What the template draws."""

    heading: str
    facts: Sequence[Fact]
    verdict: str
    """How the document stands, in a few words."""
    blocks: Sequence[Block]
    shares: Sequence[Share]
    kept: int
    """Characters."""
    cut: int
    is_shortened: bool
    """Whether the page does not show all blocks."""


def document_page(document: Document | None, heading: str, verdict: str, facts: Sequence[Fact]) -> str:
    """The page as HTML; without a document it shows what is known of the input."""
    blocks: list[Block] = []
    chars = 0
    for block in blocks_of(document) if document else ():
        chars += sum(min(len(bit.text), MAX_BIT_CHARS) for bit in block.bits)
        blocks.append(block)
        if chars > MAX_CHARS:
            break
    shares = shares_of(document) if document else []
    shown = DocumentPage(
        heading=heading,
        facts=[(label, value) for label, value in facts if value],
        verdict=verdict,
        blocks=blocks,
        shares=shares,
        kept=len(document.text) if document else 0,
        cut=sum(share.chars for share in shares),
        is_shortened=chars > MAX_CHARS or len(blocks) == MAX_BLOCKS,
    )
    return render("document.html.j2", shown)
