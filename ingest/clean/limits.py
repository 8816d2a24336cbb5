"""How sure a block must be to be the article's own: less where it runs on, more where something announces other stories."""

from collections.abc import Sequence

from ingest.clean import standing
from ingest.clean.brief import lone_paragraph
from ingest.clean.loss import is_other_page, is_vouched
from ingest.clean.outline import BRIDGE_WIDTH, Outline
from ingest.records import Article, Block

CONTINUING, CONTINUING_ALONE = 0.4, 0.05
"""A foreign story rarely begins without a heading, and never is one paragraph then. Chosen on the development split."""
ANNOUNCED, ANNOUNCED_LINES, DOUBTFUL = 1.6, 6, 0.4
"""What a paragraph's threshold is multiplied with where an outlet, age or heading announces another story just above it."""
NEUTRAL = frozenset({"wire_end", "date", "url", "pipe", "credit_tail"})
"""Cues that an article's last paragraph may show."""
LEADS = frozenset({"related", "inline"})
APART = frozenset({"related", "teaser"})
APART_PATIENCE = 1.75
"""On the development split 1.0 and 1.95 differ by .0006 of F1: both kinds of blocks are rare where the model hesitates."""
STANDFIRST = 0.6
"""What a standfirst's threshold is multiplied with. Chosen on the development split."""
SURE_BEFORE = 0.6
MAX_CONTINUING = 1000
"""A wider one may be a whole story in one line."""


def limits_of(page: Outline, article: Article, sure: Sequence[float], threshold: float) -> list[float]:
    """Below which certainty each block goes."""
    if article.is_html:
        limits = _of_markup(page, article, sure, threshold)
    else:
        limits = [threshold * _patience(page, index, sure) for index in range(len(sure))]
    brief = lone_paragraph(page, article.blocks)
    if brief is not None:
        limits[brief] = 0.0
    return limits


def _of_markup(page: Outline, article: Article, sure: Sequence[float], threshold: float) -> list[float]:
    blocks, lenient, in_menu = article.blocks, is_other_page(article), standing.menus(page, article.blocks)
    limits = [
        0.0 if lenient and is_vouched(block) and not in_menu[index] else threshold * _impatience(page, index, block)
        for index, block in enumerate(blocks)
    ]
    kept = [share >= limit for share, limit in zip(sure, limits, strict=True)]
    home = standing.at_home(page, blocks, kept)
    return [
        0.0 if home[index] and not _is_announced_within(page, index, sure, blocks) else limit
        for index, limit in enumerate(limits)
    ]


def _impatience(page: Outline, index: int, block: Block) -> float:
    """What the threshold is multiplied with: more where markup and wording both say that a block leads elsewhere."""
    leads_elsewhere = block.link_chars > standing.LINKED * len(block.text) and not page.lines[index].cues.isdisjoint(LEADS)
    stands_apart = block.trafilatura == 0.0 and not block.hints.isdisjoint(APART)
    if standing.is_standfirst(page, index, block):
        return STANDFIRST
    return APART_PATIENCE if leads_elsewhere or stands_apart else 1.0


def _patience(page: Outline, index: int, sure: Sequence[float]) -> float:
    """What the threshold is multiplied with: little where a line runs on, much where a heading announces others."""
    line, before = page.lines[index], page.lines[max(0, index - 1)]
    if line.dense and _announcer(page, index, sure) is not None:
        return ANNOUNCED
    runs_on = line.dense or (line.ends and line.width >= BRIDGE_WIDTH and not line.cues - NEUTRAL)
    if (
        index == 0
        or not runs_on
        or not before.dense
        or sure[index - 1] < SURE_BEFORE
        or line.width > MAX_CONTINUING
        or "dateline" in line.cues
    ):
        return 1.0
    alone = index + 1 == len(sure) or not page.lines[index + 1].dense
    return CONTINUING_ALONE if alone and not line.cues - NEUTRAL else CONTINUING


def _is_announced_within(page: Outline, index: int, sure: Sequence[float], blocks: Sequence[Block]) -> bool:
    """Whether what announces another story stands in the paragraph's own container, and no box between paragraphs."""
    above = _announcer(page, index, sure)
    return above is not None and blocks[above].section == blocks[index].section


def _announcer(page: Outline, index: int, sure: Sequence[float]) -> int | None:
    """A heading of other stories or an age above a paragraph with only doubtful lines between them; null without one."""
    for above in range(index - 1, max(-1, index - 1 - ANNOUNCED_LINES), -1):
        line = page.lines[above]
        if line.dense or above < page.lead[0] or sure[above] >= DOUBTFUL:
            return None
        if line.cues & {"related", "age"}:
            return above
    return None
