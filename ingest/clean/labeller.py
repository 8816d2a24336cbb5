"""Tells an article's own blocks from the others: a model weighs the evidence on each; rules know what no article contains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby

from ingest.clean import model, phrases, rarity
from ingest.clean.again import Look, settled
from ingest.clean.asides import cuts_within, without_calls
from ingest.clean.certain import repeated_captions, rule_of
from ingest.clean.config import CleanConfig
from ingest.clean.limits import limits_of
from ingest.clean.lines import read
from ingest.clean.loss import is_other_page
from ingest.clean.outline import Outline, outline
from ingest.clean.reasons import Doubt, reasons_of
from ingest.clean.repeats import repeated
from ingest.clean.standing import code_lines, mark_of, menus
from ingest.clean.verdict import Evidence, evidence_on
from ingest.records import Article, Block, Cut, Label, Reason

REVISION = "engine-3"
"""Raised whenever the code of the rules changes what they cut; lists and tables are digested."""
CERTAIN = 0.97
"""How sure we are of a cut that a rule demands."""
MAX_CELLS = 4096
"""Lines that are judged at once, padding included, but for a page that is longer alone: bounds memory, 6 kB a line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one look at an article finds: one entry per block, in order."""

    page: Outline
    evidence: Evidence
    rules: Sequence[str]
    """The rule by which a block is furniture beyond doubt; empty where none applies."""
    sure: Sequence[float]
    """How sure it is to be the article's own."""
    limits: Sequence[float]
    """Below which certainty it goes."""
    reasons: Sequence[Reason | None]
    """Why it goes; null where it stays."""


class ModelLabeller:
    """Labels blocks by the model, and by rules where they are certain."""

    def __init__(self, config: CleanConfig) -> None:
        self._config = config
        self._by_reason = config.by_reason
        self.version = f"{REVISION}-{_digest()}"

    def label(self, article: Article) -> Sequence[Label]:
        """One label per block, in order."""
        return self.label_many([article])[0]

    def label_many(self, articles: Sequence[Article]) -> list[Sequence[Label]]:
        """The labels of each article, as it would get them alone, at less cost."""
        found: list[Sequence[Label]] = [look.labels for look in self._looks(articles)]
        again = [index for index, article in enumerate(articles) if article.blocks and not is_other_page(article)]
        labels = settled([articles[index] for index in again], [found[index] for index in again], self._looks)
        for index, last in zip(again, labels, strict=True):
            found[index] = last
        return found

    def judge(self, article: Article) -> Judged:
        """What the first look at an article finds, and why; it must have blocks."""
        return self.judge_many([article])[0]

    def judge_many(self, articles: Sequence[Article]) -> list[Judged]:
        """The same for several articles, each as it would be judged alone."""
        articles = [replace(article, blocks=tuple(map(without_calls, article.blocks))) for article in articles]
        outlines = [outline(read(article.blocks), article.title_block, article.title) for article in articles]
        found: dict[int, Judged] = {}
        for batch in batches(articles):
            chosen = [articles[index] for index in batch]
            pages = [outlines[index] for index in batch]
            evidence = evidence_on(pages, [article.blocks for article in chosen], is_html=chosen[0].is_html)
            found |= zip(batch, map(self._judged, chosen, pages, evidence), strict=True)
        return [found[index] for index in range(len(articles))]

    def _judged(self, article: Article, page: Outline, evidence: Evidence) -> Judged:
        rules = _rules(page, article)
        sure = [min(share, 1 - CERTAIN) if rule else share for share, rule in zip(evidence.own_shares, rules, strict=True)]
        reasons, limits = self._decided(page, article, sure, rules)
        return Judged(page, evidence, rules, sure, limits, reasons)

    def _looks(self, articles: Sequence[Article]) -> list[Look]:
        """One look at each article; one at an article without blocks finds nothing."""
        judged = iter(self.judge_many([article for article in articles if article.blocks]))
        return [_look_of(article, next(judged)) if article.blocks else Look([], []) for article in articles]

    def _decided(
        self, page: Outline, article: Article, sure: Sequence[float], rules: Sequence[str]
    ) -> tuple[list[Reason | None], list[float]]:
        """Why each block goes, null where it stays; and below which certainty it goes.

        What a block would be cut for is asked at the boldest of all thresholds; then it goes only below that of its own reason.
        """
        point = self._config.limit(is_html=article.is_html)
        boldest = max([point, *self._by_reason.values()])
        limits = limits_of(page, article, sure, boldest)
        cut = [bool(rule) or share < limit for rule, share, limit in zip(rules, sure, limits, strict=True)]
        for index in repeated(page, cut):
            cut[index], limits[index] = True, 1.0
        reasons = reasons_of(Doubt(page, cut))
        for index, reason in enumerate(reasons):
            own = point if reason is None else self._by_reason.get(reason, point)
            limits[index] *= own / boldest if boldest else 0.0
            if reason is not None and not rules[index] and sure[index] >= limits[index]:
                reasons[index] = None
        return reasons, limits


def batches(articles: Sequence[Article]) -> Iterator[list[int]]:
    """Which articles are judged together: those of one kind, of like length, and of `MAX_CELLS` at most."""
    order = sorted(range(len(articles)), key=lambda index: (articles[index].is_html, len(articles[index].blocks)))
    for _, alike in groupby(order, key=lambda index: articles[index].is_html):
        batch: list[int] = []
        for index in alike:
            # The last is the longest, and all are padded to its length.
            if batch and (len(batch) + 1) * len(articles[index].blocks) > MAX_CELLS:
                yield batch
                batch = []
            batch.append(index)
        yield batch


def _rules(page: Outline, article: Article) -> list[str]:
    """The rule by which each block is furniture beyond doubt; empty where none applies."""
    captions, in_menu, code = repeated_captions(page), menus(page, article.blocks), code_lines(article)
    return [
        "repeats part of the headline again and again"
        if index in captions
        else ("" if code[index] else rule_of(page, index)) or mark_of(page, index, block, in_menu=in_menu[index])
        for index, block in enumerate(article.blocks)
    ]


def _look_of(article: Article, found: Judged) -> Look:
    parts = zip(article.blocks, found.sure, found.reasons, code_lines(article), strict=True)
    labels = [_label(block, sure, reason, is_code=code) for block, sure, reason, code in parts]
    return Look([line.dense for line in found.page.lines], labels)


def _label(block: Block, sure: float, reason: Reason | None, *, is_code: bool) -> Label:
    if reason is not None:
        return Label(sure, (Cut(0, len(block.text), reason, round(1 - sure, 4)),))
    return Label(sure, () if is_code else cuts_within(block.text))


def _digest() -> str:
    """Names the lists and tables in use."""
    parts = sha256()
    for table in (phrases.OPENINGS, phrases.WHOLE, phrases.ANYWHERE, phrases.WORDS):
        parts.update(repr(table).encode())
    parts.update(rarity.TABLE.read_bytes())
    parts.update(model.digest().encode())
    return parts.hexdigest()[:8]
