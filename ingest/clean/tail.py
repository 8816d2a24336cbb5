"""Columns for the second pass: what all the lines from one on say together, and whether they are written like the article before.

Readers' comments show why: each for itself may be the article's, but among many none surely is, and they sound different.
"""

from collections.abc import Mapping

import numpy as np

from ingest.clean.pages import Pages, Rows, rows_of
from ingest.clean.shape import Column
from ingest.clean.terms import TINY, Counts, Floats

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


def tail_columns(pages: Pages, sure: Column, columns: Mapping[str, Column]) -> dict[str, Column]:
    """One column per trait, one value per line; `sure` holds the first pass's verdicts, `columns` what it saw."""
    shares = np.clip(sure.astype(np.float64), ODDS, 1 - ODDS)
    odds = np.log(shares / (1 - shares))
    weight = np.where(pages.width >= COUNTED, np.minimum(pages.width, WIDEST), 0.0)
    found = _totals(pages, odds, weight) | _runs(pages, odds, weight)
    found |= _contrasts(
        pages.rows, np.stack([columns[name] for name in REGISTER]).astype(np.float64), weight, weight * (sure > SURE)
    )
    return {name: values.astype(np.float32) for name, values in found.items()}


def _totals(pages: Pages, odds: Floats, weight: Floats) -> dict[str, Floats]:
    """The mean verdict from each line to the end, and from the lead to each line."""
    rows, place = pages.rows, pages.rows.place
    lead = pages.on_page(pages.lead) - rows.starts[rows.of]
    sums = rows.sums(np.stack([odds * weight, weight]))
    tail = _mean(sums, rows.base + place, rows.ends)
    head = _mean(sums, rows.base + np.minimum(lead, place), rows.base + place)
    return {
        "tail_odds": tail,
        "tail_weight": sums[1, rows.ends] - sums[1, rows.base + place],
        "head_odds": head,
        "tail_contrast": np.where((head == NONE) | (tail == NONE), NONE, head - tail),
    }


def _runs(pages: Pages, odds: Floats, weight: Floats) -> dict[str, Floats]:
    """The surest long lines still to come, alone and in a row, the most doubtful row before, and rows on both sides."""
    of, is_long = pages.rows.of, pages.width >= LONG
    long = np.flatnonzero(is_long)
    rows = rows_of(np.bincount(of, is_long).astype(np.int64).tolist())
    sums = rows.sums(np.stack([odds[long] * weight[long], weight[long]]))
    count, base = rows.counts[of], of * rows.cells[1]
    place = (np.cumsum(is_long) - is_long) - rows.starts[of]
    run = np.minimum(RUN, rows.counts)[rows.of]
    whole = rows.place + run <= rows.counts[rows.of]
    begin = rows.base + rows.place
    means = np.where(whole, _mean(sums, begin, np.where(whole, begin + run, begin)), NONE)
    best, single = (_ahead(rows, values) for values in (np.where(whole, means, -np.inf), odds[long]))
    worst, ended = _so_far(rows, np.where(whole, means, np.inf)), place - np.minimum(RUN, count)
    some = count > 0
    runs = count - np.minimum(RUN, count) + 1
    found = {
        "tail_best_run": np.where(some & (place < runs), best[base + place], NONE),
        "tail_best": np.where(some & (place < count), single[base + place], NONE),
        "head_worst_run": np.where(
            some, np.where(ended >= 0, worst[base + np.minimum(np.maximum(ended, 0), runs - 1)], -NONE), NONE
        ),
    }
    for name, (low, high) in WINDOWS.items():
        begin, end = (np.minimum(np.maximum(place + step, 0), count) for step in (low, high))
        found[name] = np.where(some, _mean(sums, base + begin, base + end), NONE)
    return found


def _ahead(rows: Rows, values: Floats) -> Floats:
    """The greatest value from each row to its page's end, as a table of `sums` is laid out."""
    return np.ascontiguousarray(np.maximum.accumulate(rows.padded(values, -np.inf)[:, ::-1], axis=1)[:, ::-1]).ravel()


def _so_far(rows: Rows, values: Floats) -> Floats:
    """The least value from the page's beginning to each row, laid out alike."""
    return np.minimum.accumulate(rows.padded(values, np.inf), axis=1).ravel()


def _contrasts(rows: Rows, values: Floats, weight: Floats, known: Floats) -> dict[str, Floats]:
    """Each trait of the lines round each and of all that follow, against the article's own lines before."""
    here, zero = rows.base + rows.place, np.zeros_like(values)
    of_all = np.stack([rows.sums(values * weight), np.broadcast_to(weights := rows.sums(weight), (len(values), len(weights)))])
    of_known = np.stack([rows.sums(values * known), np.broadcast_to(knowns := rows.sums(known), (len(values), len(knowns)))])
    near, tail = _mean(of_all, *rows.between(-1, 6), 0.0), _mean(of_all, here, rows.ends, 0.0)
    whole = of_known[0][:, rows.ends] / np.maximum(TINY, knowns[rows.ends])
    before = np.where(knowns[here] > 0, _mean(of_known, rows.base, here), whole + zero)
    found: dict[str, Floats] = {}
    for name, row, contrast, after in zip(REGISTER, near, near - before, tail - before, strict=True):
        found |= {f"near_{name}": row, f"near_{name}_contrast": contrast, f"tail_{name}_contrast": after}
    return found


def _mean(sums: Floats, begin: Counts, end: Counts, empty: float = NONE) -> Floats:
    """The weighted mean from each `begin` to before its `end`; `empty` where nothing there has weight.

    `sums` holds the running sums of weighted values and of weights.
    """
    own, all_ = sums[..., end] - sums[..., begin]
    return np.where(all_ > TINY, own / np.maximum(TINY, all_), empty)
