"""Columns for the second pass: the first pass's verdict on each line, its neighbours and its segment."""

import numpy as np

from ingest.clean.cohesion import Memory, overlap, shared
from ingest.clean.outline import Outline
from ingest.clean.shape import Column

REACH = 5


def second_columns(page: Outline, sure: Column) -> dict[str, Column]:
    """One column per trait, one value per line; `sure` holds the first pass's verdicts."""
    widths = np.array([line.width for line in page.lines], np.float64)
    columns = {f"sure_{step:+d}": _shifted(sure, step) for step in (-3, -2, -1, 0, 1, 2, 3)}
    columns["sure_before"] = _weighted(sure, widths, -REACH, -1)
    columns["sure_after"] = _weighted(sure, widths, 1, REACH)
    own = sure * widths
    columns["own_before"] = (np.cumsum(own) - own).astype(np.float32)
    columns["own_after"] = (own.sum() - np.cumsum(own)).astype(np.float32)
    return {**columns, **_segments(page, sure, widths), **_kept(page, sure)}


def _shifted(sure: Column, step: int) -> Column:
    """The verdict `step` lines on; -1 beyond the page."""
    out = np.full_like(sure, -1.0)
    if step == 0:
        return sure
    if step > 0:
        out[:-step] = sure[step:]
    else:
        out[-step:] = sure[:step]
    return out


def _weighted(sure: Column, widths: np.ndarray[tuple[int], np.dtype[np.float64]], low: int, high: int) -> Column:
    """The mean verdict on the lines from `low` to `high` steps away, by width."""
    n = len(sure)
    own = np.concatenate([[0.0], np.cumsum(sure * widths)])
    all_ = np.concatenate([[0.0], np.cumsum(widths)])
    begin, end = np.clip(np.arange(n) + low, 0, n), np.clip(np.arange(n) + high + 1, 0, n)
    mean: Column = ((own[end] - own[begin]) / np.maximum(1, all_[end] - all_[begin])).astype(np.float32)
    return mean


def _segments(page: Outline, sure: Column, widths: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, Column]:
    n = len(sure)
    means = [float(np.average(sure[list(segment)], weights=widths[list(segment)])) for segment in page.segments]
    lows = [float(sure[list(segment)].min()) for segment in page.segments]
    names = ("segment_sure", "segment_low", "sure_next_segment", "sure_last_segment")
    columns = {name: np.full(n, -1.0, np.float32) for name in names}
    for index in range(n):
        number, inside = page.segment_at(index), page.holds(index)
        if inside:
            columns["segment_sure"][index] = means[number]
            columns["segment_low"][index] = lows[number]
        following = number + inside
        if following < len(means):
            columns["sure_next_segment"][index] = means[following]
        if number > 0:
            columns["sure_last_segment"][index] = means[number - 1]
    return columns


def _kept(page: Outline, sure: Column) -> dict[str, Column]:
    """What a line shares with the paragraphs that the first pass kept before it."""
    n = len(sure)
    names = ("kept_shared", "kept_names", "prose_dropped")
    columns = {name: np.zeros(n, np.float32) for name in names}
    memory, dropped = Memory(), 0.0
    for index, line in enumerate(page.lines):
        columns["kept_shared"][index] = shared(line.vector, memory.stems)
        columns["kept_names"][index] = overlap(line.names, memory.names)
        columns["prose_dropped"][index] = dropped
        if line.dense:
            if sure[index] > 0.5:
                memory.learn(line)
            elif memory.stems:
                dropped += line.width
    return columns
