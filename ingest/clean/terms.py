"""The words of a page as sparse arrays: one row a line, one column a stem, weighed by rarity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ingest.clean.lines import Line

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
TINY = 1e-9
NO_NAMES = -0.1
"""What a line without names shares, so that it is told from one whose names are unknown."""
NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Bag:
    """Lines × terms: which line holds which term, and with what weight; entries by line, then by term."""

    rows: Counts
    columns: Counts
    weights: Floats
    starts: Counts
    """Where each line's entries begin, and where the last one's end."""
    mass: Floats
    """Sum of each line's weights."""
    index: Mapping[str, int]
    """Term → column."""

    @property
    def matrix(self) -> csr_matrix:
        """The same as a matrix."""
        return csr_matrix((self.weights, self.columns, self.starts), shape=(len(self.mass), self.terms))

    @property
    def terms(self) -> int:
        """Columns, at least one."""
        return max(1, len(self.index))

    @property
    def norms(self) -> Floats:
        """Length of each line's vector."""
        return np.sqrt(np.bincount(self.rows, self.weights**2, len(self.mass)))

    def total(self, lines: Sequence[int]) -> Floats:
        """The sum of some lines' vectors."""
        spans = [slice(self.starts[line], self.starts[line + 1]) for line in lines]
        columns = np.concatenate([self.columns[span] for span in spans])
        weights = np.concatenate([self.weights[span] for span in spans])
        return summed(columns, weights, self.terms)

    def products(self, vector: Floats) -> Floats:
        """Of each line with a vector."""
        return summed(self.rows, self.weights * vector[self.columns], len(self.mass))

    def share_of(self, vector: Floats) -> Floats:
        """The sum of those elements of a vector whose terms each line holds."""
        return summed(self.rows, vector[self.columns] * (self.weights > 0), len(self.mass))

    def cosines(self, vector: Floats) -> Floats:
        """Of each line with a vector; 0 where one is empty."""
        cosines: Floats = self.products(vector) / np.maximum(TINY, self.norms * np.sqrt((vector**2).sum()))
        return cosines

    def share(self, wanted: NDArray[np.bool_]) -> Floats:
        """Which part of each line's weight lies where `wanted`, one value per entry, says so."""
        shares: Floats = np.bincount(self.rows, self.weights * wanted, len(self.mass)) / np.maximum(TINY, self.mass)
        return shares

    def spread(self, members: NDArray[np.bool_]) -> tuple[Counts, Counts]:
        """For each term the first and the last member line that holds it; NEVER and -1 where none does."""
        first, last = np.full(self.terms, NEVER), np.full(self.terms, -1)
        inside = members[self.rows]
        rows, columns = self.rows[inside], self.columns[inside]
        # Of several values for one place the last stands.
        first[columns[::-1]], last[columns] = rows[::-1], rows
        return first, last

    def gathered(self, groups: Counts, count: int) -> "Bag":
        """The sums of the lines of each of so many groups; `groups` names that of each line, -1 for none."""
        of = groups[self.rows]
        inside = of >= 0
        keys = of[inside] * self.terms + self.columns[inside]
        found, place = np.unique(keys, return_inverse=True)
        weights = summed(place, self.weights[inside], len(found))
        return _bag_of(found // self.terms, found % self.terms, weights, count, self.index)


def summed(places: Counts, weights: Floats, count: int) -> Floats:
    """The sum of the weights at each of so many places."""
    return np.bincount(places, weights, count).astype(np.float64, copy=False)


def stems_of(lines: Sequence[Line]) -> Bag:
    """The stems of the lines, weighed as `Line.vector` says."""
    return _bag([line.vector for line in lines])


def names_of(lines: Sequence[Line]) -> Bag:
    """The names of the lines, each of weight 1."""
    return _bag([dict.fromkeys(sorted(line.names), 1.0) for line in lines])


def _bag(vectors: Sequence[Mapping[str, float]]) -> Bag:
    index: dict[str, int] = {}
    columns = np.array([index.setdefault(term, len(index)) for vector in vectors for term in vector], np.int64)
    rows = np.repeat(np.arange(len(vectors)), [len(vector) for vector in vectors])
    weights = np.array([weight for vector in vectors for weight in vector.values()], np.float64)
    order = np.argsort(rows * max(1, len(index)) + columns)
    return _bag_of(rows[order], columns[order], weights[order], len(vectors), index)


def _bag_of(rows: Counts, columns: Counts, weights: Floats, count: int, index: Mapping[str, int]) -> Bag:
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))])
    return Bag(rows, columns, weights, starts, summed(rows, weights, count), index)
