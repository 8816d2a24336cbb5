"""What two texts are to each other, told from the texts themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

import numpy as np

from ingest.dedup.config import DedupConfig
from ingest.dedup.numbers import Contexts, conflicts, masked_contexts
from ingest.dedup.shingles import Hashes, canonical, ordered_hashes
from ingest.records import EdgeKind

Kind = EdgeKind | Literal["different"]

MERGING: frozenset[Kind] = frozenset({"exact", "near", "contained", "update", "correction"})
"""The kinds of edges that make two documents one story."""
# Notices of correction in the languages of the big agencies; those of scripts without spaces are looked for as strings.
_NOTICE_WORDS = """
    corrected correction corrects corrections correcting erratum errata berichtigung berichtigt korrektur korrigiert rectificatif
    correctif corrección rectificación rettifica correzione correção retificação correctie rättelse rettelse korjaus sprostowanie
    исправление исправлено виправлення düzeltme تصحيح תיקון διόρθωση
"""
_NOTICES = frozenset(_NOTICE_WORDS.split())
_UNSPACED_NOTICES = ("更正", "订正", "訂正", "勘误", "勘誤", "정정", "แก้ไข")
_NOTICE_HEAD, _NOTICE_TAIL = 24, 60
"""Tokens at both ends where a notice of correction stands."""


@dataclass(frozen=True)
class Text:
    """A cleaned text as verification reads it; what is derived from it is made once, when first asked for."""

    content: str
    published_at: datetime | None = None

    @cached_property
    def canonical(self) -> bytes:
        """Tokens joined by one space."""
        return canonical(self.content)

    @cached_property
    def sequence(self) -> Hashes:
        """Shingle hashes in the order of the text."""
        return ordered_hashes(self.canonical)

    @cached_property
    def shingles(self) -> Hashes:
        """Distinct shingle hashes, ascending."""
        return np.unique(self.sequence)

    @cached_property
    def tokens(self) -> list[str]:
        """Canonical tokens."""
        return self.canonical.decode().split()

    @cached_property
    def numbers(self) -> Contexts:
        """Masked shingles with the numbers that stand in them."""
        return masked_contexts(self.tokens)

    @cached_property
    def has_notice(self) -> bool:
        """Whether its first or last words announce a correction."""
        ends = [*self.tokens[:_NOTICE_HEAD], "|", *self.tokens[-_NOTICE_TAIL:]]
        joined = "".join(ends)
        return not _NOTICES.isdisjoint(ends) or any(notice in joined for notice in _UNSPACED_NOTICES)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts share, whatever their dates."""

    is_same: bool
    """All canonical tokens are equal."""
    containment: float
    jaccard: float
    conflict: float = 0.0
    n_conflicts: int = 0
    is_corrected: bool = False
    """One of the two, not both, announces a correction."""
    is_background: bool = False
    """Neither text's opening stands in the other."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What two documents are to each other, with the evidence, rounded to four places."""

    kind: Kind
    containment: float
    jaccard: float
    conflict: float


def compare(a: Text, b: Text, config: DedupConfig) -> Verdict:
    """The verdict on two texts; the same either way round."""
    return judge(likeness(a, b, config), gap_days(a.published_at, b.published_at), config)


def likeness(a: Text, b: Text, config: DedupConfig) -> Likeness:
    """What two texts share; numbers and openings are looked at only where containment makes them matter."""
    if a.canonical == b.canonical and a.canonical:
        return Likeness(is_same=True, containment=1.0, jaccard=1.0)
    smaller = min(a.shingles.size, b.shingles.size)
    if smaller < config.min_shingles:
        return Likeness(is_same=False, containment=0.0, jaccard=0.0)
    shared = shared_count(a.shingles, b.shingles)
    containment, jaccard = shared / smaller, shared / (a.shingles.size + b.shingles.size - shared)
    if containment < config.follow_up_containment:
        return Likeness(is_same=False, containment=containment, jaccard=jaccard)
    contexts, differing = conflicts(a.numbers, b.numbers)
    return Likeness(
        is_same=False,
        containment=containment,
        jaccard=jaccard,
        conflict=differing / contexts if contexts else 0.0,
        n_conflicts=differing,
        is_corrected=a.has_notice != b.has_notice,
        is_background=containment < config.rewrite_containment and not (_opens_in(a, b) or _opens_in(b, a)),
    )


def judge(like: Likeness, gap: float, config: DedupConfig) -> Verdict:
    """The verdict on a likeness at a gap in days; a larger gap never makes one story of two."""
    return Verdict(_kind(like, gap, config), round(like.containment, 4), round(like.jaccard, 4), round(like.conflict, 4))


def gap_days(a: datetime | None, b: datetime | None) -> float:
    """Days between two times; none where one is unknown."""
    return abs((utc(a) - utc(b)).total_seconds()) / 86400 if a and b else 0.0


def utc(time: datetime) -> datetime:
    """A time with its zone; one without is taken as UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def shared_count(a: Hashes, b: Hashes) -> int:
    """How many hashes two ascending arrays of distinct hashes share."""
    small, large = (a, b) if a.size <= b.size else (b, a)
    if not small.size:
        return 0
    at = np.minimum(np.searchsorted(large, small), large.size - 1)
    return int(np.count_nonzero(large[at] == small))


def _kind(like: Likeness, gap: float, config: DedupConfig) -> Kind:
    """The name of a likeness; the order of the rules matters."""
    if like.is_same:
        return "exact"
    is_numbered = like.conflict > config.max_conflict and like.n_conflicts >= config.min_conflicts
    if like.containment < config.min_containment or like.is_background:
        if like.containment < config.follow_up_containment:
            return "different"
        return "series" if is_numbered else "follow-up"
    is_near_in_time = gap <= config.max_gap_days
    # The numbers of a corrected item differ because they were wrong: no sign of a series.
    if like.is_corrected and is_near_in_time:
        return "correction"
    is_rewrite = is_near_in_time and like.containment >= config.max_series_containment
    if (is_numbered and not is_rewrite) or (
        not is_near_in_time and (like.containment < config.copy_containment or like.n_conflicts)
    ):
        return "series"
    return story_kind(like, config)


def story_kind(like: Likeness | Verdict, config: DedupConfig) -> EdgeKind:
    """How two texts of one story differ, as far as their shares tell."""
    if like.conflict > config.update_conflict:
        return "update"
    if like.jaccard >= config.near_jaccard:
        return "near"
    return "contained" if like.containment >= config.contained_containment else "near"


def _opens_in(a: Text, b: Text) -> bool:
    """Whether the first third of a text shares at least a tenth of its shingles with the other."""
    opening = a.sequence[: max(1, a.sequence.size // 3)]
    return int(np.isin(opening, b.shingles).sum()) >= 0.1 * opening.size
