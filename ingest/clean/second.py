"""Columns for the second pass: the first pass's verdict on each line, its neighbours, its segment and the whole page."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ingest.clean.outline import Outline
from ingest.clean.shape import Column
from ingest.clean.tail import tail_columns
from ingest.clean.terms import Floats

STEPS = (-3, -2, -1, 0, 1, 2, 3)
WINDOWS = {"before": (-5, -1), "after": (1, 5), "near": (-3, 3), "around": (-10, 10)}
SURE = 0.8
"""A paragraph of at least this verdict is surely the article's."""
NONE, FAR = -1.0, -99.0


def second_columns(page: Outline, sure: Column, first: Mapping[str, Column]) -> dict[str, Column]:
    """One column per trait, one value per line; `sure` holds the first pass's verdicts, `first` the columns that it saw."""
    widths = np.array([line.width for line in page.lines], np.float64)
    dense = np.array([line.dense for line in page.lines])
    shares = sure.astype(np.float64)
    columns = {f"sure_{step:+d}": shifted(shares, step, NONE) for step in STEPS}
    columns |= {f"sure_{name}": window_mean(shares, widths, *span) for name, span in WINDOWS.items()}
    columns |= _totals(shares, widths, dense) | _segments(page, shares, widths) | _prose(shares, dense)
    return {name: values.astype(np.float32) for name, values in columns.items()} | tail_columns(page, sure, first)


def shifted(values: Floats, step: int, beyond: float) -> Floats:
    """The value `step` lines on; `beyond` outside the page."""
    out = np.full_like(values, beyond)
    if step == 0:
        return values
    if 0 < step < len(values):
        out[:-step] = values[step:]
    elif 0 < -step < len(values):
        out[-step:] = values[:step]
    return out


def window_mean(values: Floats, weights: Floats, low: int, high: int) -> Floats:
    """The weighted mean of the lines from `low` to `high` steps away."""
    n = len(values)
    own, all_ = np.concatenate([[0.0], np.cumsum(values * weights)]), np.concatenate([[0.0], np.cumsum(weights)])
    begin, end = np.clip(np.arange(n) + low, 0, n), np.clip(np.arange(n) + high + 1, 0, n)
    mean: Floats = (own[end] - own[begin]) / np.maximum(1, all_[end] - all_[begin])
    return mean


def _totals(sure: Floats, widths: Floats, dense: NDArray[np.bool_]) -> dict[str, Floats]:
    """How much is kept and dropped before and after each line, and on the whole page."""
    own, dropped = sure * widths, (1 - sure) * widths * dense
    n, total = len(sure), max(1.0, own.sum())
    return {
        "own_before": np.cumsum(own) - own,
        "own_after": own.sum() - np.cumsum(own),
        "own_share_before": (np.cumsum(own) - own) / total,
        "dropped_before": np.cumsum(dropped) - dropped,
        "dropped_after": dropped.sum() - np.cumsum(dropped),
        "own_share": np.full(n, own.sum() / max(1.0, widths.sum())),
        "own_share_of_prose": np.full(n, own[dense].sum() / max(1.0, widths[dense].sum())),
    }


def _segments(page: Outline, sure: Floats, widths: Floats) -> dict[str, Floats]:
    """The verdict on the segment that holds a line, and on those beside it."""
    n, count = len(page.lines), len(page.segments)
    means = [float(np.average(sure[list(segment)], weights=widths[list(segment)])) for segment in page.segments]
    lows = [float(sure[list(segment)].min()) for segment in page.segments]
    number = np.array([page.segment_at(index) for index in range(n)])
    inside = np.array([page.holds(index) for index in range(n)])
    padded, low = np.array([*means, NONE]), np.array([*lows, NONE])
    following, last = np.minimum(number + inside, count), number - 1
    return {
        "segment_sure": np.where(inside, padded[np.minimum(number, count)], NONE),
        "segment_low": np.where(inside, low[np.minimum(number, count)], NONE),
        "sure_next_segment": padded[following],
        "sure_last_segment": np.where(last >= 0, padded[np.maximum(last, 0)], NONE),
    }


def _prose(sure: Floats, dense: NDArray[np.bool_]) -> dict[str, Floats]:
    """The verdict on the nearest paragraphs, and how far the surest ones reach."""
    n, prose = len(sure), np.flatnonzero(dense)
    place = np.arange(n)
    before = np.searchsorted(prose, place) - 1
    after = np.searchsorted(prose, place, side="right")
    padded = np.array([NONE, *sure[prose], NONE])
    surest = np.flatnonzero(dense & (sure > SURE))
    return {
        "sure_last_prose": padded[before + 1],
        "sure_next_prose": padded[np.minimum(after, len(prose)) + 1],
        "from_first_sure": place - surest[0] if len(surest) else np.full(n, FAR),
        "to_last_sure": surest[-1] - place if len(surest) else np.full(n, FAR),
    }
