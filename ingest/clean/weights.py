"""How much each column speaks for a line's being the article's own, in a forest of oblivious trees.

Shapley values: what a question adds to a tree's answer, on average over all orders in which its questions may be asked; a
question not asked yet leaves all leaves behind it equally likely, for no counts of lines are stored. Of one tree they sum to
its leaf less the mean of its leaves. With leaves equally likely they follow from the tree's Walsh-Hadamard transform: each of its
coefficients belongs to a set of questions, which share it alike. After S. Lundberg and S.-I. Lee, "A unified approach to
interpreting model predictions" (NeurIPS 2017).
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.clean.forest import Forest
from ingest.clean.model import digest
from ingest.clean.shape import Column
from ingest.clean.terms import Floats

USUAL = Path(__file__).with_name("usual.json")
"""What each column usually weighs, by the forest's name; written by `benchmarks/learn_usual.py` for the model that it names."""
LINES = 256
"""So many lines are weighed at a time: each takes 20 kB."""


def weights_of(forest: Forest, columns: Mapping[str, Column], name: str) -> Floats:
    """Lines × the forest's columns: log-odds, positive where a column speaks for a line more than it usually does.

    `name` says which forest it is: `text-1`. For a model of which no usual weights are known they are the page's means.
    """
    found = raw_weights_of(forest, columns)
    known = usual(digest()).get(name, {})
    middle = np.array([known.get(column, 0.0) for column in forest.names]) if known else found.mean(axis=0)
    centred: Floats = found - middle
    return centred


@cache
def usual(model: str) -> dict[str, dict[str, float]]:
    """What the columns of a model usually weigh, by forest and column; empty for one that the file is not of."""
    told = json.loads(USUAL.read_text("utf-8"))
    return {name: weights for name, weights in told.items() if name != "model"} if told["model"] == model else {}


def raw_weights_of(forest: Forest, columns: Mapping[str, Column]) -> Floats:
    """Lines × the forest's columns: log-odds against the mean of all leaves."""
    table = forest.table(columns)
    shares = _shares(forest.leaves)
    found = np.zeros((len(table), len(forest.names)))
    for start in range(0, len(table), LINES):
        leaves = forest.leaves_of(table[start : start + LINES])
        told = shares[np.arange(leaves.shape[1]), leaves].reshape(len(leaves), -1)
        asked = forest.features.ravel()
        for line, row in enumerate(told, start):
            found[line] = np.bincount(asked, row, len(forest.names))
    return found


def _shares(leaves: NDArray[np.float32]) -> Floats:
    """Trees × leaves × levels: what each level's answer adds in a leaf."""
    size = leaves.shape[1]
    index = np.arange(size)
    signs = np.where(np.bitwise_count(index[:, None] & index) % 2, -1.0, 1.0)
    transformed = leaves.astype(np.float64) @ signs / size
    asked = index[:, None] >> np.arange(size.bit_length() - 1) & 1
    per_level = asked / np.maximum(1, np.bitwise_count(index))[:, None]
    shares: Floats = np.einsum("ts,xs,sl->txl", transformed, signs, per_level, optimize=True)
    return shares
