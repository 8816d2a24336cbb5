"""The words of a page as sparse arrays: one row a line, one column a stem, weighed by rarity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ingest.clean.lines import Line

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]
TINY = 1e-9
NO_NAMES = -0.1
"""What a line without names shares, so that it is told from one whose names are unknown."""
NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Bag:
    """Lines × terms: which line holds which term, and with what weight; entries by line, then by term.

    Pages share no terms: a word of two pages is two of them.
    """

    rows: Counts
    columns: Counts
    weights: Floats
    starts: Counts
    """Where each line's entries begin, and where the last one's end."""
    mass: Floats
    """Sum of each line's weights."""
    index: Sequence[Mapping[str, int]]
    """Of each page: term → column."""
    pages: Counts
    """The page of each column."""

    @property
    def matrix(self) -> csr_matrix:
        """The same as a matrix."""
        return csr_matrix((self.weights, self.columns, self.starts), shape=(len(self.mass), self.terms))

    @property
    def terms(self) -> int:
        """Columns."""
        return len(self.pages)

    @property
    def norms(self) -> Floats:
        """Length of each line's vector."""
        return np.sqrt(np.bincount(self.rows, self.weights**2, len(self.mass)))

    def total(self, lines: Bools) -> Floats:
        """The sum of some lines' vectors, page by page."""
        inside = lines[self.rows]
        return summed(self.columns[inside], self.weights[inside], self.terms)

    def by_page(self, vector: Floats) -> Floats:
        """The sum of the elements of each page."""
        return summed(self.pages, vector, len(self.index))

    def products(self, vector: Floats) -> Floats:
        """Of each line with a vector."""
        return summed(self.rows, self.weights * vector[self.columns], len(self.mass))

    def share_of(self, vector: Floats) -> Floats:
        """The sum of those elements of a vector whose terms each line holds."""
        return summed(self.rows, vector[self.columns] * (self.weights > 0), len(self.mass))

    def cosines(self, vector: Floats, pages: Counts) -> Floats:
        """Of each line with its page's part of a vector; 0 where one is empty. `pages` names the page of each line."""
        lengths = np.sqrt(self.by_page(vector**2))
        cosines: Floats = self.products(vector) / np.maximum(TINY, self.norms * lengths[pages])
        return cosines

    def share(self, wanted: Bools) -> Floats:
        """Which part of each line's weight lies where `wanted`, one value per entry, says so."""
        shares: Floats = np.bincount(self.rows, self.weights * wanted, len(self.mass)) / np.maximum(TINY, self.mass)
        return shares

    def spread(self, members: Bools) -> tuple[Counts, Counts]:
        """For each term the first and the last member line that holds it; NEVER and -1 where none does."""
        first, last = np.full(self.terms, NEVER), np.full(self.terms, -1)
        inside = members[self.rows]
        rows, columns = self.rows[inside], self.columns[inside]
        # Of several values for one place the last stands.
        first[columns[::-1]], last[columns] = rows[::-1], rows
        return first, last

    def of_lines(self, lines: Bools) -> "Bag":
        """The same with all other lines empty."""
        inside = lines[self.rows]
        return _bag_of((self.rows[inside], self.columns[inside], self.weights[inside]), len(self.mass), self.index, self.pages)

    def gathered(self, groups: Counts, count: int) -> "Bag":
        """The sums of the lines of each of so many groups; `groups` names that of each line, -1 for none."""
        of = groups[self.rows]
        inside = of >= 0
        keys = of[inside] * self.terms + self.columns[inside]
        found, place = np.unique(keys, return_inverse=True)
        weights = summed(place, self.weights[inside], len(found))
        entries = (found // max(1, self.terms), found % max(1, self.terms), weights)
        return _bag_of(entries, count, self.index, self.pages)


def summed(places: Counts, weights: Floats | Bools, count: int) -> Floats:
    """The sum of the weights at each of so many places."""
    return np.bincount(places, weights, count).astype(np.float64, copy=False)


def likenesses(one: Bag, other: Bag) -> tuple[Counts, Counts, Floats]:
    """The products of all lines of two bags that share a term: the line of each, and what they share."""
    found = one.matrix @ other.matrix.T
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    return rows, found.indices, found.data


def most(rows: Counts, values: Floats, count: int) -> Floats:
    """The greatest of the values, none below 0, of each of so many lines; 0 where it has none. `rows` ascend."""
    found = np.zeros(count)
    if len(rows):
        begin = np.flatnonzero(np.diff(rows, prepend=-1))
        found[rows[begin]] = np.maximum.reduceat(values, begin)
    return found


def stems_of(pages: Sequence[Sequence[Line]]) -> Bag:
    """The stems of the lines of each page, weighed as `Line.vector` says."""
    vectors = [[line.vector for line in lines] for lines in pages]
    weights = [weight for page in vectors for vector in page for weight in vector.values()]
    return _bag(vectors, np.array(weights, np.float64))


def names_of(pages: Sequence[Sequence[Line]]) -> Bag:
    """The names of the lines of each page, each of weight 1."""
    return _bag([[line.names for line in lines] for lines in pages], None)


def _bag(pages: Sequence[Sequence[Collection[str]]], weights: Floats | None) -> Bag:
    columns: list[int] = []
    indexes: list[dict[str, int]] = []
    known = 0
    for page in pages:
        terms = [term for line in page for term in line]
        index = dict(zip(dict.fromkeys(terms), count(known)))
        columns += map(index.__getitem__, terms)
        indexes.append(index)
        known += len(index)
    lengths = [len(line) for page in pages for line in page]
    rows, places = np.repeat(np.arange(len(lengths)), lengths), np.array(columns, np.int64)
    order = np.argsort(rows * max(1, known) + places)
    sorted_weights = np.ones(len(rows)) if weights is None else weights[order]
    of = np.repeat(np.arange(len(indexes)), [len(index) for index in indexes])
    return _bag_of((rows[order], places[order], sorted_weights), len(lengths), indexes, of)


def _bag_of(entries: tuple[Counts, Counts, Floats], count: int, index: Sequence[Mapping[str, int]], pages: Counts) -> Bag:
    rows, columns, weights = entries
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
    return Bag(rows, columns, weights, starts, summed(rows, weights, count), index, pages)
