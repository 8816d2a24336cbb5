"""Boosted oblivious trees: every level of a tree asks the same question of all its nodes, so that a tree is a small table.

They are learned by CatBoost: L. Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features" (NeurIPS 2018).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = -1.0
"""What a column is worth that a page lacks."""
AT_ONCE = 1000
"""Lines that are asked together: all answers of 100,000 lines would take 2 GB."""
BYTE = 8
"""Bits of a byte."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of one depth over named columns."""

    names: tuple[str, ...]
    """The columns in the order that `features` counts them."""
    features: NDArray[np.int16]
    """Trees × levels: the column that a level asks about."""
    borders: NDArray[np.float32]
    """Trees × levels: the answer is yes above it."""
    leaves: NDArray[np.float32]
    """Trees × 2^levels: log-odds; the first level's answer is the lowest bit."""
    bias: float

    def table(self, columns: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The columns in order, one row per line."""
        lines = len(next(iter(columns.values())))
        missing = np.full(lines, MISSING, np.float32)
        return np.stack([columns.get(name, missing) for name in self.names]).T

    def sure(self, columns: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """How sure each line is to be the article's own, 0 to 1."""
        table = self.table(columns)
        odds = np.concatenate([self._odds(table[start : start + AT_ONCE]) for start in range(0, max(1, len(table)), AT_ONCE)])
        sure: NDArray[np.float32] = (1 / (1 + np.exp(-odds))).astype(np.float32)
        return sure

    def _odds(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        trees, leaves = self.leaves.shape
        fallen = self.leaves_of(table) + leaves * np.arange(trees, dtype=np.int32)
        odds: NDArray[np.float64] = self.leaves.astype(np.float64).ravel()[fallen].sum(axis=1) + self.bias
        return odds

    def leaves_of(self, table: NDArray[np.float32]) -> NDArray[np.int32]:
        """Lines × trees: the leaf that each line falls into."""
        trees, levels = self.features.shape
        rows = np.ascontiguousarray(table.T)
        # Of six questions the answers fit into a byte, which is a fourth of the memory to go through.
        leaves = np.zeros((trees, len(table)), np.uint8 if levels <= BYTE else np.int32)
        for level in range(levels):
            answers = rows[self.features[:, level]] > self.borders[:, level, None]
            leaves |= answers.astype(leaves.dtype) << level
        return leaves.T.astype(np.int32, order="C")
