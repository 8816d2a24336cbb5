"""Columns for the model: what speaks for each segment of paragraphs being another story."""

import numpy as np

from ingest.clean.cohesion import Topic
from ingest.clean.pages import NOWHERE, Pages, Segments
from ingest.clean.shape import FURNITURE, Column
from ingest.clean.terms import NO_NAMES, TINY, Bag, Counts, Floats, likenesses, most, summed

NONE = -1.0
"""What a line gets that lies after the last segment."""
REACH = 8
"""A line so far before a segment says nothing of it any more."""
FAR = 99.0
MAX_COMPARED = 400
"""Of more segments likeness to each other is not looked at."""
ENDS = frozenset({"legal", "comments", "tags", "share", "subscribe"})
HEAD_WIDTH = (25, 190)
GAP_CUES = (
    ("gap_related", frozenset({"related"}), 2),
    ("gap_ages", frozenset({"age", "stamp_only"}), 2),
    ("gap_ends", ENDS, 2),
    ("gap_cues", FURNITURE, 5),
)
"""Cues whose lines between two segments are counted, and how far."""


def segment_columns(pages: Pages, topic: Topic) -> dict[str, Column]:
    """Each line has the values of its segment, or of the one that follows it closely."""
    segments = pages.segments
    number, inside, of = segments.number, segments.inside, pages.rows.of
    starts = np.append(segments.first, NOWHERE)
    follows = number < segments.bounds[of + 1]
    distance = np.where(follows, np.where(inside, 0, starts[number] - pages.index), FAR)
    columns = {"segment_in": inside.astype(np.float32), "segment_place": distance.astype(np.float32)}
    columns["segment_count"] = pages.on_page(np.diff(segments.bounds)).astype(np.float32)
    near = np.where(follows & (distance < REACH), number, segments.count)
    found = _describe(pages, topic, segments) if segments.count else dict.fromkeys(NAMES, np.zeros(0))
    return columns | {f"segment_{name}": np.append(found[name], NONE)[near].astype(np.float32) for name in NAMES}


def _describe(pages: Pages, topic: Topic, segments: Segments) -> dict[str, Floats]:
    """One value per segment and trait."""
    inside = segments.members >= 0
    of_member = segments.members[inside]
    widths = summed(of_member, pages.width[inside], segments.count)
    whole = summed(segments.of, widths, len(pages.outlines))
    dateline = np.array(["dateline" in pages.lines[index].cues for index in segments.first.tolist()], np.float64)
    return {
        "chars": widths,
        "share": widths / whole[segments.of],
        "paragraphs": np.bincount(of_member, minlength=segments.count).astype(np.float64),
        "dateline": dateline,
        "order": segments.order.astype(np.float64),
        **_words(pages, topic, segments),
        **_names(topic, segments),
        **_gaps(pages, segments),
    }


def _words(pages: Pages, topic: Topic, segments: Segments) -> dict[str, Floats]:
    bag, order = topic.stems.gathered(segments.members, segments.count), segments.order
    first, _ = bag.spread(order >= 0)
    _, last = bag.spread(np.ones(segments.count, np.bool_))
    vectors = {"lead": topic.lead, "early": topic.early, "title": topic.title, "main": bag.total(order == 0)}
    columns = {f"to_{name}": bag.cosines(vector, segments.of) for name, vector in vectors.items()}
    columns["to_main"][order == 0] = 1.0
    columns["seen"] = np.where(order > 0, bag.share(first[bag.columns] < bag.rows), 1.0)
    columns["coming"] = bag.share(last[bag.columns] > bag.rows)
    columns["best"] = _best(bag, segments)
    return columns | _heads(pages, topic, segments, bag)


def _best(bag: Bag, segments: Segments) -> Floats:
    """Likeness of each segment to the one that it resembles most."""
    compared = bag.of_lines((np.diff(segments.bounds) <= MAX_COMPARED)[segments.of])
    rows, columns, values = likenesses(compared, compared)
    values = values / np.maximum(TINY, bag.norms[rows] * bag.norms[columns])
    others = rows != columns
    return most(rows[others], values[others], segments.count)


def _heads(pages: Pages, topic: Topic, segments: Segments, bag: Bag) -> dict[str, Floats]:
    """How much the heading above each segment shares with it, and with the segments before."""
    stems, heads = topic.stems, _headings(pages, segments)
    of_line = np.full(len(pages.lines), -1)
    of_line[heads[heads >= 0]] = np.flatnonzero(heads >= 0)
    of = of_line[stems.rows]
    entries = of >= 0
    number, terms, weights = of[entries], stems.columns[entries], stems.weights[entries]
    first, _ = bag.spread(segments.order >= 0)
    own = np.isin(number * bag.terms + terms, bag.rows * bag.terms + bag.columns)
    mass = np.maximum(TINY, np.bincount(number, weights, segments.count))
    found = {}
    for name, wanted in (("head_own", own), ("head_known", first[terms] < number)):
        found[name] = np.where(heads >= 0, np.bincount(number, weights * wanted, segments.count) / mass, NONE)
    return found


def _gaps_before(pages: Pages, segments: Segments) -> Counts:
    """The first line between each segment and the one before it."""
    before = np.append(segments.last, 0)[np.arange(segments.count) - 1] + 1
    starts = pages.rows.starts[segments.of]
    return np.where(np.arange(segments.count) == segments.bounds[segments.of], starts, before)


def _headings(pages: Pages, segments: Segments) -> Counts:
    """The last line above each segment that may be its headline; -1 where there is none."""
    low, high = HEAD_WIDTH
    may_be = (low <= pages.width) & (pages.width <= high) & ~pages.ends
    last = np.maximum.accumulate(np.where(may_be, pages.index, -1))
    above = np.append(last, -1)[segments.first - 1]
    return np.where(above >= _gaps_before(pages, segments), above, -1)


def _names(topic: Topic, segments: Segments) -> dict[str, Floats]:
    bag = topic.names.gathered(segments.members, segments.count)
    named = np.bincount(bag.rows, minlength=segments.count)
    first, _ = bag.spread(segments.order >= 0)
    found = {}
    for name, known in (("names_lead", topic.known_names[bag.columns]), ("names_seen", first[bag.columns] < bag.rows)):
        shares = np.bincount(bag.rows, known, segments.count) / np.maximum(1, named)
        found[name] = np.where(named > 0, shares, NO_NAMES)
    found["names_seen"] = np.where(segments.order > 0, found["names_seen"], 1.0)
    return found


def _gaps(pages: Pages, segments: Segments) -> dict[str, Floats]:
    """What stands between each segment and the one before it."""
    begin, end = _gaps_before(pages, segments), segments.first
    table = np.array([[not cues.isdisjoint(line.cues) for _, cues, _ in GAP_CUES] for line in pages.lines])
    sums = np.concatenate([np.zeros((1, len(GAP_CUES)), np.int64), np.cumsum(table, axis=0)])
    shown = (sums[end] - sums[begin]).T
    columns = {name: np.minimum(cap, counts) for (name, _, cap), counts in zip(GAP_CUES, shown, strict=True)}
    title = pages.title[segments.of]
    return {**columns, "gap": end - begin, "head_title": (begin <= title) & (title < end)}


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
"""The traits of a segment; a line without one near has NONE for each."""
