"""Where a block stands in a page's markup, and what that settles: containers, menus, standfirsts, links away."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.clean.loss import is_other_page, is_vouched
from ingest.clean.outline import BRIDGE_WIDTH, Outline
from ingest.records import Article, Block

WRAPPER = 0.2
"""What holds more than this share of a page's text is no menu."""
LINKED, BARE = 0.5, 0.9
"""Share of a block's characters that are links: from which it is more link than text, and from which it is nothing else."""
SPOKEN = frozenset({"wire_end", "date", "url", "pipe", "credit_tail", "dateline"})
"""Cues that a paragraph of an article may show."""
MIN_PEERS, MIN_TAIL = 3, 2
"""So many kept paragraphs make a container the article's; so many must end it, for one alone is a notice.

Chosen on the development split: own lines lost go from .016 to .011, on the training split from .016 to .008.
"""
STANDFIRST_LINES = 3
"""A standfirst stands so close below the headline."""
MIN_SHOUTED = 3
"""Words in capitals that make a bare link an outlet's call."""
ALSO = re.compile(r"\W*(?:also|plus|außerdem|auch|aussi|además|inoltre|também)\s?[:：]", re.IGNORECASE)
"""How a link to another story begins; without a link it may be a sentence."""


def menus(page: Outline, blocks: Sequence[Block]) -> list[bool]:
    """Which blocks help to get about, by their markup.

    A mark that much of the text has which the other extractor keeps, and that is more text than links, stands on a wrapper of
    the page (`<body class="breadcrumbs-hidden">`) and says nothing.
    """
    in_nav = ["nav" in block.ancestors for block in blocks]
    in_trail = ["breadcrumb" in block.hints for block in blocks]
    prose = [line.width if line.dense else 0 for line in page.lines]
    text = [line.width if is_vouched(block) else 0 for line, block in zip(page.lines, blocks, strict=True)]
    of = text if any(text) else prose
    links, chars = [block.link_chars for block in blocks], [len(block.text) for block in blocks]
    marks = [
        marked
        for marked in (in_nav, in_trail)
        if _held(marked, of) <= WRAPPER * sum(of) or _held(marked, links) > LINKED * _held(marked, chars)
    ]
    return [any(marked[index] for marked in marks) for index in range(len(blocks))]


def _held(marked: Sequence[bool], widths: Sequence[int]) -> int:
    return sum(width for is_in, width in zip(marked, widths, strict=True) if is_in)


def code_lines(article: Article) -> list[bool]:
    """Which blocks are code, which looks like scraps of markup: on pages that are no articles, `pre` that is vouched for."""
    may_be = is_other_page(article)
    return [may_be and "pre" in block.ancestors and is_vouched(block) for block in article.blocks]


def at_home(page: Outline, blocks: Sequence[Block], kept: Sequence[bool]) -> list[bool]:
    """Which sentences stand in a container with paragraphs that are kept, and are kept by the other extractor.

    Where every paragraph has a wrapper of its own, those with the same markup are one container.
    """
    prose = [_is_prose(page, index, block) for index, block in enumerate(blocks)]
    peers, kin = Counter[int](), Counter[tuple[object, ...]]()
    held = Counter(block.section for block, told in zip(blocks, prose, strict=True) if told)
    for index, block in enumerate(blocks):
        if prose[index] and kept[index] and page.lines[index].dense:
            peers[block.section] += 1
            kin[_wrapping(block)] += 1
    home = [
        told and (peers[block.section] >= MIN_PEERS or (held[block.section] == 1 and kin[_wrapping(block)] >= MIN_PEERS))
        for block, told in zip(blocks, prose, strict=True)
    ]
    last = max((index for index, inside in enumerate(home) if inside and kept[index]), default=-1)
    tail = [index for index in range(last + 1, len(blocks)) if home[index]]
    is_notice = sum(page.lines[index].dense for index in tail) < MIN_TAIL
    return [inside and not (is_notice and index > last) for index, inside in enumerate(home)]


def _is_prose(page: Outline, index: int, block: Block) -> bool:
    line = page.lines[index]
    says = line.dense or (line.ends and line.width >= BRIDGE_WIDTH)
    return says and is_vouched(block) and block.link_chars <= LINKED * len(block.text) and line.cues <= SPOKEN


def _wrapping(block: Block) -> tuple[object, ...]:
    return block.tag, block.ancestors, block.hints, block.own_hints


def is_standfirst(page: Outline, index: int, block: Block) -> bool:
    """Whether a block is the page's first paragraph and stands right below the headline."""
    if page.title is None or not 0 < index - page.title <= STANDFIRST_LINES:
        return False
    line, between = page.lines[index], page.lines[page.title + 1 : index]
    return line.dense and line.cues <= SPOKEN and not block.links and not any(above.dense for above in between)


def leads_away(page: Outline, index: int, block: Block) -> bool:
    """Whether a block is a link that calls readers elsewhere: "Also: …", or a line that is all capitals and all link."""
    line = page.lines[index]
    if ("inline" in line.cues or ALSO.match(line.text)) and block.link_chars > LINKED * len(block.text):
        return True
    if block.link_chars < BARE * len(block.text) or not line.text.isupper():
        return False
    return sum(token.isupper() and len(token) > 1 for token in line.tokens) >= MIN_SHOUTED


def mark_of(page: Outline, index: int, block: Block, *, in_menu: bool) -> str:
    """What in the markup proves that a block is no part of an article, in words that go on from "it"; empty without."""
    if in_menu and not page.lines[index].dense:
        return "stands in a menu"
    return "is a link that calls readers elsewhere" if leads_away(page, index, block) else ""
