"""Decoded content to an article: all its visible text as blocks, and its metadata."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.extract.agency import agency_of
from ingest.extract.evidence import judged
from ingest.extract.headline import find_headline
from ingest.extract.html import blocks_of
from ingest.extract.metadata import Metadata, metadata_of
from ingest.extract.published import Dates
from ingest.extract.text import blocks_of_text
from ingest.extract.title import Titled
from ingest.extract.tree import parse
from ingest.records import Article, Block, DateSource, Payload, Rejected
from ingest.urls import site_of

NO_TEXT = Rejected("extract", "no-text", "The page shows no text.")


@dataclass(frozen=True, slots=True)
class ExtractConfig:
    """How pages become articles."""

    ask_trafilatura: bool = True
    """Whether trafilatura's verdict on each block of HTML is asked for: half of the cost of extraction."""
    unwrap: bool = True
    """Whether the lines of hard-wrapped plain text are joined to paragraphs."""


Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def extract(payload: Payload, config: ExtractConfig, *, clock: Clock = _now) -> Article | Rejected:
    """All visible text of a page in order with its metadata, the same shape from HTML and from text.

    What the payload's envelope says wins over the page. No date of the page is later than the clock. Never raises.
    """
    return _EXTRACTORS[payload.kind](payload, config, clock)


def article_from_html(payload: Payload, config: ExtractConfig, clock: Clock) -> Article | Rejected:
    """The article of an HTML page."""
    root = parse(payload.content)
    blocks = () if root is None else blocks_of(root)
    if root is None or not blocks:
        return NO_TEXT
    page = metadata_of(root, blocks, payload.url, clock())
    if config.ask_trafilatura:
        blocks = judged(blocks, root)
    return _with_metadata(payload, blocks, page)


def article_from_text(payload: Payload, config: ExtractConfig, clock: Clock) -> Article | Rejected:  # noqa: ARG001
    """The article of a plain text; its metadata is what the envelope says, and its headline."""
    blocks = blocks_of_text(payload.content, unwrap=config.unwrap)
    if not blocks:
        return NO_TEXT
    title, title_block = _given_title(payload, blocks) or _headline(blocks)
    published_at, precision, source = _published(payload, None)
    return Article(
        blocks=blocks,
        title=title,
        title_block=title_block,
        authors=payload.authors,
        published_at=published_at,
        published_precision=precision,
        published_source=source,
        modified_at=payload.modified_at,
        site=site_of(payload.url) if payload.url else None,
        url=payload.url,
        agency=agency_of(payload.authors, blocks, title_block),
        opt_outs=payload.opt_outs,
        flags=payload.flags,
    )


def _with_metadata(payload: Payload, blocks: tuple[Block, ...], page: Metadata) -> Article:
    title, title_block = _given_title(payload, blocks) or page.titled
    published_at, precision, source = _published(payload, page.dates)
    modified_at = page.dates.modified[0] if page.dates.modified else None
    url = page.url or payload.url
    site = payload.url or page.url
    return Article(
        blocks=blocks,
        title=title,
        title_block=title_block,
        authors=payload.authors or page.authors,
        published_at=published_at,
        published_precision=precision,
        published_source=source,
        modified_at=payload.modified_at or modified_at,
        site=site_of(site) if site else None,
        url=url,
        section=page.section,
        agency=page.agency,
        access=page.access,
        page_type=page.page_type,
        html_lang=page.html_lang,
        licence_url=page.licence_url,
        opt_outs=tuple(sorted({*page.opt_outs, *payload.opt_outs})),
        flags=payload.flags,
    )


def _published(payload: Payload, page: Dates | None) -> tuple[datetime | None, str | None, DateSource | None]:
    """When it was published, how exactly and known from where: from the envelope, else the page, else the feed that led to it."""
    if payload.published_at is not None:
        return payload.published_at, payload.published_precision, "record"
    if page is not None and page.published is not None:
        return *page.published, page.source
    return (payload.listed_at, "second", "feed") if payload.listed_at else (None, None, None)


def _given_title(payload: Payload, blocks: Sequence[Block]) -> Titled | None:
    """The envelope's title, and the block that is exactly it but for white space."""
    title = " ".join((payload.title or "").split())
    if not title:
        return None
    index = next((index for index, block in enumerate(blocks) if " ".join(block.text.split()) == title), None)
    return (title, None) if index is None else (blocks[index].text, index)


def _headline(blocks: Sequence[Block]) -> Titled:
    index = find_headline(blocks)
    return (None, None) if index is None else (blocks[index].text, index)


_EXTRACTORS: dict[str, Callable[[Payload, ExtractConfig, Clock], Article | Rejected]] = {
    "html": article_from_html,
    "text": article_from_text,
}
