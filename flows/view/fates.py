"""What became of every block of a document's page, ready to be drawn."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from ingest.clean.explanation import Explanation
from ingest.ledger import Entry, entries
from ingest.records import Document, Reason

FAMILIES: Mapping[str, tuple[Reason, ...]] = {
    "furniture": (
        Reason.NAVIGATION,
        Reason.SHARE,
        Reason.COMMENTS,
        Reason.TAGS,
        Reason.COOKIE_NOTICE,
        Reason.LEGAL,
        Reason.MARKUP_JUNK,
    ),
    "selling": (Reason.ADVERTISEMENT, Reason.PROMOTION, Reason.PAYWALL),
    "credits": (
        Reason.CAPTION,
        Reason.CREDIT,
        Reason.BYLINE,
        Reason.AUTHOR_BIO,
        Reason.TIMESTAMP,
        Reason.TRANSLATION_NOTICE,
    ),
    "stories": (Reason.RELATED_TEASER, Reason.FOREIGN_STORY, Reason.LIVE_BLOG),
    "repeats": (Reason.HEADLINE_REPEAT, Reason.DUPLICATE_PARAGRAPH, Reason.SITE_BOILERPLATE),
}
"""Reasons that share a colour."""
FAMILY: Mapping[Reason, str] = {reason: family for family, reasons in FAMILIES.items() for reason in reasons}
MAX_BLOCKS = 4_000
"""Blocks that a page shows."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Why a piece goes."""

    reason: str
    family: str
    score: float


@dataclass(frozen=True, slots=True)
class Bit:
    """A run of a block's text with one fate."""

    text: str
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page."""

    state: str
    """title, kept, cut, or part: cut in part."""
    bits: tuple[Bit, ...]
    cuts: tuple[Cut, ...]
    why: Explanation | None = None
    """Null where that is not known."""

    @property
    def family(self) -> str:
        """The colour of its first cut; empty where it is kept."""
        return self.cuts[0].family if self.cuts else ""


@dataclass(frozen=True, slots=True)
class Share:
    """How much a reason cut."""

    reason: str
    family: str
    chars: int


def blocks_of(document: Document, why: Sequence[Explanation] = ()) -> Iterator[Block]:
    """Every block in the page's order, but for empty ones; at most MAX_BLOCKS. `why` has an entry for each, or none."""
    ledger = entries(document.source_text, document.title_span, document.removals)
    found = (_block(entry, each) for entry, each in zip_longest(ledger, why) if entry is not None and entry.line)
    return islice(found, MAX_BLOCKS)


def shares_of(document: Document) -> list[Share]:
    """What each reason cut, most first."""
    counts: Counter[Reason] = Counter()
    for removal in document.removals:
        counts[removal.reason] += removal.end - removal.start
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Share(reason.value, FAMILY[reason], chars) for reason, chars in ordered]


def _block(entry: Entry, why: Explanation | None) -> Block:
    if entry.is_title:
        return Block("title", (Bit(entry.line),), (), why)
    bits = tuple(
        Bit(
            piece.text,
            Cut(piece.removal.reason.value, FAMILY[piece.removal.reason], piece.removal.score) if piece.removal else None,
        )
        for piece in entry.pieces
    )
    cuts = tuple(dict.fromkeys(bit.cut for bit in bits if bit.cut))
    return Block("kept" if not cuts else "part" if entry.kept.strip() else "cut", bits, cuts, why)
