"""Columns for the model: where a line stands, and what stands round it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.clean.pages import Pages
from ingest.clean.shape import CUE_PLACE, FURNITURE, Column, shows
from ingest.clean.terms import Bools

Values = NDArray[Any]
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


UNTITLED = -99
"""How far behind the title a line stands on a page without one."""
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
MAX_WIDTH = 400
"""A neighbour counts as no wider."""
WINDOWS = {"near_3": (-3, 4), "near_8": (-8, 9), "after": (1, 7), "before": (-6, 0)}
"""Which lines are looked at: from how many steps away to before how many."""
BOTH_SIDES = frozenset({"near_3", "near_8"})


def position_columns(pages: Pages, shown: Bools) -> dict[str, Column]:
    """One column per trait, one value per line; `shown` is the lines' cue table."""
    furniture = shows(shown, FURNITURE)
    found = _place(pages) | _neighbours(pages, furniture) | _gaps(pages, furniture) | _since(pages, shown, furniture)
    return {name: values.astype(np.float32, copy=False) for name, values in found.items()}


def _place(pages: Pages) -> dict[str, Values]:
    rows, place, n = pages.rows, pages.rows.place, pages.on_page(pages.rows.counts)
    prose = np.where(pages.dense, pages.width, 0.0)
    begun, whole = rows.sums(prose)[rows.base + place], pages.on_page(rows.total(prose))
    total, all_ = np.maximum(1.0, whole), pages.on_page(rows.total(pages.width))
    lead, early, title = pages.on_page(pages.lead), pages.on_page(pages.early), pages.on_page(pages.title)
    before, after = begun.astype(np.float32), (whole - begun - prose).astype(np.float32)
    return {
        "share_of_lines": place / np.maximum(1, n - 1),
        "lines_before": place,
        "lines_after": n - 1 - place,
        "lines": n,
        "prose_before": before,
        "prose_after": after,
        "prose_share_before": before / total.astype(np.float32),
        "prose_share_after": after / total.astype(np.float32),
        "prose": total,
        "from_lead": pages.index - lead,
        "from_last": pages.index - pages.on_page(pages.last),
        "from_title": np.where(title >= 0, pages.index - title, UNTITLED),
        "prose_lines": pages.on_page(rows.total(pages.dense)) / n,
        "from_early": pages.index - early,
        "early_to_lead": lead - early,
        "short_share": 1 - total / np.maximum(total, all_),
    }


def _neighbours(pages: Pages, furniture: Bools) -> dict[str, Values]:
    width = np.minimum(MAX_WIDTH, pages.width)
    form = 1 + pages.ends + 2 * pages.dense + 4 * furniture
    columns = dict(zip((f"width_{step:+d}" for step in NEIGHBOURS), pages.rows.shifted(width, NEIGHBOURS, 0), strict=True))
    columns |= dict(zip((f"form_{step:+d}" for step in NEIGHBOURS), pages.rows.shifted(form, NEIGHBOURS, 0), strict=True))
    sums = pages.rows.sums(np.stack([pages.dense, furniture, pages.ends, width]).astype(np.float64))
    for name, span in WINDOWS.items():
        begin, end = pages.rows.between(*span)
        means = (sums[:, end] - sums[:, begin]) / np.maximum(1, end - begin)
        told = dict(zip(("dense", "cues", "ends", "width"), means, strict=True))
        columns |= {f"{trait}_{name}": told[trait] for trait in (told if name in BOTH_SIDES else ("dense", "cues"))}
    columns["cues_share"] = pages.on_page((pages.rows.total(furniture) / pages.rows.counts).astype(np.float32))
    return columns


def _gaps(pages: Pages, furniture: Bools) -> dict[str, Values]:
    """Runs of lines that are no paragraphs: how long, how full of furniture, how far to the paragraphs on both sides."""
    loose = ~pages.dense
    # Paragraphs and pages begun so far: the same for the lines of one run, and for no others.
    gap = np.cumsum(pages.dense) + pages.rows.of
    lines = np.bincount(gap, loose)
    means = [np.bincount(gap, loose * values) / np.maximum(1, lines) for values in (furniture, pages.ends, pages.width)]
    (before,), (after,) = pages.rows.since(pages.dense[None]), pages.rows.until(pages.dense[None])
    has_before, has_after = before <= len(pages.lines), after <= len(pages.lines)
    found = {
        "gap_lines": lines[gap],
        "gap_cues": means[0][gap],
        "gap_ends": means[1][gap],
        "gap_width": means[2][gap],
        "gap_side": has_before + 2.0 * has_after,
        "to_prose_before": np.where(has_before, before, FAR),
        "to_prose_after": np.where(has_after, after, FAR),
    }
    return {name: values * loose for name, values in found.items()}


def _since(pages: Pages, shown: Bools, furniture: Bools) -> dict[str, Values]:
    after_lead = pages.index > pages.on_page(pages.lead)
    marked = np.concatenate([shown[:, [CUE_PLACE[name] for name in MARKERS]].T, furniture[None]]) & after_lead
    since = np.minimum(FAR, pages.rows.since(marked))
    counted: Values = np.cumsum(marked, axis=1) - marked
    counts = np.minimum(9, counted - counted[:, pages.rows.starts[pages.rows.of]])
    ahead = np.minimum(FAR, pages.rows.until(np.concatenate([shown[:, [CUE_PLACE[name] for name in ENDERS]].T, marked[-1:]])))
    columns = dict(zip((f"since_{name}" for name in (*MARKERS, "cue")), since, strict=True))
    columns |= dict(zip((f"count_{name}" for name in MARKERS), counts[:-1], strict=True))
    return columns | dict(zip((f"until_{name}" for name in (*ENDERS, "cue")), ahead, strict=True))
