"""Columns for the second pass: what all the lines from one on say together, and whether they are written like the article before.

Readers' comments show why: each for itself may be the article's, but among many none surely is, and they sound different.
"""

from collections.abc import Mapping

import numpy as np

from ingest.clean.outline import Outline
from ingest.clean.shape import Column
from ingest.clean.terms import TINY, Floats

REGISTER = (
    "exclaims",
    "loud",
    "careless",
    "question",
    "lower_start",
    "capitals",
    "word_length",
    "quotes",
    "commas",
    "digits",
    "grammar",
    "variety",
    "wording_+0",
)
"""First-pass columns that tell how a line is written."""
SURE = 0.8
"""A line of at least this verdict shows how the article is written."""
COUNTED, LONG, WIDEST = 25, 40, 300
"""Shorter lines weigh nothing; those that stand for running text; what a line weighs at most. In characters."""
RUN = 3
"""Long lines in a row whose common verdict is asked for."""
WINDOWS = {"run_before": (-5, 0), "run_after": (0, 5), "run_far_after": (0, 12)}
"""Long lines from the one on: how many, before or after."""
ODDS = 1e-3
"""The first pass is believed no further."""
NONE = -9.0


def tail_columns(page: Outline, sure: Column, columns: Mapping[str, Column]) -> dict[str, Column]:
    """One column per trait, one value per line; `sure` holds the first pass's verdicts, `columns` what it saw."""
    width = np.array([line.width for line in page.lines], np.float64)
    shares = np.clip(sure.astype(np.float64), ODDS, 1 - ODDS)
    odds = np.log(shares / (1 - shares))
    weight = np.where(width >= COUNTED, np.minimum(width, WIDEST), 0.0)
    found = _totals(odds, weight, page.lead[0]) | _runs(odds, weight, np.flatnonzero(width >= LONG))
    known = weight * (sure > SURE)
    for name in REGISTER:
        found |= _contrast(name, columns[name].astype(np.float64), weight, known)
    return {name: values.astype(np.float32) for name, values in found.items()}


def _totals(odds: Floats, weight: Floats, lead: int) -> dict[str, Floats]:
    """The mean verdict from each line to the end, and from the lead to each line."""
    n = len(odds)
    here, end, begin = np.arange(n), np.full(n, n), np.minimum(lead, np.arange(n))
    tail, head = _mean(odds, weight, here, end), _mean(odds, weight, begin, here)
    return {
        "tail_odds": tail,
        "tail_weight": np.cumsum(weight[::-1])[::-1],
        "head_odds": head,
        "tail_contrast": np.where((head == NONE) | (tail == NONE), NONE, head - tail),
    }


def _runs(odds: Floats, weight: Floats, long: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[str, Floats]:
    """The surest long lines still to come, alone and in a row, the most doubtful row before, and rows on both sides."""
    n, count = len(odds), len(long)
    place = np.searchsorted(long, np.arange(n))
    if not count:
        return {name: np.full(n, NONE) for name in ("tail_best_run", "tail_best", "head_worst_run", *WINDOWS)}
    run = min(RUN, count)
    starts = np.arange(count - run + 1)
    means = _mean(odds[long], weight[long], starts, starts + run)
    best = np.append(np.maximum.accumulate(means[::-1])[::-1], NONE)
    single = np.append(np.maximum.accumulate(odds[long][::-1])[::-1], NONE)
    worst, ended = np.minimum.accumulate(means), place - run
    found = {
        "tail_best_run": best[np.minimum(place, len(means))],
        "tail_best": single[place],
        "head_worst_run": np.where(ended >= 0, worst[np.clip(ended, 0, len(means) - 1)], -NONE),
    }
    for name, (low, high) in WINDOWS.items():
        found[name] = _mean(odds[long], weight[long], np.clip(place + low, 0, count), np.clip(place + high, 0, count))
    return found


def _contrast(name: str, values: Floats, weight: Floats, known: Floats) -> dict[str, Floats]:
    """A trait of the lines round each and of all that follow, against the article's own lines before."""
    n = len(values)
    here, end = np.arange(n), np.full(n, n)
    near = _mean(values, weight, np.maximum(here - 1, 0), np.minimum(here + 6, n), 0.0)
    tail = _mean(values, weight, here, end, 0.0)
    whole = float((known * values).sum() / max(TINY, known.sum()))
    before = np.where(np.cumsum(known) - known > 0, _mean(values, known, np.zeros(n, np.int64), here), whole)
    return {f"near_{name}": near, f"near_{name}_contrast": near - before, f"tail_{name}_contrast": tail - before}


def _mean(
    values: Floats,
    weight: Floats,
    begin: np.ndarray[tuple[int], np.dtype[np.int64]],
    end: np.ndarray[tuple[int], np.dtype[np.int64]],
    empty: float = NONE,
) -> Floats:
    """The weighted mean of the values from each `begin` to before its `end`; `empty` where nothing there has weight."""
    sums, weights = np.concatenate([[0.0], np.cumsum(values * weight)]), np.concatenate([[0.0], np.cumsum(weight)])
    all_ = weights[end] - weights[begin]
    return np.where(all_ > TINY, (sums[end] - sums[begin]) / np.maximum(TINY, all_), empty)
