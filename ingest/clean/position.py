"""Columns for the model: where a line stands, and what stands round it."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.clean.outline import Outline
from ingest.clean.shape import CUE_PLACE, FURNITURE, Column, shows

FAR = 60.0
"""Distances beyond this are all the same."""
MARKERS = (
    "related",
    "age",
    "legal",
    "subscribe",
    "comments",
    "tags",
    "share",
    "ad",
    "inline",
    "nav",
    "timestamp",
    "byline",
    "wire_end",
    "dateline",
    "date",
)
"""Cues whose count and distance after the lead say how far the article is over."""
ENDERS = ("related", "comments", "legal", "subscribe")
"""Cues whose distance ahead says how near the end is."""


def position_columns(page: Outline, shown: NDArray[np.bool_]) -> dict[str, Column]:
    """One column per trait, one value per line; `shown` is the page's cue table."""
    furniture = shows(shown, FURNITURE)
    return {**_place(page), **_neighbours(page, furniture), **_gaps(page, furniture), **_since(page, shown, furniture)}


def _place(page: Outline) -> dict[str, Column]:
    n = len(page.lines)
    index = np.arange(n, dtype=np.float32)
    dense = np.array([line.width if line.dense else 0 for line in page.lines], np.float32)
    before = np.cumsum(dense) - dense
    after = dense.sum() - before - dense
    total = max(1.0, float(dense.sum()))
    return {
        "share_of_lines": index / max(1, n - 1),
        "lines_before": index,
        "lines_after": n - 1 - index,
        "lines": np.full(n, n, np.float32),
        "prose_before": before,
        "prose_after": after,
        "prose_share_before": before / total,
        "prose_share_after": after / total,
        "prose": np.full(n, total, np.float32),
        "from_lead": index - page.lead[0],
        "from_last": index - page.last,
        "from_title": index - page.title if page.title is not None else np.full(n, -99, np.float32),
        "prose_lines": np.full(n, len(page.paragraphs) / n, np.float32),
        "from_early": index - page.early[0],
        "early_to_lead": np.full(n, page.lead[0] - page.early[0], np.float32),
        "short_share": np.full(n, 1 - total / max(total, sum(line.width for line in page.lines)), np.float32),
    }


def _neighbours(page: Outline, furniture: NDArray[np.bool_]) -> dict[str, Column]:
    width = np.array([min(400, line.width) for line in page.lines], np.float32)
    ends = np.array([line.ends for line in page.lines], np.float32)
    dense = np.array([line.dense for line in page.lines], np.float32)
    cue = furniture.astype(np.float32)
    columns = {}
    for step in (-3, -2, -1, 1, 2, 3):
        columns[f"width_{step:+d}"] = _shifted(width, step)
        columns[f"form_{step:+d}"] = _shifted(1 + ends + 2 * dense + 4 * cue, step)
    for reach in (3, 8):
        columns[f"dense_near_{reach}"] = _mean_near(dense, reach)
        columns[f"ends_near_{reach}"] = _mean_near(ends, reach)
        columns[f"cues_near_{reach}"] = _mean_near(cue, reach)
        columns[f"width_near_{reach}"] = _mean_near(width, reach)
    columns["cues_share"] = np.full(len(cue), cue.mean(), np.float32)
    columns["cues_after"] = _mean_ahead(cue, 6)
    columns["dense_after"] = _mean_ahead(dense, 6)
    columns["cues_before"] = _mean_ahead(cue[::-1], 6)[::-1]
    columns["dense_before"] = _mean_ahead(dense[::-1], 6)[::-1]
    return columns


def _shifted(values: Column, step: int) -> Column:
    """The value `step` lines on; 0 beyond the page."""
    out = np.zeros_like(values)
    if 0 < step < len(values):
        out[:-step] = values[step:]
    elif 0 < -step < len(values):
        out[-step:] = values[:step]
    return out


def _mean_near(values: Column, reach: int) -> Column:
    return _mean_between(values, -reach, reach)


def _mean_ahead(values: Column, reach: int) -> Column:
    return _mean_between(values, 1, reach)


def _mean_between(values: Column, low: int, high: int) -> Column:
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    begin = np.clip(np.arange(n) + low, 0, n)
    end = np.clip(np.arange(n) + high + 1, 0, n)
    mean: Column = ((sums[end] - sums[begin]) / np.maximum(1, end - begin)).astype(np.float32)
    return mean


def _gaps(page: Outline, furniture: NDArray[np.bool_]) -> dict[str, Column]:
    """Runs of lines that are no paragraphs: how long, how full of furniture, how far to the paragraphs on both sides."""
    n = len(page.lines)
    columns = {
        name: np.zeros(n, np.float32)
        for name in ("gap_lines", "gap_cues", "gap_ends", "gap_width", "gap_side", "to_prose_before", "to_prose_after")
    }
    edges = [-1, *page.paragraphs, n]
    for left, right in pairwise(edges):
        span = slice(left + 1, right)
        inside = page.lines[span]
        if not inside:
            continue
        side = (left >= 0) + 2 * (right < n)
        columns["gap_lines"][span] = len(inside)
        columns["gap_cues"][span] = furniture[span].mean()
        columns["gap_ends"][span] = sum(line.ends for line in inside) / len(inside)
        columns["gap_width"][span] = sum(line.width for line in inside) / len(inside)
        columns["gap_side"][span] = side
        columns["to_prose_before"][span] = np.arange(1, len(inside) + 1) if left >= 0 else FAR
        columns["to_prose_after"][span] = np.arange(len(inside), 0, -1) if right < n else FAR
    return columns


def _since(page: Outline, shown: NDArray[np.bool_], furniture: NDArray[np.bool_]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    after_lead = np.arange(len(page.lines)) > page.lead[0]
    for name in MARKERS:
        hits = shown[:, CUE_PLACE[name]] & after_lead
        columns[f"since_{name}"] = _distance(hits)
        columns[f"count_{name}"] = np.minimum(np.cumsum(hits) - hits, 9).astype(np.float32)
    columns["since_cue"] = _distance(furniture & after_lead)
    columns["until_cue"] = _distance((furniture & after_lead)[::-1])[::-1]
    for name in ENDERS:
        columns[f"until_{name}"] = _distance(shown[::-1, CUE_PLACE[name]])[::-1]
    return columns


def _distance(hits: NDArray[np.bool_]) -> Column:
    """Lines since the last hit before each line, at most FAR."""
    place = np.arange(len(hits))
    last = np.maximum.accumulate(np.where(hits, place, -FAR))
    steps: Column = np.minimum(FAR, place - np.concatenate([[-FAR], last[:-1]])).astype(np.float32)
    return steps
