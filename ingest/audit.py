"""What became of each line of a gold document: what was cut wrongly, what was left, and whether the reasons are right."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.gold import LinesGold
from ingest.ledger import Entry
from ingest.records import Cut, Reason

ABSENT = "absent"
"""Stands for a reason where a line of a page did not even become a block."""
UNTOLD = "untold"
"""Stands for the reason of lines whose gold data do not say why they go."""
DROPPED = "DSC"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one line with one label and one fate."""

    line: int
    """Number of the line from 0."""
    text: str
    label: str
    want: str | None
    """The reason it must go for; null where it must stay or does not count."""
    got: str | None
    """The reason it was cut for; null where it was kept."""
    score: float | None = None
    """How sure the engine was of the cut."""

    @property
    def is_lost(self) -> bool:
        """Whether own text was cut."""
        return self.label == "K" and self.got is not None

    @property
    def is_left(self) -> bool:
        """Whether something was kept that must go."""
        return self.label in DROPPED and self.got is None

    @property
    def is_misnamed(self) -> bool:
        """Whether it went, as it must, for another reason than the gold data say."""
        return self.label in DROPPED and self.got not in (None, ABSENT, self.want) and self.want != UNTOLD


@dataclass(frozen=True, slots=True)
class Account:
    """One gold document and what became of it."""

    id: str
    language: str
    pieces: tuple[Piece, ...]

    def chars(self, pieces: Iterable[Piece]) -> int:
        """Code points of some pieces."""
        return sum(len(piece.text) for piece in pieces)

    @property
    def lost(self) -> tuple[Piece, ...]:
        """Own text that was cut."""
        return tuple(piece for piece in self.pieces if piece.is_lost)

    @property
    def left(self) -> tuple[Piece, ...]:
        """What should have gone."""
        return tuple(piece for piece in self.pieces if piece.is_left)

    @property
    def f1(self) -> float:
        """Of the kept characters against the own ones."""
        own = self.chars(piece for piece in self.pieces if piece.label == "K")
        lost, left = self.chars(self.lost), self.chars(self.left)
        return 2 * (own - lost) / (2 * own - lost + left) if own + left else 1.0


def audit(gold: LinesGold, cuts: Sequence[Sequence[Cut] | None]) -> Account:
    """The account of a document; cuts are those of each line, null where a line of a page is no block."""
    pieces = [piece for index, found in enumerate(cuts) for piece in _pieces(gold, index, found)]
    return Account(gold.id, gold.groups.get("lang", "und"), tuple(pieces))


def _pieces(gold: LinesGold, index: int, cuts: Sequence[Cut] | None) -> Iterator[Piece]:
    line, label = gold.lines[index], gold.labels[index]
    if cuts is None:
        yield Piece(index, line, label, _want(gold, index), ABSENT)
        return
    parts = [part for part in gold.parts if part.line == index]
    spans = [(each.start, each.end) for each in parts] + [(each.start, each.end) for each in cuts]
    for start, end in pairwise(sorted({0, len(line)}.union(*spans))):
        part = next((part for part in parts if part.start <= start < part.end), None)
        cut = next((cut for cut in cuts if cut.start <= start < cut.end), None)
        named = (label, _want(gold, index)) if part is None else ("C", part.reason.value)
        if text := line[start:end].strip():
            yield Piece(index, text, *named, *((cut.reason.value, cut.score) if cut else (None, None)))


def _want(gold: LinesGold, index: int) -> str | None:
    if gold.labels[index] not in DROPPED:
        return None
    reason = gold.reasons[index] if gold.reasons else None
    return UNTOLD if reason is None else reason.value


def placed(lines: Sequence[str], found: Iterable[Entry]) -> list[tuple[Cut, ...] | None]:
    """The cuts of each gold line of a page, by the block with the same text; null where there is none."""
    by_text: dict[str, deque[tuple[Cut, ...]]] = defaultdict(deque)
    for entry in found:
        by_text[" ".join(entry.line.split())].append(_cuts(entry))
    waiting = (by_text[" ".join(line.split())] for line in lines)
    return [blocks.popleft() if blocks else None for blocks in waiting]


def _cuts(entry: Entry) -> tuple[Cut, ...]:
    cuts, at = [], 0
    for piece in entry.pieces:
        end = at + len(piece.text)
        if piece.removal is not None and not entry.is_title:
            cuts.append(Cut(at, end, piece.removal.reason, piece.removal.score))
        at = end
    return tuple(cuts)


@dataclass(frozen=True, slots=True)
class ReasonScore:
    """How one reason fared over some documents."""

    reason: str
    lines: int
    """Lines, and parts of lines, that must go for it."""
    chars: int
    removed: float
    """Share of their characters that went, for any reason."""
    right: float | None
    """Share of their characters that went for this reason; null where the gold data name none."""
    instead: str | None
    """The reason that was most often given in its place, by characters; null where there was none."""
    own_cut: int
    """Characters of own text that were cut for it."""


def by_reason(accounts: Sequence[Account]) -> list[ReasonScore]:
    """One row for each reason that is wanted or given, in the order of the closed list."""
    wanted: dict[str | None, list[tuple[int, Piece]]] = defaultdict(list)
    lost: Counter[str | None] = Counter()
    for place, account in enumerate(accounts):
        for piece in account.pieces:
            wanted[piece.want].append((place, piece))
            lost[piece.got] += len(piece.text) if piece.is_lost else 0
    order = (*(each.value for each in Reason), UNTOLD, ABSENT)
    return [_reason_score(reason, wanted[reason], lost[reason]) for reason in order if wanted[reason] or lost[reason]]


def _reason_score(reason: str, wanted: Sequence[tuple[int, Piece]], own_cut: int) -> ReasonScore:
    given: Counter[str | None] = Counter()
    for _, piece in wanted:
        given[piece.got] += len(piece.text)
    chars = given.total()
    lines = len({(place, piece.line) for place, piece in wanted})
    others = Counter({got: count for got, count in given.items() if got not in (None, ABSENT, reason)})
    instead = others.most_common(1)[0][0] if others and reason != UNTOLD else None
    right = None if reason in (UNTOLD, ABSENT) else given[reason] / max(1, chars)
    return ReasonScore(reason, lines, chars, 1 - given[None] / chars if chars else 0.0, right, instead, own_cut)


def summary(accounts: Sequence[Account]) -> dict[str, float | None]:
    """Shares of characters over some documents; `right_reason` of what went, `exact` of documents without any error.

    `right_reason` is null where the gold data name no reasons.
    """
    pieces = [piece for account in accounts for piece in account.pieces]
    drop = sum(len(piece.text) for piece in pieces if piece.label in DROPPED)
    own = sum(len(piece.text) for piece in pieces if piece.label == "K")
    left = sum(len(piece.text) for piece in pieces if piece.is_left)
    misnamed = sum(len(piece.text) for piece in pieces if piece.is_misnamed)
    is_told = any(piece.want not in (None, UNTOLD) for piece in pieces)
    return {
        "docs": len(accounts),
        "removed": (drop - left) / max(1, drop),
        "right_reason": 1 - misnamed / max(1, drop - left) if is_told else None,
        "own_lost": sum(len(piece.text) for piece in pieces if piece.is_lost) / max(1, own),
        "exact": sum(not account.lost and not account.left for account in accounts) / max(1, len(accounts)),
    }


def by_language(accounts: Sequence[Account]) -> dict[str, dict[str, float | None]]:
    """The summary of each language's documents."""
    groups: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        groups[account.language].append(account)
    return {language: summary(groups[language]) for language in sorted(groups)}


def worst(accounts: Iterable[Account], count: int) -> list[Account]:
    """The documents with the lowest F1, the worst first; those without an error never count."""
    wrong = [account for account in accounts if account.lost or account.left]
    return sorted(wrong, key=lambda account: (account.f1, account.id))[:count]
