"""Columns for the model: how much each line has in common with the title, the lead and the paragraphs round it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from ingest.clean.pages import Pages
from ingest.clean.rarity import rarity
from ingest.clean.shape import Column
from ingest.clean.terms import NO_NAMES, TINY, Bag, Bools, Counts, Floats, likenesses, most, names_of, stems_of
from ingest.clean.words import stems, words

BACK, AHEAD = 4, 3
"""Paragraphs before and after a line that it is compared with."""
MAX_COMPARED = 1500
"""On a longer page lines are not compared with every paragraph."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What each article announces, as vectors over the pages' stems."""

    stems: Bag
    names: Bag
    title: Floats
    lead: Floats
    """Title and first paragraphs of the main region."""
    early: Floats
    """Title and first paragraphs under it, wherever the main region lies."""
    known_names: Bools
    """Which names stand in title or lead."""


def topic_of(pages: Pages) -> Topic:
    """The topics of pages as their titles and first paragraphs give them."""
    by_page = [page.lines for page in pages.outlines]
    bag, names = stems_of(by_page), names_of(by_page)
    title = np.zeros(bag.terms)
    for page, index in zip(pages.outlines, bag.index, strict=True):
        for stem in set(stems(words(page.headline))) & index.keys():
            title[index[stem]] = rarity(stem)
    lead, early = (
        _members(pages, [page.lead for page in pages.outlines]),
        _members(pages, [page.early for page in pages.outlines]),
    )
    titled = lead.copy()
    titled[pages.title[pages.title >= 0]] = True
    return Topic(bag, names, title, bag.total(lead) + title, bag.total(early) + title, names.total(titled) > 0)


def _members(pages: Pages, chosen: Sequence[Sequence[int]]) -> Bools:
    """Which of all lines are chosen on their pages."""
    found = np.zeros(len(pages.lines), np.bool_)
    found[[start + index for start, page in zip(pages.rows.starts.tolist(), chosen, strict=False) for index in page]] = True
    return found


def cohesion_columns(pages: Pages, topic: Topic) -> dict[str, Column]:
    """One column per trait, one value per line."""
    bag, names, of = topic.stems, topic.names, pages.rows.of
    columns: dict[str, Floats] = {
        "to_lead": bag.cosines(topic.lead, of),
        "to_title": bag.cosines(topic.title, of),
        "to_early": bag.cosines(topic.early, of),
        "in_lead": bag.share(topic.lead[bag.columns] > 0),
        "in_early": bag.share(topic.early[bag.columns] > 0),
        "in_title": bag.share(topic.title[bag.columns] > 0),
        "title_covered": bag.share_of(topic.title) / np.maximum(TINY, bag.by_page(topic.title))[of],
        "mass": bag.mass,
        "names": names.mass,
        "names_lead": _named(names, names.share(topic.known_names[names.columns])),
    }
    columns |= _so_far(pages, topic, pages.dense & (pages.index >= pages.lead[of]))
    early = _so_far(pages, topic, pages.dense & (pages.index >= pages.early[of]))
    columns |= {f"early_{name}": values for name, values in early.items()}
    columns |= _windows(pages, bag) | _best(pages, bag)
    return {name: values.astype(np.float32) for name, values in columns.items()}


def _named(names: Bag, shares: Floats) -> Floats:
    return np.where(names.mass > 0, shares, NO_NAMES)


def _so_far(pages: Pages, topic: Topic, members: Bools) -> dict[str, Floats]:
    """What a reader of some paragraphs knows at each line."""
    bag, names = topic.stems, topic.names
    first, last = bag.spread(members)
    known_names, _ = names.spread(members)
    new = np.bincount(first[last >= 0], minlength=len(members))
    known = np.cumsum(new) - new
    return {
        "seen": bag.share(first[bag.columns] < bag.rows),
        "coming": bag.share(last[bag.columns] > bag.rows),
        "names_seen": _named(names, names.share(known_names[names.columns] < names.rows)),
        "known": (known - known[pages.rows.starts[pages.rows.of]]).astype(np.float64),
    }


def _windows(pages: Pages, bag: Bag) -> dict[str, Floats]:
    """Likeness to the paragraphs just before and just after."""
    place = np.searchsorted(pages.paragraphs, pages.index)
    on = place + pages.dense
    matrix = bag.matrix
    before, after = _sums(pages, matrix, place - BACK, place), _sums(pages, matrix, on, on + AHEAD)
    before_norms, after_norms = _norms(before), _norms(after)
    return {
        "to_before": _products(matrix, before) / np.maximum(TINY, bag.norms * before_norms),
        "to_after": _products(matrix, after) / np.maximum(TINY, bag.norms * after_norms),
        "across": _products(before, after) / np.maximum(TINY, before_norms * after_norms),
    }


def _sums(pages: Pages, matrix: csr_matrix, low: Counts, high: Counts) -> csr_matrix:
    """For each line the sum of its page's paragraphs from `low` to before `high`."""
    first, end = pages.spans[pages.rows.of], pages.spans[pages.rows.of + 1]
    low, high = np.minimum(np.maximum(low, first), end), np.minimum(np.maximum(high, first), end)
    counts = high - low
    ends = np.concatenate([[0], np.cumsum(counts)])
    members = pages.paragraphs[np.repeat(low - ends[:-1], counts) + np.arange(ends[-1])]
    chosen = csr_matrix((np.ones(len(members)), members, ends), shape=(len(low), len(low)))
    return chosen @ matrix


def _products(one: csr_matrix, other: csr_matrix) -> Floats:
    return np.asarray(one.multiply(other).sum(axis=1)).ravel()


def _norms(matrix: csr_matrix) -> Floats:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.sqrt(np.bincount(rows, matrix.data**2, matrix.shape[0]))


def _best(pages: Pages, bag: Bag) -> dict[str, Floats]:
    """Likeness to the paragraph that a line resembles most, and to all of them, on either side."""
    unit = replace(bag, weights=bag.weights / np.maximum(TINY, bag.norms)[bag.rows])
    compared = pages.on_page(pages.rows.counts <= MAX_COMPARED)
    rows, columns, values = likenesses(unit.of_lines(compared), unit.of_lines(compared & pages.dense))
    place = np.searchsorted(pages.paragraphs, pages.index)
    before = place - pages.spans[pages.rows.of]
    after = pages.spans[pages.rows.of + 1] - place - pages.dense
    found: dict[str, Floats] = {}
    for side, inside, many in (("before", columns < rows, before), ("after", columns > rows, after)):
        found[f"best_{side}"] = most(rows[inside], values[inside], len(place))
        found[f"mean_{side}"] = np.bincount(rows[inside], values[inside], len(place)) / np.maximum(1, many)
    return found
