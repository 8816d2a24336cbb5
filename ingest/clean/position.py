"""Columns for the scorecard: where a line stands, and what stands round it."""

from itertools import pairwise

import numpy as np

from ingest.clean.outline import Outline
from ingest.clean.shape import Column

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
)
"""Cues whose count and distance after the lead say how far the article is over."""
FURNITURE = frozenset(
    {
        "related",
        "age",
        "legal",
        "subscribe",
        "cookie",
        "comments",
        "tags",
        "share",
        "ad",
        "inline",
        "nav",
        "junk",
        "feedback",
        "translation",
        "paywall",
    }
)


def position_columns(page: Outline) -> dict[str, Column]:
    """One column per trait, one value per line."""
    return {**_place(page), **_neighbours(page), **_gaps(page), **_since(page)}


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
    }


def _neighbours(page: Outline) -> dict[str, Column]:
    width = np.array([min(400, line.width) for line in page.lines], np.float32)
    ends = np.array([line.ends for line in page.lines], np.float32)
    dense = np.array([line.dense for line in page.lines], np.float32)
    cue = np.array([bool(line.cues & FURNITURE) for line in page.lines], np.float32)
    columns = {}
    for step in (-2, -1, 1, 2):
        columns[f"width_{step:+d}"] = _shifted(width, step)
        columns[f"form_{step:+d}"] = _shifted(1 + ends + 2 * dense + 4 * cue, step)
    for reach in (3, 8):
        columns[f"dense_near_{reach}"] = _mean_near(dense, reach)
        columns[f"ends_near_{reach}"] = _mean_near(ends, reach)
        columns[f"cues_near_{reach}"] = _mean_near(cue, reach)
        columns[f"width_near_{reach}"] = _mean_near(width, reach)
    columns["cues_after"] = _mean_ahead(cue, 6)
    columns["dense_after"] = _mean_ahead(dense, 6)
    columns["cues_before"] = _mean_ahead(cue[::-1], 6)[::-1]
    columns["dense_before"] = _mean_ahead(dense[::-1], 6)[::-1]
    return columns


def _shifted(values: Column, step: int) -> Column:
    """The value `step` lines on; 0 beyond the page."""
    out = np.zeros_like(values)
    if step > 0:
        out[:-step] = values[step:]
    else:
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


def _gaps(page: Outline) -> dict[str, Column]:
    """Runs of lines that are no paragraphs: how long, how full of furniture, how far to the paragraphs on both sides."""
    n = len(page.lines)
    columns = {
        name: np.zeros(n, np.float32)
        for name in ("gap_lines", "gap_cues", "gap_ends", "gap_side", "to_prose_before", "to_prose_after")
    }
    edges = [-1, *page.paragraphs, n]
    for left, right in pairwise(edges):
        span = slice(left + 1, right)
        inside = page.lines[span]
        if not inside:
            continue
        side = (left >= 0) + 2 * (right < n)
        columns["gap_lines"][span] = len(inside)
        columns["gap_cues"][span] = sum(bool(line.cues & FURNITURE) for line in inside) / len(inside)
        columns["gap_ends"][span] = sum(line.ends for line in inside) / len(inside)
        columns["gap_side"][span] = side
        columns["to_prose_before"][span] = np.arange(1, len(inside) + 1) if left >= 0 else FAR
        columns["to_prose_after"][span] = np.arange(len(inside), 0, -1) if right < n else FAR
    columns["gap_kind"] = columns["gap_side"] * 16 + np.minimum(columns["gap_lines"], 3) * 4 + np.ceil(columns["gap_cues"] * 3)
    return columns


def _since(page: Outline) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name in MARKERS:
        hits = _after_lead(page, frozenset({name}))
        columns[f"since_{name}"] = _distance(hits)
        columns[f"count_{name}"] = np.minimum(np.cumsum(hits) - hits, 9).astype(np.float32)
    furniture = _after_lead(page, FURNITURE)
    columns["since_cue"] = _distance(furniture)
    columns["until_cue"] = _distance(furniture[::-1])[::-1]
    return columns


def _after_lead(page: Outline, wanted: frozenset[str]) -> Column:
    """Which lines after the lead's first show one of the wanted cues."""
    hits = [index > page.lead[0] and not wanted.isdisjoint(line.cues) for index, line in enumerate(page.lines)]
    return np.array(hits, np.float32)


def _distance(hits: Column) -> Column:
    """Lines since the last hit before each line, at most FAR."""
    out, steps = np.empty(len(hits), np.float32), FAR
    for index, hit in enumerate(hits):
        out[index] = steps
        steps = 1.0 if hit else min(FAR, steps + 1)
    return out
