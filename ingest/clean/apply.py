"""Labels to a document: what stays, what goes, and where it stood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.clean.config import CleanConfig
from ingest.clean.loss import flags_of, page_type_of
from ingest.clean.words import count_words
from ingest.records import Article, Block, Cut, Document, Label, Labeller, Rejected, Removal


@dataclass(frozen=True, slots=True)
class Sliced:
    """One block after its cuts."""

    kept: str
    """The kept pieces, concatenated."""
    cuts: tuple[Cut, ...]
    """The cuts with the white space that they swallow."""


def clean(article: Article, labeller: Labeller, config: CleanConfig) -> Document | Rejected:
    """Cut what the labeller refuses, and keep the rest verbatim; pages of a kind that is not wanted are rejected."""
    return clean_many([article], labeller, config)[0]


def clean_many(articles: Sequence[Article], labeller: Labeller, config: CleanConfig) -> list[Document | Rejected]:
    """The same for several articles, each as it would be cleaned alone."""
    wanted = [article for article in articles if page_type_of(article) not in config.page_types_rejected]
    labels = iter(labeller.label_many(wanted))
    found: list[Document | Rejected] = []
    for article in articles:
        kind = page_type_of(article)
        if kind in config.page_types_rejected:
            detail = f"the page is of the kind {kind}, which clean.page_types_rejected names"
            found.append(Rejected("clean", "page-type", detail))
            continue
        document = _document(article, next(labels), config)
        nothing = Rejected("clean", "only-boilerplate", f"no words are left of {len(article.blocks)} blocks")
        found.append(document if document.n_words else nothing)
    return found


def ledger(article: Article, labeller: Labeller, config: CleanConfig) -> Document:
    """The article after its cuts, however little is left of it."""
    return _document(article, labeller.label(article), config)


def _document(article: Article, labels: Sequence[Label], config: CleanConfig) -> Document:
    sliced = slice_blocks(article, labels)
    text = "\n\n".join(piece.kept for index, piece in enumerate(sliced) if piece.kept and index != article.title_block)
    starts = offsets(article.blocks)
    return Document(
        text=text,
        source_text="\n".join(block.text for block in article.blocks),
        title=article.title,
        title_span=_span(article, starts),
        removals=tuple(_removals(sliced, starts, article.title_block)),
        url=article.url,
        site=article.site,
        authors=article.authors,
        published_at=_utc(article.published_at),
        published_precision=article.published_precision,
        published_source=article.published_source,
        modified_at=_utc(article.modified_at),
        section=article.section,
        agency=article.agency,
        access=article.access,
        page_type=page_type_of(article),
        n_words=count_words(text),
        licence_url=article.licence_url,
        opt_outs=article.opt_outs,
        flags=article.flags | flags_of(article, [piece.kept for piece in sliced], config),
    )


def slice_blocks(article: Article, labels: Sequence[Label]) -> list[Sliced]:
    """Every block after its cuts, in order; the title's block is not cut.

    Raises:
        ValueError: the labels are not one per block, or a label's cuts overlap or leave the block.

    """
    return [
        Sliced(block.text, ()) if index == article.title_block else slice_block(block, label)
        for index, (block, label) in enumerate(zip(article.blocks, labels, strict=True))
    ]


def slice_block(block: Block, label: Label) -> Sliced:
    """The block without its cuts; each swallows the white space beside it, but for one side where words would grow together."""
    kept, cuts, done, last = "", [], 0, 0
    for cut in label.cuts:
        if not last <= cut.start <= cut.end <= len(block.text):
            raise ValueError(f"a cut from {cut.start} to {cut.end} does not fit a block of {len(block.text)} characters")
        last = cut.end
        start, end = _widen(block.text, max(cut.start, done), max(cut.end, done), done)
        if start < end:
            kept += block.text[done:start]
            end = end if kept else _after_space(block.text, end)
            cuts.append(Cut(start, end, cut.reason, cut.score))
            done = end
    return Sliced(kept + block.text[done:], tuple(cuts))


def _widen(text: str, start: int, end: int, floor: int) -> tuple[int, int]:
    """The span with the white space before it, and with that after it where nothing else follows."""
    while start > floor and text[start - 1].isspace():
        start -= 1
    after = _after_space(text, end)
    return start, after if after == len(text) else end


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def offsets(blocks: Sequence[Block]) -> list[int]:
    """Where each block begins in `source_text`."""
    starts, at = [], 0
    for block in blocks:
        starts.append(at)
        at += len(block.text) + 1
    return starts


def _span(article: Article, starts: Sequence[int]) -> tuple[int, int] | None:
    if article.title_block is None:
        return None
    start = starts[article.title_block]
    return start, start + len(article.blocks[article.title_block].text)


def _removals(sliced: Sequence[Sliced], starts: Sequence[int], title_block: int | None) -> Iterator[Removal]:
    for index, (piece, start) in enumerate(zip(sliced, starts, strict=True)):
        if index != title_block:
            yield from (Removal(start + cut.start, start + cut.end, cut.reason, cut.score) for cut in piece.cuts)


def _utc(moment: datetime | None) -> datetime | None:
    """The instant in UTC, as documents hold it."""
    return None if moment is None else moment.astimezone(UTC)
