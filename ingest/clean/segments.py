"""Columns for the model: what speaks for each segment of paragraphs being another story."""

from collections.abc import Sequence

import numpy as np

from ingest.clean.cohesion import Topic
from ingest.clean.lines import Line
from ingest.clean.outline import Outline
from ingest.clean.shape import FURNITURE, Column
from ingest.clean.terms import NO_NAMES, TINY, Bag, Counts, Floats

NONE = -1.0
"""What a line gets that lies after the last segment."""
REACH = 8
"""A line so far before a segment says nothing of it any more."""
FAR = 99.0
MAX_COMPARED = 400
"""Of more segments likeness to each other is not looked at."""
ENDS = frozenset({"legal", "comments", "tags", "share", "subscribe"})
HEAD_WIDTH = (25, 190)


def segment_columns(page: Outline, topic: Topic) -> dict[str, Column]:
    """Each line has the values of its segment, or of the one that follows it closely."""
    n, count = len(page.lines), len(page.segments)
    number = np.array([page.segment_at(index) for index in range(n)])
    inside = np.array([page.holds(index) for index in range(n)])
    starts = np.array([*page.starts, n + FAR])
    distance = np.where(number < count, np.where(inside, 0, starts[np.minimum(number, count)] - np.arange(n)), FAR)
    columns = {"segment_in": inside.astype(np.float32), "segment_place": distance.astype(np.float32)}
    columns["segment_count"] = np.full(n, count, np.float32)
    near = distance < REACH
    for name, values in (_describe(page, topic) if count else dict.fromkeys(NAMES, np.full(1, NONE))).items():
        columns[f"segment_{name}"] = np.where(near, values[np.minimum(number, len(values) - 1)], NONE).astype(np.float32)
    return columns


def _describe(page: Outline, topic: Topic) -> dict[str, Floats]:
    """One value per segment and trait."""
    widths = np.array([sum(page.lines[index].width for index in segment) for segment in page.segments], np.float64)
    order = np.arange(len(page.segments)) - page.main
    return {
        "chars": widths,
        "share": widths / widths.sum(),
        "paragraphs": np.array([len(segment) for segment in page.segments], np.float64),
        "dateline": np.array(["dateline" in page.lines[segment[0]].cues for segment in page.segments], np.float64),
        "order": order.astype(np.float64),
        **_words(page, topic, order),
        **_names(page, topic, order),
        **_gaps(page),
    }


def _members(page: Outline) -> Counts:
    """The segment that each line belongs to as a paragraph, -1 for the others."""
    groups = np.full(len(page.lines), -1)
    for number, segment in enumerate(page.segments):
        groups[list(segment)] = number
    return groups


def _words(page: Outline, topic: Topic, order: Counts) -> dict[str, Floats]:
    bag = topic.stems.gathered(_members(page), len(order))
    mass = np.maximum(TINY, bag.mass)
    first, _ = bag.spread(np.arange(len(order)) >= page.main)
    _, last = bag.spread(np.ones(len(order), np.bool_))
    main = bag.total([page.main])
    columns = {
        name: bag.cosines(vector)
        for name, vector in (("to_lead", topic.lead), ("to_early", topic.early), ("to_title", topic.title), ("to_main", main))
    }
    columns["to_main"][page.main] = 1.0
    seen = np.bincount(bag.rows, bag.weights * (first[bag.columns] < bag.rows), len(order)) / mass
    columns["seen"] = np.where(order > 0, seen, 1.0)
    columns["coming"] = np.bincount(bag.rows, bag.weights * (last[bag.columns] > bag.rows), len(order)) / mass
    columns["best"] = _best(bag)
    return columns | _heads(page, topic, bag, first)


def _best(bag: Bag) -> Floats:
    """Likeness of each segment to the one that it resembles most."""
    norms = bag.norms
    if not 1 < len(norms) <= MAX_COMPARED:
        return np.zeros(len(norms))
    vectors = bag.matrix
    likeness = (vectors @ vectors.T).toarray() / np.maximum(TINY, norms[:, None] * norms)
    np.fill_diagonal(likeness, 0.0)
    return np.asarray(likeness.max(axis=1), np.float64)


def _heads(page: Outline, topic: Topic, bag: Bag, first: Counts) -> dict[str, Floats]:
    """How much the heading above each segment shares with it, and with the segments before."""
    own, known = np.full(len(page.segments), NONE), np.full(len(page.segments), NONE)
    stems = topic.stems
    for number, head in enumerate(map(_heading, [page] * len(page.segments), range(len(page.segments)))):
        if head is None:
            continue
        span = slice(stems.starts[head], stems.starts[head + 1])
        terms, weights = stems.columns[span], stems.weights[span]
        inside = np.isin(terms, bag.columns[bag.starts[number] : bag.starts[number + 1]])
        own[number] = (weights * inside).sum() / max(TINY, weights.sum())
        known[number] = (weights * (first[terms] < number)).sum() / max(TINY, weights.sum())
    return {"head_own": own, "head_known": known}


def _gap(page: Outline, number: int) -> range:
    """The lines between a segment and the one before it."""
    return range(page.segments[number - 1][-1] + 1 if number else 0, page.starts[number])


def _heading(page: Outline, number: int) -> int | None:
    """The last line above a segment that may be its headline."""
    low, high = HEAD_WIDTH
    heads = [index for index in _gap(page, number) if low <= page.lines[index].width <= high and not page.lines[index].ends]
    return heads[-1] if heads else None


def _names(page: Outline, topic: Topic, order: Counts) -> dict[str, Floats]:
    of_lead = {name for name, column in topic.names.index.items() if topic.known_names[column]}
    known: set[str] = set()
    seen, lead = np.ones(len(order)), np.full(len(order), NO_NAMES)
    for number, segment in enumerate(page.segments):
        names = frozenset[str]().union(*(page.lines[index].names for index in segment))
        if names:
            lead[number] = len(names & of_lead) / len(names)
        if number > page.main:
            seen[number] = len(names & known) / len(names) if names else NO_NAMES
        if number >= page.main:
            known |= names
    return {"names_seen": seen, "names_lead": lead}


def _gaps(page: Outline) -> dict[str, Floats]:
    """What stands between each segment and the one before it."""
    rows = [_between([page.lines[index] for index in _gap(page, number)]) for number in range(len(page.segments))]
    columns = {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}
    titled = [page.title is not None and page.title in _gap(page, number) for number in range(len(page.segments))]
    return columns | {"head_title": np.array(titled, np.float64)}


def _between(gap: Sequence[Line]) -> dict[str, float]:
    return {
        "gap": len(gap),
        "gap_related": min(2, sum("related" in line.cues for line in gap)),
        "gap_ages": min(2, sum("age" in line.cues or "stamp_only" in line.cues for line in gap)),
        "gap_ends": min(2, sum(not ENDS.isdisjoint(line.cues) for line in gap)),
        "gap_cues": min(5, sum(not FURNITURE.isdisjoint(line.cues) for line in gap)),
    }


NAMES = (
    "chars",
    "share",
    "paragraphs",
    "dateline",
    "order",
    "to_lead",
    "to_early",
    "to_title",
    "to_main",
    "seen",
    "coming",
    "best",
    "head_own",
    "head_known",
    "names_seen",
    "names_lead",
    "gap",
    "gap_related",
    "gap_ages",
    "gap_ends",
    "gap_cues",
    "head_title",
)
"""The traits of a segment; a page without any has NONE for each."""
