"""Counts made ready to be drawn: stacked bars, bars beside each other, histograms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_BARS = 12
"""Bars of one chart; the others are counted."""
TENTHS = tuple(f"{number * 10} %" for number in range(10))
LENGTHS = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000)
"""Upper ends of the classes of lengths, in characters: each twice the one before."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a stacked bar."""

    label: str
    count: int
    tone: str
    """Name of its colour."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A stretch where it is drawn."""

    tone: str
    at: float
    width: float


@dataclass(frozen=True, slots=True)
class Stack:
    """One stacked bar."""

    what: str
    """What is counted."""
    parts: Sequence[Part]

    @property
    def total(self) -> int:
        """The whole bar."""
        return sum(part.count for part in self.parts)

    def placed(self, room: float) -> Iterator[Placed]:
        """Its stretches from left to right; empty ones are left out."""
        at = 0.0
        for part in self.parts:
            if part.count:
                width = room * part.count / self.total
                yield Placed(part.tone, at, width)
                at += width


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    label: str
    count: int
    tone: str = ""
    """Name of its colour; empty: the accent."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one scale."""

    heading: str
    bars: Sequence[Bar]
    left_out: int = 0
    """Bars that are not drawn."""

    @property
    def most(self) -> int:
        """The longest bar, at least 1."""
        return max((bar.count for bar in self.bars), default=0) or 1


def ranked(heading: str, counts: Mapping[str, int], tones: Mapping[str, str] | None = None) -> Chart:
    """The largest counts, largest first."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    bars = [Bar(label, count, (tones or {}).get(label, "")) for label, count in ordered[:MOST_BARS]]
    return Chart(heading, bars, max(0, len(ordered) - MOST_BARS))


def shares(heading: str, found: Iterable[float]) -> Chart:
    """How many shares lie in each tenth; 1 counts to the last."""
    counts = Counter(min(int(share * 10), 9) for share in found)
    return Chart(heading, [Bar(label, counts[number]) for number, label in enumerate(TENTHS)])


def lengths(heading: str, found: Iterable[int]) -> Chart:
    """How many lengths lie in each class of `LENGTHS`, and beyond."""
    counts = Counter(sum(length > end for end in LENGTHS) for length in found)
    labels = [f"≤ {short(end)}" for end in LENGTHS] + [f"> {short(LENGTHS[-1])}"]
    return Chart(heading, [Bar(label, counts[number]) for number, label in enumerate(labels)])


def short(number: int) -> str:
    """A number in as few signs as possible."""
    return f"{number // 1000} k" if number >= 1000 and number % 1000 == 0 else str(number)
