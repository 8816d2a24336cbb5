"""The rule labeller: evidence on each block, a scorecard that weighs it, and rules for what no article contains."""

from collections.abc import Sequence
from hashlib import sha256

from ingest.clean import phrases, rarity, scorecard
from ingest.clean.agencies import trailing_credit
from ingest.clean.certain import is_certain
from ingest.clean.config import CleanConfig
from ingest.clean.lines import Line, read
from ingest.clean.loss import is_other_page, is_vouched
from ingest.clean.outline import BRIDGE_WIDTH, Outline, outline
from ingest.clean.reasons import Doubt, reasons_of
from ingest.clean.verdict import own_shares
from ingest.records import Article, Block, Cut, Label, Reason

REVISION = "rules-1"
"""Raised whenever the code of the rules changes what they cut; lists and tables are digested."""
CONTINUING, CONTINUING_ALONE = 0.4, 0.05
"""A foreign story rarely begins without a heading, and never is one paragraph then. Chosen on the development split."""
ANNOUNCED, ANNOUNCED_LINES, DOUBTFUL = 1.6, 6, 0.4
"""What a paragraph's threshold is multiplied with where an outlet, age or heading announces another story just above it."""
NEUTRAL = frozenset({"wire_end", "date", "url", "pipe", "credit_tail"})
"""Cues that an article's last paragraph may show."""
LINKED = 0.5
"""Share of a block's characters that are links, from which it is more link than text."""
LEADS = frozenset({"related", "inline"})
APART = frozenset({"related", "teaser"})
APART_PATIENCE = 1.5
"""Chosen on the development split."""
SURE_BEFORE = 0.6
MAX_CONTINUING = 1000
"""A wider one may be a whole story in one line."""
CERTAIN = 0.97
"""How sure we are of a cut that a rule demands."""


class RuleLabeller:
    """Labels blocks by evidence and rules, without a trained model."""

    def __init__(self, config: CleanConfig) -> None:
        self._config = config
        self.version = f"{REVISION}-{_digest()}"

    def label(self, article: Article) -> Sequence[Label]:
        """One label per block, in order."""
        if not article.blocks:
            return []
        page = outline(read(article.blocks), article.title_block, article.title)
        sure = self._sure(page, article)
        cut = [share < limit for share, limit in zip(sure, self._limits(page, article, sure), strict=True)]
        reasons = reasons_of(Doubt(page, cut))
        return [_label(*parts) for parts in zip(article.blocks, sure, reasons, strict=True)]

    def _limits(self, page: Outline, article: Article, sure: Sequence[float]) -> list[float]:
        """Below which certainty each block goes: lower for a paragraph that continues the one above it."""
        if article.is_html:
            lenient = is_other_page(article)
            return [
                0.0 if lenient and is_vouched(block) else self._config.html_threshold * _impatience(block, line)
                for block, line in zip(article.blocks, page.lines, strict=True)
            ]
        return [self._config.threshold * _patience(page, index, sure) for index in range(len(sure))]

    def _sure(self, page: Outline, article: Article) -> list[float]:
        """How sure each block is to be the article's own, after the rules."""
        sure = own_shares(page, article.blocks, is_html=article.is_html)
        return [min(share, 1 - CERTAIN) if is_certain(page, index) else share for index, share in enumerate(sure)]


def _impatience(block: Block, line: Line) -> float:
    """What the threshold is multiplied with: more where markup and wording both say that a block leads elsewhere."""
    leads_elsewhere = block.link_chars > LINKED * len(block.text) and not line.cues.isdisjoint(LEADS)
    stands_apart = block.trafilatura == 0.0 and not block.hints.isdisjoint(APART)
    return APART_PATIENCE if leads_elsewhere or stands_apart else 1.0


def _patience(page: Outline, index: int, sure: Sequence[float]) -> float:
    """What the threshold is multiplied with: little where a line runs on, much where a heading announces others."""
    line, before = page.lines[index], page.lines[max(0, index - 1)]
    if line.dense and _is_announced(page, index, sure):
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


def _is_announced(page: Outline, index: int, sure: Sequence[float]) -> bool:
    """Whether only doubtful lines stand between a paragraph and a heading of other stories or an age above it."""
    for above in range(index - 1, max(-1, index - 1 - ANNOUNCED_LINES), -1):
        line = page.lines[above]
        if line.dense or above < page.lead[0] or sure[above] >= DOUBTFUL:
            return False
        if line.cues & {"related", "age"}:
            return True
    return False


def _label(block: Block, sure: float, reason: Reason | None) -> Label:
    if reason is not None:
        return Label(sure, (Cut(0, len(block.text), reason, round(1 - sure, 4)),))
    credit = trailing_credit(block.text)
    return Label(sure, (credit,) if credit else ())


def _digest() -> str:
    """Names the lists and tables in use."""
    parts = sha256()
    for table in (phrases.OPENINGS, phrases.WHOLE, phrases.ANYWHERE, phrases.WORDS):
        parts.update(repr(table).encode())
    parts.update(rarity.TABLE.read_bytes())
    for path in scorecard.PATHS.values():
        parts.update(path.read_bytes())
    return parts.hexdigest()[:8]
