"""Columns for the second pass: the first pass's verdict on each line, its neighbours, its segment and the whole page."""

from collections.abc import Mapping

import numpy as np

from ingest.clean.pages import Pages, Rows
from ingest.clean.shape import Column
from ingest.clean.tail import tail_columns
from ingest.clean.terms import Floats

STEPS = (-3, -2, -1, 0, 1, 2, 3)
WINDOWS = {"before": (-5, 0), "after": (1, 6), "near": (-3, 4), "around": (-10, 11)}
SURE = 0.8
"""A paragraph of at least this verdict is surely the article's."""
NONE, FAR = -1.0, -99.0


def second_columns(pages: Pages, sure: Column, first: Mapping[str, Column]) -> dict[str, Column]:
    """One column per trait, one value per line; `sure` holds the first pass's verdicts, `first` the columns that it saw."""
    shares = sure.astype(np.float64)
    columns = dict(zip((f"sure_{step:+d}" for step in STEPS), pages.rows.shifted(shares, STEPS, NONE), strict=True))
    columns |= window_means(pages.rows, shares, pages.width, {f"sure_{name}": span for name, span in WINDOWS.items()})
    columns |= _totals(pages, shares) | _segments(pages, shares) | _prose(pages, shares)
    return {name: values.astype(np.float32) for name, values in columns.items()} | tail_columns(pages, sure, first)


def window_means(rows: Rows, values: Floats, weights: Floats, spans: Mapping[str, tuple[int, int]]) -> dict[str, Floats]:
    """The weighted mean of the lines of each span: from so many steps away to before so many."""
    own, all_ = rows.sums(np.stack([values * weights, weights]))
    found = {}
    for name, span in spans.items():
        begin, end = rows.between(*span)
        found[name] = (own[end] - own[begin]) / np.maximum(1, all_[end] - all_[begin])
    return found


def _totals(pages: Pages, sure: Floats) -> dict[str, Floats]:
    """How much is kept and dropped before and after each line, and on the whole page."""
    rows, prose = pages.rows, pages.width * pages.dense
    parts = np.stack([sure * pages.width, (1 - sure) * prose, sure * prose, pages.width, prose])
    sums, upto = rows.sums(parts), rows.base + rows.place
    own, dropped, own_prose, all_, all_prose = sums[:, rows.ends]
    begun, done = sums[:2, upto], sums[:2, upto + 1]
    return {
        "own_before": begun[0],
        "own_after": own - done[0],
        "own_share_before": begun[0] / np.maximum(1.0, own),
        "dropped_before": begun[1],
        "dropped_after": dropped - done[1],
        "own_share": own / np.maximum(1.0, all_),
        "own_share_of_prose": own_prose / np.maximum(1.0, all_prose),
    }


def _segments(pages: Pages, sure: Floats) -> dict[str, Floats]:
    """The verdict on the segment that holds a line, and on those beside it."""
    segments, paragraphs, of = pages.segments, pages.paragraphs, pages.rows.of
    number, inside = segments.number, segments.inside
    members, widths = segments.members[paragraphs], pages.width[paragraphs]
    weighed = np.bincount(members, sure[paragraphs] * widths, segments.count)
    means = np.append(weighed / np.bincount(members, widths, segments.count), NONE)
    lows = np.minimum.reduceat(sure[paragraphs], np.flatnonzero(np.diff(members, prepend=-1))) if len(members) else sure[:0]
    following = number + inside
    here = np.where(inside, number, segments.count)
    return {
        "segment_sure": means[here],
        "segment_low": np.append(lows, NONE)[here],
        "sure_next_segment": np.where(following < segments.bounds[of + 1], means[np.minimum(following, segments.count)], NONE),
        "sure_last_segment": np.where(number > segments.bounds[of], means[np.maximum(number - 1, 0)], NONE),
    }


def _prose(pages: Pages, sure: Floats) -> dict[str, Floats]:
    """The verdict on the nearest paragraphs, and how far the surest ones reach."""
    dense = pages.dense[None]
    (before,), (after,) = pages.rows.since(dense), pages.rows.until(dense)
    known, index = np.append(sure, NONE), pages.index
    surest = np.flatnonzero(pages.dense & (sure > SURE))
    edges, starts = np.searchsorted(surest, pages.rows.starts), pages.rows.starts
    first, last = np.append(surest, 0)[edges[:-1]], np.append(surest, 0)[edges[1:] - 1]
    has_any = pages.on_page(np.diff(edges) > 0)
    beyond = starts[-1]
    return {
        "sure_last_prose": known[np.where(before <= beyond, index - before, beyond)],
        "sure_next_prose": known[np.where(after <= beyond, index + after, beyond)],
        "from_first_sure": np.where(has_any, index - pages.on_page(first), FAR),
        "to_last_sure": np.where(has_any, pages.on_page(last) - index, FAR),
    }
