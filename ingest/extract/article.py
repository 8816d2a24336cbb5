"""Decoded content to an article: all its visible text as blocks, and its metadata."""

from dataclasses import dataclass

from ingest.extract.evidence import judged
from ingest.extract.headline import find_headline
from ingest.extract.html import blocks_of
from ingest.extract.text import blocks_of_text
from ingest.extract.tree import parse
from ingest.records import Article, Payload, Rejected

NO_TEXT = Rejected("extract", "no-text", "The page shows no text.")


@dataclass(frozen=True, slots=True)
class ExtractConfig:
    """How pages become articles."""


def extract(payload: Payload, config: ExtractConfig) -> Article | Rejected:
    """All visible text of a page in order with its metadata, the same shape from HTML and from text; never raises."""
    return _EXTRACTORS[payload.kind](payload, config)


def article_from_html(payload: Payload, config: ExtractConfig) -> Article | Rejected:
    root = parse(payload.content)
    blocks = () if root is None else blocks_of(root)
    if not blocks:
        return NO_TEXT
    blocks = judged(blocks, root)
    h1 = next((i for i, b in enumerate(blocks) if b.tag == "h1"), None)
    return Article(blocks, title=payload.title or (blocks[h1].text if h1 is not None else None), title_block=h1, url=payload.url, published_at=payload.published_at, published_precision=payload.published_precision, authors=payload.authors)


def article_from_text(payload: Payload, config: ExtractConfig) -> Article | Rejected:
    blocks = blocks_of_text(payload.content)
    if not blocks:
        return NO_TEXT
    found = find_headline(blocks)
    return Article(blocks, title=payload.title or (None if found is None else blocks[found].text), title_block=found, url=payload.url, published_at=payload.published_at, published_precision=payload.published_precision, authors=payload.authors)


_EXTRACTORS = {"html": article_from_html, "text": article_from_text}
