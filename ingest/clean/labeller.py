"""Tells an article's own blocks from the others: a model weighs the evidence on each; rules know what no article contains."""

from collections.abc import Sequence
from hashlib import sha256

from ingest.clean import model, phrases, rarity
from ingest.clean.again import Look, settled
from ingest.clean.agencies import trailing_credit
from ingest.clean.certain import is_certain, repeated_captions
from ingest.clean.config import CleanConfig
from ingest.clean.limits import limits_of
from ingest.clean.lines import read
from ingest.clean.loss import is_other_page
from ingest.clean.outline import Outline, outline
from ingest.clean.reasons import Doubt, reasons_of
from ingest.clean.standing import is_marked
from ingest.clean.verdict import own_shares
from ingest.records import Article, Block, Cut, Label, Reason

REVISION = "engine-1"
"""Raised whenever the code of the rules changes what they cut; lists and tables are digested."""
CERTAIN = 0.97
"""How sure we are of a cut that a rule demands."""


class ModelLabeller:
    """Labels blocks by the model, and by rules where they are certain."""

    def __init__(self, config: CleanConfig) -> None:
        self._config = config
        self._by_reason = config.by_reason
        self.version = f"{REVISION}-{_digest()}"

    def label(self, article: Article) -> Sequence[Label]:
        """One label per block, in order."""
        if not article.blocks:
            return []
        labels = self._look(article).labels
        return labels if is_other_page(article) else settled(article, labels, self._look)

    def _look(self, article: Article) -> Look:
        page = outline(read(article.blocks), article.title_block, article.title)
        certain = _certain(page, article.blocks)
        shares = own_shares(page, article.blocks, is_html=article.is_html)
        sure = [min(share, 1 - CERTAIN) if demanded else share for share, demanded in zip(shares, certain, strict=True)]
        reasons = self._decided(page, article, sure, certain)
        return Look(page, [_label(*parts) for parts in zip(article.blocks, sure, reasons, strict=True)])

    def _decided(self, page: Outline, article: Article, sure: Sequence[float], certain: Sequence[bool]) -> list[Reason | None]:
        """Why each block goes; null where it stays.

        What a block would be cut for is asked at the boldest of all thresholds; then it goes only below that of its own reason.
        """
        point = self._config.limit(is_html=article.is_html)
        boldest = max([point, *self._by_reason.values()])
        limits = limits_of(page, article, sure, boldest)
        cut = [demanded or share < limit for demanded, share, limit in zip(certain, sure, limits, strict=True)]
        reasons = reasons_of(Doubt(page, cut))
        for index, reason in enumerate(reasons):
            if reason is not None and not certain[index]:
                own = limits[index] * self._by_reason.get(reason, point) / boldest
                reasons[index] = reason if sure[index] < own else None
        return reasons


def _certain(page: Outline, blocks: Sequence[Block]) -> list[bool]:
    """Which blocks are furniture beyond doubt."""
    captions = repeated_captions(page)
    return [index in captions or is_certain(page, index) or is_marked(page, index, block) for index, block in enumerate(blocks)]


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
    parts.update(model.digest().encode())
    return parts.hexdigest()[:8]
