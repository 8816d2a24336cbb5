"""Columns for the model of HTML pages: what markup and the other extractor say of each block."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from ingest.clean.shape import Column
from ingest.records import Block

TAGS = (
    "p",
    "div",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "td",
    "th",
    "blockquote",
    "figcaption",
    "section",
    "article",
    "dd",
    "dt",
    "pre",
    "time",
    "button",
    "body",
    "header",
    "footer",
    "figure",
    "a",
    "span",
    "label",
)
ANCESTORS = (
    "article",
    "main",
    "aside",
    "nav",
    "footer",
    "header",
    "figure",
    "li",
    "ul",
    "ol",
    "table",
    "blockquote",
    "form",
    "section",
    "button",
    "dl",
)
HINTS = (
    "related",
    "teaser",
    "newsletter",
    "paywall",
    "share",
    "embed",
    "comment",
    "caption",
    "byline",
    "date",
    "tags",
    "breadcrumb",
    "title",
    "bio",
    "meta",
    "navigation",
    "advert",
    "consent",
    "overlay",
    "screen-reader",
    "live",
    "body",
    "content",
)
"""The names of `ingest.extract.hints`."""
KEPT = 0.5
LONG = 60
"""Characters of a block that has something to say on where the article lies."""


def markup_columns(blocks: Sequence[Block]) -> dict[str, Column]:
    """One column per trait, one value per block."""
    chars = np.array([max(1, len(block.text)) for block in blocks], np.float64)
    verdict = np.array([-1.0 if block.trafilatura is None else block.trafilatura for block in blocks], np.float32)
    linked = np.array([block.link_chars for block in blocks], np.float64)
    columns = {
        "trafilatura": verdict,
        "trafilatura_form": np.floor(np.clip(verdict, -0.3, 0.99) * 3 + 1) * 3 + np.digitize(chars, [40, 120]).astype(np.float32),
        "link_share": (linked / chars).astype(np.float32),
        "links": np.array([block.links for block in blocks], np.float32),
        "bold_share": np.array([block.bold_chars for block in blocks], np.float32) / chars.astype(np.float32),
        "hidden": np.array([block.hidden for block in blocks], np.float32),
        "tag": np.array([TAGS.index(block.tag) if block.tag in TAGS else len(TAGS) for block in blocks], np.float32),
    }
    within = _marks([block.ancestors for block in blocks], ANCESTORS)
    hinted = _marks([block.hints for block in blocks], HINTS) + _marks([block.own_hints for block in blocks], HINTS)
    columns |= {f"in_{name}": values for name, values in zip(ANCESTORS, within.T, strict=True)}
    columns |= {f"hint_{name}": values for name, values in zip(HINTS, hinted.T, strict=True)}
    return {**columns, **_around(verdict, chars), **_groups(blocks, verdict, chars, linked)}


def _marks(sets: Sequence[frozenset[str]], names: Sequence[str]) -> Column:
    """Sets × names: which holds which; most blocks of a page share theirs."""
    known = {one: [name in one for name in names] for one in set(sets)}
    return np.array([known[one] for one in sets], np.float32)


def _around(verdict: Column, chars: np.ndarray[tuple[int], np.dtype[np.float64]]) -> dict[str, Column]:
    """Where a block stands among those that the other extractor kept."""
    n = len(verdict)
    kept = verdict > KEPT
    strong = np.flatnonzero(kept & (chars >= LONG))
    first, last = (int(strong[0]), int(strong[-1])) if len(strong) else (n // 2, n // 2)
    own = np.cumsum(np.where(kept, chars, 0.0))
    index = np.arange(n, dtype=np.float32)
    columns = {
        "from_first_kept": index - first,
        "to_last_kept": last - index,
        "kept_share_before": (own / max(1.0, own[-1])).astype(np.float32),
        "kept_chars": np.full(n, own[-1], np.float32),
        "kept_of_all": np.full(n, own[-1] / chars.sum(), np.float32),
    }
    for step in (1, 2):
        columns[f"trafilatura_+{step}"] = np.concatenate([verdict[step:], np.full(min(step, n), -1.0)]).astype(np.float32)[:n]
        columns[f"trafilatura_-{step}"] = np.concatenate([np.full(min(step, n), -1.0), verdict[: max(0, n - step)]]).astype(
            np.float32
        )[:n]
    return columns


def _groups(
    blocks: Sequence[Block],
    verdict: Column,
    chars: np.ndarray[tuple[int], np.dtype[np.float64]],
    linked: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> dict[str, Column]:
    """What a block's siblings are like, and whether they hold the bulk of the article."""
    columns: dict[str, Column] = {}
    of: tuple[tuple[str, Callable[[Block], int]], ...] = (
        ("parent", lambda block: block.parent),
        ("section", lambda block: block.section),
    )
    for name, key in of:
        mass: defaultdict[int, float] = defaultdict(float)
        kept: defaultdict[int, float] = defaultdict(float)
        links: defaultdict[int, float] = defaultdict(float)
        count: defaultdict[int, int] = defaultdict(int)
        for block, share, length, link in zip(blocks, verdict, chars, linked, strict=True):
            group = key(block)
            mass[group] += length
            kept[group] += length * max(0.0, float(share))
            links[group] += link
            count[group] += 1
        bulk = max(kept, key=kept.__getitem__)
        total, most = float(chars.sum()), max(1.0, kept[bulk])
        rows = [
            (
                mass[group] / total,
                kept[group] / mass[group],
                links[group] / mass[group],
                count[group],
                group == bulk,
                kept[group] / most,
            )
            for group in map(key, blocks)
        ]
        for place, trait in enumerate(("mass", "kept", "links", "count", "bulk", "weight")):
            columns[f"{name}_{trait}"] = np.array([row[place] for row in rows], np.float32)
    return columns
