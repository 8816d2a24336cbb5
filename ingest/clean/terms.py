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
    """Lines × terms: which line holds which term, and with what weight."""

    rows: Counts
    columns: Counts
    weights: Floats
    matrix: csr_matrix
    mass: Floats
    """Sum of each line's weights."""
    index: Mapping[str, int]
    """Term → column."""

    @property
    def norms(self) -> Floats:
        """Length of each line's vector."""
        return np.sqrt(np.bincount(self.rows, self.weights**2, len(self.mass)))

    def total(self, lines: Sequence[int]) -> Floats:
        """The sum of some lines' vectors."""
        return np.asarray(self.matrix[list(lines)].sum(axis=0)).ravel()

    def cosines(self, vector: Floats) -> Floats:
        """Of each line with a vector; 0 where one is empty."""
        product: Floats = self.matrix @ vector
        cosines: Floats = product / np.maximum(TINY, self.norms * np.sqrt((vector**2).sum()))
        return cosines

    def share(self, wanted: NDArray[np.bool_]) -> Floats:
        """Which part of each line's weight lies where `wanted`, one value per entry, says so."""
        shares: Floats = np.bincount(self.rows, self.weights * wanted, len(self.mass)) / np.maximum(TINY, self.mass)
        return shares

    def spread(self, members: NDArray[np.bool_]) -> tuple[Counts, Counts]:
        """For each term the first and the last member line that holds it; NEVER and -1 where none does."""
        first, last = np.full(self.matrix.shape[1], NEVER), np.full(self.matrix.shape[1], -1)
        inside = members[self.rows]
        np.minimum.at(first, self.columns[inside], self.rows[inside])
        np.maximum.at(last, self.columns[inside], self.rows[inside])
        return first, last


def stems_of(lines: Sequence[Line]) -> Bag:
    """The stems of the lines, weighed as `Line.vector` says."""
    return _bag([line.vector for line in lines])


def names_of(lines: Sequence[Line]) -> Bag:
    """The names of the lines, each of weight 1."""
    return _bag([dict.fromkeys(sorted(line.names), 1.0) for line in lines])


def _bag(vectors: Sequence[Mapping[str, float]]) -> Bag:
    index: dict[str, int] = {}
    columns = [index.setdefault(term, len(index)) for vector in vectors for term in vector]
    rows = np.repeat(np.arange(len(vectors)), [len(vector) for vector in vectors])
    weights = np.array([weight for vector in vectors for weight in vector.values()], np.float64)
    places = np.array(columns, np.int64)
    matrix = csr_matrix((weights, (rows, places)), shape=(len(vectors), max(1, len(index))))
    mass = np.bincount(rows, weights, len(vectors)).astype(np.float64)
    return Bag(rows, places, weights, matrix, mass, index)
