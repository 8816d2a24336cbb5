"""Several pages as one table: their lines one behind the other, so that numpy is asked once for all of them.

What is said of a page never depends on those beside it, not even in its last bit: running sums begin anew with each page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.clean.lines import Line
from ingest.clean.outline import Outline
from ingest.clean.terms import Bools, Counts, Floats, summed

Kind = TypeVar("Kind", bound=np.generic)
NOWHERE = -(1 << 40)
"""Before all lines."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of several pages, by page and then in order."""

    counts: Counts
    """Lines of each page."""
    starts: Counts
    """Where each page's lines begin, and where the last one's end."""
    of: Counts
    """The page of each line."""
    place: Counts
    """Where each line stands on its page."""
    base: Counts
    """Where its page's part of a table of `sums` begins."""
    cells: tuple[int, int]
    """Pages, and the lines of the longest with one more: the shape of a table."""

    def between(self, low: int, high: int) -> tuple[Counts, Counts]:
        """For each line the span, in a table of `sums`, of the lines from `low` to before `high` steps away."""
        counts = self.counts[self.of]
        begin = np.minimum(np.maximum(self.place + low, 0), counts)
        return self.base + begin, self.base + np.minimum(np.maximum(self.place + high, 0), counts)

    @property
    def ends(self) -> Counts:
        """For each line the end of its page in a table of `sums`."""
        return self.base + self.counts[self.of]

    def sums(self, values: Floats) -> Floats:
        """Running sums of the last axis, page by page, each from 0."""
        padded = np.zeros((*values.shape[:-1], self.cells[0] * self.cells[1]))
        padded[..., self.base + self.place + 1] = values
        table = padded.reshape(*values.shape[:-1], *self.cells)
        return np.cumsum(table, axis=-1, out=table).reshape(padded.shape)

    def padded(self, values: Floats, beyond: float) -> Floats:
        """One row a page, `beyond` behind its last line."""
        table = np.full(self.cells[0] * self.cells[1], beyond)
        table[self.base + self.place] = values
        return table.reshape(self.cells)

    def total(self, values: Floats | Bools) -> Floats:
        """The sum of each page."""
        return summed(self.of, values, len(self.counts))

    def shifted(self, values: NDArray[Kind], steps: Sequence[int], beyond: float) -> NDArray[Kind]:
        """Steps × lines: the value so many lines on; `beyond` outside the page."""
        place = self.place + np.array(steps)[:, None]
        known = np.append(values, np.array(beyond, values.dtype))
        inside = (place >= 0) & (place < self.counts[self.of])
        return known[np.where(inside, self.starts[self.of] + place, len(values))]

    def since(self, hits: Bools) -> Counts:
        """Marks × lines: lines since the last hit before each line; huge where there is none."""
        index = np.arange(hits.shape[1])
        last = np.full(hits.shape, NOWHERE)
        np.maximum.accumulate(np.where(hits[:, :-1], index[:-1], NOWHERE), axis=1, out=last[:, 1:])
        return index - np.where(last >= self.starts[self.of], last, NOWHERE)

    def until(self, hits: Bools) -> Counts:
        """Marks × lines: lines until the next hit after each line; huge where there is none."""
        index = np.arange(hits.shape[1])
        after = np.full(hits.shape, -NOWHERE)
        after[:, :-1] = np.minimum.accumulate(np.where(hits, index, -NOWHERE)[:, :0:-1], axis=1)[:, ::-1]
        return np.where(after < self.starts[self.of + 1], after, -NOWHERE) - index


def rows_of(counts: Iterable[int]) -> Rows:
    """Rows for pages of so many lines."""
    numbers = np.array([*counts], np.int64)
    starts = np.array([0, *accumulate(numbers.tolist())])
    of = np.repeat(np.arange(len(numbers)), numbers)
    longest = int(numbers.max()) + 1
    return Rows(numbers, starts, of, np.arange(len(of)) - starts[of], of * longest, (len(numbers), longest))


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of all pages, by page and then in order."""

    of: Counts
    """The page of each segment."""
    bounds: Counts
    """Where each page's segments begin, and where the last one's end."""
    first: Counts
    """First line of each."""
    last: Counts
    members: Counts
    """The segment that each line belongs to as a paragraph, -1 for the others."""
    order: Counts
    """How many segments each stands behind its page's main one."""
    number: Counts
    """For each line the segment that it lies in, or the next one, be it of the next page."""
    inside: Bools
    """Whether it lies in it."""

    @property
    def count(self) -> int:
        """Of all pages."""
        return len(self.of)


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages with what all columns are made of."""

    outlines: tuple[Outline, ...]
    lines: tuple[Line, ...]
    """Of all pages."""
    rows: Rows
    width: Floats
    """One value a line, as everything here."""
    ends: Bools
    dense: Bools
    lead: Counts
    """First line of the lead: one value a page, counted among all lines, like those below."""
    early: Counts
    last: Counts
    """Of the main region."""
    title: Counts
    """NOWHERE for a page without one."""
    paragraphs: Counts
    """The lines of running text."""
    spans: Counts
    """Where each page's `paragraphs` begin, and where the last one's end."""
    segments: Segments

    @property
    def index(self) -> Counts:
        """Every line's own number."""
        return np.arange(len(self.lines))

    def on_page(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """A value of each page, for each of its lines."""
        return values[self.rows.of]


def pages_together(outlines: Sequence[Outline]) -> Pages:
    """The table of some pages; each has lines."""
    rows = rows_of(len(page.lines) for page in outlines)
    lines = tuple(chain.from_iterable(page.lines for page in outlines))
    told = np.array([(line.width, line.ends, line.dense) for line in lines], np.float64).T
    dense = told[2] > 0
    paragraphs = np.flatnonzero(dense)
    places = [(page.lead[0], page.early[0], page.last, NOWHERE if page.title is None else page.title) for page in outlines]
    lead, early, last, title = np.array(places, np.int64).T + rows.starts[:-1]
    return Pages(
        tuple(outlines),
        lines,
        rows,
        told[0],
        told[1] > 0,
        dense,
        lead,
        early,
        last,
        title,
        paragraphs,
        np.searchsorted(paragraphs, rows.starts),
        _segments(outlines, rows, paragraphs),
    )


def _segments(outlines: Sequence[Outline], rows: Rows, paragraphs: Counts) -> Segments:
    bounds = np.array([0, *accumulate(len(page.segments) for page in outlines)])
    of = np.repeat(np.arange(len(outlines)), np.diff(bounds))
    edges = np.array([(part[0], part[-1]) for page in outlines for part in page.segments], np.int64).reshape(-1, 2)
    first, last = edges.T + rows.starts[of]
    members = np.full(len(rows.of), -1)
    # Segments are made of all paragraphs, in their order.
    members[paragraphs] = np.repeat(np.arange(len(of)), [len(part) for page in outlines for part in page.segments])
    index = np.arange(len(members))
    at = np.searchsorted(first, index, side="right") - 1
    inside = index <= np.append(last, -1)[at]
    order = np.arange(len(of)) - bounds[of] - np.array([page.main for page in outlines])[of]
    return Segments(of, bounds, first, last, members, order, at + ~inside, inside)
