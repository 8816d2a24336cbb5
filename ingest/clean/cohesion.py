"""Columns for the scorecard: how much each line and segment has in common with the article's title, lead and body so far."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ingest.clean.lines import Line
from ingest.clean.outline import Outline
from ingest.clean.rarity import rarity
from ingest.clean.shape import Column
from ingest.clean.words import stems, words

Vector = dict[str, float]
BACK, AHEAD = 4, 3
"""Paragraphs before and after a line that it is compared with."""


def add(total: Vector, vector: Mapping[str, float]) -> None:
    """Add `vector` to `total` in place."""
    for stem, value in vector.items():
        total[stem] = total.get(stem, 0.0) + value


def summed(vectors: Iterable[Mapping[str, float]]) -> Vector:
    """The sum of some vectors."""
    total: Vector = {}
    for vector in vectors:
        add(total, vector)
    return total


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two sparse vectors; 0 where one is empty."""
    if len(one) > len(other):
        one, other = other, one
    product = sum(value * other[stem] for stem, value in one.items() if stem in other)
    if not product:
        return 0.0
    return product / math.sqrt(sum(value * value for value in one.values()) * sum(value * value for value in other.values()))


def shared(vector: Mapping[str, float], known: Mapping[str, float]) -> float:
    """The share of a vector's weight that lies in stems of `known`."""
    mass = sum(vector.values())
    return sum(value for stem, value in vector.items() if stem in known) / mass if mass else 0.0


def overlap(names: frozenset[str], known: frozenset[str] | set[str]) -> float:
    """The share of names that are known; -0.1 without names, so that it is told from none known."""
    return len(names & known) / len(names) if names else -0.1


@dataclass(slots=True)
class Memory:
    """What the reader of a page knows at a line."""

    stems: Vector = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def learn(self, line: Line) -> None:
        """Take in a paragraph."""
        self.stems.update(line.vector)
        self.names |= line.names


@dataclass(frozen=True, slots=True)
class Topic:
    """What the article announces: its title and lead."""

    title: Vector
    lead: Vector
    """With the title."""
    names: frozenset[str]


def topic_of(page: Outline) -> Topic:
    """The topic of a page as its title and first paragraphs give it."""
    title = {stem: rarity(stem) for stem in stems(words(page.headline))}
    lead = summed(page.lines[index].vector for index in page.lead)
    add(lead, title)
    names = frozenset[str]().union(*(page.lines[index].names for index in page.lead))
    if page.title is not None:
        names |= page.lines[page.title].names
    return Topic(title, lead, names)


def cohesion_columns(page: Outline) -> dict[str, Column]:
    """One column per trait, one value per line."""
    rows = list(_rows(page, topic_of(page)))
    columns: dict[str, Column] = {name: np.array([row[name] for row in rows], np.float32) for name in rows[0]}
    by_mass = np.floor(columns["seen"] * 9.99) * 4 + np.digitize(columns["known"], [40, 120, 300])
    by_count = np.floor(columns["names_seen"] * 5) * 3 + np.digitize(columns["names"], [2, 4])
    columns["seen_by_mass"] = by_mass.astype(np.float32)
    columns["names_by_count"] = by_count.astype(np.float32)
    return columns


def _rows(page: Outline, topic: Topic) -> Iterable[dict[str, float]]:
    memory = Memory()
    paragraphs = page.paragraphs
    coming = _Coming(page)
    for index, line in enumerate(page.lines):
        place = bisect_left(paragraphs, index)
        coming.pass_to(index)
        yield {
            "to_lead": cosine(line.vector, topic.lead),
            "to_title": cosine(line.vector, topic.title),
            "in_lead": shared(line.vector, topic.lead),
            "seen": shared(line.vector, memory.stems),
            "coming": coming.share(line),
            "names_lead": overlap(line.names, topic.names),
            "names_seen": overlap(line.names, memory.names),
            "names": len(line.names),
            "mass": line.mass,
            "known": len(memory.stems),
            **_windows(page, place, line),
        }
        if line.dense and index >= page.lead[0]:
            memory.learn(line)


def _windows(page: Outline, place: int, line: Line) -> dict[str, float]:
    """Likeness to the paragraphs just before and just after."""
    on = place + line.dense
    before = summed(page.lines[index].vector for index in page.paragraphs[max(0, place - BACK) : place])
    after = summed(page.lines[index].vector for index in page.paragraphs[on : on + AHEAD])
    return {"to_before": cosine(line.vector, before), "to_after": cosine(line.vector, after), "across": cosine(before, after)}


class _Coming:
    """Which stems the paragraphs after a line will use."""

    def __init__(self, page: Outline) -> None:
        self._page = page
        self._counts: dict[str, int] = {}
        self._passed = 0
        for index in page.paragraphs:
            for stem in page.lines[index].vector:
                self._counts[stem] = self._counts.get(stem, 0) + 1

    def pass_to(self, index: int) -> None:
        """Forget the paragraphs up to and with `index`."""
        while self._passed <= index:
            line = self._page.lines[self._passed]
            if line.dense:
                for stem in line.vector:
                    self._counts[stem] -= 1
            self._passed += 1

    def share(self, line: Line) -> float:
        """The share of a line's weight that comes again."""
        mass = line.mass
        return sum(value for stem, value in line.vector.items() if self._counts.get(stem, 0) > 0) / mass if mass else 0.0
