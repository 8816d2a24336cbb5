"""Columns for the scorecard: what speaks for each segment of paragraphs being another story."""

from collections.abc import Sequence

import numpy as np

from ingest.clean.cohesion import Vector, cosine, overlap, shared, summed, topic_of
from ingest.clean.lines import Line
from ingest.clean.outline import Outline
from ingest.clean.position import FURNITURE
from ingest.clean.shape import Column

NONE = -1.0
"""What a line gets that lies after the last segment."""


def segment_columns(page: Outline) -> dict[str, Column]:
    """Each line has the values of its segment, or of the one that follows it."""
    values = _describe(page)
    n = len(page.lines)
    names = tuple(values[0]) if values else ()
    columns = {f"segment_{name}": np.full(n, NONE, np.float32) for name in names}
    columns["segment_place"] = np.zeros(n, np.float32)
    for index in range(n):
        number = page.segment_at(index)
        inside = page.holds(index)
        distance = 0 if inside else page.starts[number] - index if number < len(values) else 99
        columns["segment_place"][index] = distance
        if number < len(values):
            for name in names:
                columns[f"segment_{name}"][index] = values[number][name] if inside or distance < 8 else NONE
    return columns


def _describe(page: Outline) -> list[dict[str, float]]:
    topic = topic_of(page)
    known: Vector = {}
    names: set[str] = set()
    vectors = [summed(page.lines[index].vector for index in segment) for segment in page.segments]
    found, end = [], -1
    for number, segment in enumerate(page.segments):
        lines = [page.lines[index] for index in segment]
        gap = page.lines[end + 1 : segment[0]]
        own_names = frozenset[str]().union(*(line.names for line in lines))
        later = number > page.main
        found.append(
            {
                "chars": float(sum(line.width for line in lines)),
                "paragraphs": len(segment),
                "to_lead": cosine(vectors[number], topic.lead),
                "to_main": cosine(vectors[number], vectors[page.main]) if number != page.main else 1.0,
                "seen": shared(vectors[number], known) if later else 1.0,
                "known": min(1.0, len(known) / 150) if later else 0.0,
                "names_seen": overlap(own_names, names) if later else 1.0,
                "names_lead": overlap(own_names, topic.names),
                "dateline": float("dateline" in lines[0].cues),
                "order": number - page.main,
                "count": len(page.segments),
                **_gap(gap, vectors[number], known, page.headline),
            }
        )
        if number >= page.main:
            known.update(vectors[number])
            names |= own_names
        end = segment[-1]
    return found


def _gap(gap: Sequence[Line], vector: Vector, known: Vector, headline: str) -> dict[str, float]:
    """What stands between a segment and the one before it."""
    heads = [line for line in gap if 25 <= line.width <= 190 and not line.ends]
    head = heads[-1].vector if heads else {}
    return {
        "gap": len(gap),
        "gap_related": min(2, sum("related" in line.cues for line in gap)),
        "gap_ages": min(2, sum("age" in line.cues or "stamp_only" in line.cues for line in gap)),
        "gap_ends": min(2, sum(bool(line.cues & {"legal", "comments", "tags", "share", "subscribe"}) for line in gap)),
        "gap_cues": min(5, sum(bool(line.cues & FURNITURE) for line in gap)),
        "head_own": shared(head, vector) if head else NONE,
        "head_known": shared(head, known) if head and known else NONE,
        "head_title": float(any(line.text == headline for line in gap)),
    }
