"""Columns for the model: how much each line has in common with the title, the lead and the paragraphs round it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ingest.clean.outline import Outline
from ingest.clean.rarity import rarity
from ingest.clean.shape import Column
from ingest.clean.terms import NO_NAMES, TINY, Bag, Floats, names_of, stems_of
from ingest.clean.words import stems, words

BACK, AHEAD = 4, 3
"""Paragraphs before and after a line that it is compared with."""
MAX_COMPARED = 1500
"""On a longer page lines are not compared with every paragraph."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What the article announces, as vectors over the page's stems."""

    stems: Bag
    names: Bag
    title: Floats
    lead: Floats
    """Title and first paragraphs of the main region."""
    early: Floats
    """Title and first paragraphs under it, wherever the main region lies."""
    known_names: NDArray[np.bool_]
    """Which names stand in title or lead."""


def topic_of(page: Outline) -> Topic:
    """The topic of a page as its title and first paragraphs give it."""
    bag, names = stems_of(page.lines), names_of(page.lines)
    title = np.zeros(bag.terms)
    for stem in set(stems(words(page.headline))) & bag.index.keys():
        title[bag.index[stem]] = rarity(stem)
    opening = [*page.lead, *([] if page.title is None else [page.title])]
    known = names.total(opening) > 0
    return Topic(bag, names, title, bag.total(page.lead) + title, bag.total(page.early) + title, known)


def cohesion_columns(page: Outline, topic: Topic) -> dict[str, Column]:
    """One column per trait, one value per line."""
    bag, names, place = topic.stems, topic.names, np.arange(len(page.lines))
    columns: dict[str, Floats] = {
        "to_lead": bag.cosines(topic.lead),
        "to_title": bag.cosines(topic.title),
        "to_early": bag.cosines(topic.early),
        "in_lead": bag.share(topic.lead[bag.columns] > 0),
        "in_early": bag.share(topic.early[bag.columns] > 0),
        "in_title": bag.share(topic.title[bag.columns] > 0),
        "title_covered": bag.share_of(topic.title) / max(TINY, topic.title.sum()),
        "mass": bag.mass,
        "names": names.mass,
        "names_lead": _named(names, names.share(topic.known_names[names.columns])),
    }
    dense = np.array([line.dense for line in page.lines])
    columns |= _so_far(topic, dense & (place >= page.lead[0]))
    columns |= {f"early_{name}": values for name, values in _so_far(topic, dense & (place >= page.early[0])).items()}
    columns |= _windows(page, bag) | _best(page, bag)
    return {name: values.astype(np.float32) for name, values in columns.items()}


def _named(names: Bag, shares: Floats) -> Floats:
    return np.where(names.mass > 0, shares, NO_NAMES)


def _so_far(topic: Topic, members: NDArray[np.bool_]) -> dict[str, Floats]:
    """What a reader of some paragraphs knows at each line."""
    bag, names = topic.stems, topic.names
    first, last = bag.spread(members)
    known_names, _ = names.spread(members)
    return {
        "seen": bag.share(first[bag.columns] < bag.rows),
        "coming": bag.share(last[bag.columns] > bag.rows),
        "names_seen": _named(names, names.share(known_names[names.columns] < names.rows)),
        "known": np.searchsorted(np.sort(first), np.arange(len(members)), side="left").astype(np.float64),
    }


def _windows(page: Outline, bag: Bag) -> dict[str, Floats]:
    """Likeness to the paragraphs just before and just after."""
    n, paragraphs = len(page.lines), np.array(page.paragraphs, np.int64)
    place = np.searchsorted(paragraphs, np.arange(n))
    on = place + np.array([line.dense for line in page.lines])
    matrix = bag.matrix
    before, after = _sums(matrix, paragraphs, place - BACK, place), _sums(matrix, paragraphs, on, on + AHEAD)
    before_norms, after_norms = _norms(before), _norms(after)
    return {
        "to_before": _products(matrix, before) / np.maximum(TINY, bag.norms * before_norms),
        "to_after": _products(matrix, after) / np.maximum(TINY, bag.norms * after_norms),
        "across": _products(before, after) / np.maximum(TINY, before_norms * after_norms),
    }


def _sums(matrix: csr_matrix, paragraphs: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]) -> csr_matrix:
    """For each line the sum of the paragraphs from `low` to before `high`."""
    low, high = np.clip(low, 0, len(paragraphs)), np.clip(high, 0, len(paragraphs))
    counts = high - low
    starts = np.repeat(low - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    members = paragraphs[starts + np.arange(counts.sum())]
    chosen = csr_matrix((np.ones(len(members)), members, np.concatenate([[0], np.cumsum(counts)])), shape=(len(low), len(low)))
    return chosen @ matrix


def _products(one: csr_matrix, other: csr_matrix) -> Floats:
    return np.asarray(one.multiply(other).sum(axis=1)).ravel()


def _norms(matrix: csr_matrix) -> Floats:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.sqrt(np.bincount(rows, matrix.data**2, matrix.shape[0]))


def _best(page: Outline, bag: Bag) -> dict[str, Floats]:
    """Likeness to the paragraph that a line resembles most, and to all of them, on either side."""
    n, paragraphs = len(page.lines), np.array(page.paragraphs, np.int64)
    names = ("best_before", "best_after", "mean_before", "mean_after")
    if not len(paragraphs) or n > MAX_COMPARED:
        return {name: np.zeros(n) for name in names}
    unit = replace(bag, weights=bag.weights / np.maximum(TINY, bag.norms)[bag.rows]).matrix
    likeness = (unit @ unit[paragraphs].T).toarray()
    place = np.arange(n)[:, None]
    before, after = likeness * (paragraphs < place), likeness * (paragraphs > place)
    return {
        "best_before": before.max(axis=1),
        "best_after": after.max(axis=1),
        "mean_before": before.sum(axis=1) / np.maximum(1, (paragraphs < place).sum(axis=1)),
        "mean_after": after.sum(axis=1) / np.maximum(1, (paragraphs > place).sum(axis=1)),
    }
