"""An additive scorecard: every trait of a line gives points for or against its being the article's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ingest.clean.shape import Column

PATHS = {kind: Path(__file__).with_name(f"scorecard_{kind}.json") for kind in ("text", "html")}
"""The tables that ship with the package; `benchmarks/learn_scorecard.py` writes them."""


@dataclass(frozen=True, slots=True)
class Trait:
    """What one trait is worth."""

    name: str
    limits: tuple[float, ...]
    """Where its bins part, ascending."""
    points: tuple[float, ...]
    """Of each bin: one more than the limits."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points that add up to the log-odds of being the article's own."""

    bias: float
    traits: tuple[Trait, ...]

    def sure(self, columns: Mapping[str, Column]) -> Column:
        """How sure each line is to be the article's own, 0 to 1; a trait that the columns lack counts as -1."""
        n = len(next(iter(columns.values())))
        total = np.full(n, self.bias, np.float64)
        for trait in self.traits:
            values = columns.get(trait.name)
            if values is None:
                total += trait.points[int(np.searchsorted(trait.limits, -1.0, side="right"))]
            else:
                total += np.asarray(trait.points)[np.searchsorted(np.asarray(trait.limits, np.float32), values, side="right")]
        return (1 / (1 + np.exp(-total))).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """The scorecard as plain lists."""
        return {"bias": self.bias, "traits": [[trait.name, trait.limits, trait.points] for trait in self.traits]}


@cache
def load(kind: Literal["text", "html"]) -> tuple[Scorecard, Scorecard]:
    """The scorecards of the first and the second pass for a kind of page."""
    first, second = (
        Scorecard(one["bias"], tuple(Trait(name, tuple(limits), tuple(points)) for name, limits, points in one["traits"]))
        for one in json.loads(PATHS[kind].read_text("utf-8"))
    )
    return first, second
