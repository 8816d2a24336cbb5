"""The page of one document: its text, every cut with its reason, its versions, its copies, and what is known of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flows.view.changes import Pair
from flows.view.fact import Fact
from flows.view.fates import MAX_BLOCKS, Block, Share, blocks_of, shares_of
from flows.view.pages import Place, render
from flows.view.visible import MAX_BIT_CHARS, MAX_CHARS
from flows.view.why import Account
from ingest.records import Document


@dataclass(frozen=True, slots=True)
class VersionNote:
    """One version of the document."""

    number: int
    run: str
    when: str
    """When its input was fetched."""
    words: int
    chars_cut: int
    made_by: str
    """Code and settings."""
    is_current: bool = False
    changes: Pair | None = None
    """Against the version before; null for the first, and for those too old to be shown in full."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one commit did to the document."""

    when: str
    run: str
    version: int
    change: str
    """In a word."""
    detail: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A document that resembles this one."""

    id: str
    heading: str
    where: str
    """The input's name."""
    kind: str
    """How they resemble each other; empty where it stands in the same cluster through others alone."""
    evidence: str
    is_copy: bool
    """Whether both tell one story, as the corpus decided; else it is only linked."""
    is_canonical: bool = False
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that is to be shown of a document."""

    id: str
    heading: str
    verdict: str
    """How it stands, in a few words."""
    document: Document | None
    """Null where only its input is known."""
    facts: Sequence[Fact] = ()
    deeper: Sequence[Fact] = ()
    """Facts that only who looks closely wants to know."""
    versions: Sequence[VersionNote] = ()
    """Newest first."""
    relatives: Sequence[Relative] = ()
    copies_left_out: int = 0
    links_left_out: int = 0
    place: Place = field(default_factory=Place)
    account: Account | None = None
    """Why its blocks were kept or cut; null where that was not looked for."""
    history: Sequence[Step] = ()
    """Newest first; empty where it was not looked for."""


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """What the template draws."""

    portrait: Portrait
    blocks: Sequence[Block]
    shares: Sequence[Share]
    kept: int
    """Characters."""
    cut: int
    is_shortened: bool
    """Whether the page does not show all blocks."""

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        return self.portrait.verdict.partition(":")[0]

    @property
    def byline(self) -> Iterator[str]:
        """What a reader wants to know at once."""
        document = self.portrait.document
        if document is not None:
            yield from filter(None, (document.site, ", ".join(document.authors)))
            if document.published_at is not None:
                yield f"{document.published_at:%-d %B %Y}"
            yield from (document.language, f"{document.n_words:,} words")

    @property
    def copies(self) -> Sequence[Relative]:
        """Documents that tell the same story, itself among them; empty where it stands alone."""
        return [relative for relative in self.portrait.relatives if relative.is_copy]

    @property
    def linked(self) -> Sequence[Relative]:
        """Documents that resemble it and tell another story."""
        return [relative for relative in self.portrait.relatives if not relative.is_copy]


def document_page(portrait: Portrait) -> str:
    """The page as HTML; without a document it shows what is known of the input."""
    blocks: list[Block] = []
    chars = 0
    document = portrait.document
    why = portrait.account.blocks if portrait.account else ()
    for block in blocks_of(document, why) if document else ():
        chars += sum(min(len(bit.text), MAX_BIT_CHARS) for bit in block.bits)
        blocks.append(block)
        if chars > MAX_CHARS:
            break
    shares = shares_of(document) if document else []
    kept = len(document.text) if document else 0
    is_shortened = chars > MAX_CHARS or len(blocks) == MAX_BLOCKS
    page = DocumentPage(portrait, blocks, shares, kept, sum(share.chars for share in shares), is_shortened)
    return render("document.html.j2", page)
