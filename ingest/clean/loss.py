"""Warnings about a cleaned page: that much of it is gone, or that it is no article."""

from collections.abc import Sequence

from ingest.clean.config import CleanConfig
from ingest.clean.lines import ENDS
from ingest.records import Article, Block, Flag, PageType

VOUCHED = 0.5
"""A block of which the other extractor keeps more than this share counts as kept by it."""
LINKED, PROSE = 0.3, 0.5
"""A page whose vouched text is so much links and so little prose is no article: on the development split one news page in 83."""
PROSE_CHARS = 90
ARTICLES: frozenset[PageType] = frozenset({"article", "live-blog"})
"""Kinds of pages that are articles; all others are kept leniently."""
PLAIN_SHARE = 0.1
"""Of a plain-text page so little may be kept before it is flagged: the rest are often whole other stories."""


def flags_of(article: Article, kept: Sequence[str], config: CleanConfig) -> frozenset[Flag]:
    """The flags that cleaning adds, given what is kept of each block."""
    flags = {Flag.NOT_AN_ARTICLE} if is_other_page(article) else set()
    is_html = article.is_html
    share = config.text_loss_share if is_html else PLAIN_SHARE
    judged = [index for index, block in enumerate(article.blocks) if not is_html or _is_prose(block)]
    if sum(len(kept[index]) for index in judged) < share * sum(len(article.blocks[index].text) for index in judged):
        flags.add(Flag.TEXT_LOSS)
    return frozenset(flags)


def _is_prose(block: Block) -> bool:
    """Whether the other extractor keeps a block, and it is running text."""
    is_text = len(block.text) >= PROSE_CHARS and ENDS.search(block.text[-12:]) is not None
    return is_text and is_vouched(block) and block.link_chars <= PROSE * len(block.text)


def is_vouched(block: Block) -> bool:
    """Whether the other extractor keeps a block."""
    return block.trafilatura is not None and block.trafilatura > VOUCHED


def page_type_of(article: Article) -> PageType | None:
    """The kind of page, as extraction found it; one that is mostly links and says nothing of itself is a listing."""
    return "listing" if article.page_type is None and is_other_page(article) else article.page_type


def is_other_page(article: Article) -> bool:
    """Whether an HTML page is said to be no article, or is mostly links to others."""
    if not article.is_html:
        return False
    if article.page_type is not None and article.page_type not in ARTICLES:
        return True
    vouched = [block for block in article.blocks if is_vouched(block)]
    total = max(1, sum(len(block.text) for block in vouched))
    linked = sum(block.link_chars for block in vouched)
    prose = sum(len(block.text) for block in vouched if len(block.text) >= PROSE_CHARS and ENDS.search(block.text[-12:]))
    return linked >= LINKED * total and prose < PROSE * total
