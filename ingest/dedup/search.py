"""Verified edges between documents, from their sketches and texts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

import numpy as np

from ingest.dedup.candidates import candidate_pairs
from ingest.dedup.clusters import Forest, Pair, pair
from ingest.dedup.config import DedupConfig
from ingest.dedup.shingles import Hashes
from ingest.dedup.verify import Likeness, Text, Verdict, gap_days, judge, likeness
from ingest.records import Sketch

Item = TypeVar("Item")
Texts = Callable[[Sequence[str]], Mapping[str, str]]
"""Fetches cleaned texts by id."""

_BATCH = 512
"""Texts fetched at once."""
_KEPT_CHARS = 1 << 25
"""Characters of texts that stay in memory for the next comparison."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A live document as duplicate search sees it."""

    id: str
    version: int
    sketch: Sketch
    published_at: datetime | None
    url: str | None
    n_chars: int
    first_seq: int
    """Commit that first held the document; a new one carries the one that it is going to get."""


class Library:
    """Texts by id, fetched in batches; those used last stay in memory."""

    def __init__(self, fetch: Texts) -> None:
        self._fetch = fetch
        self._texts: dict[str, Text] = {}
        self._chars = 0

    def read(self, ids: Iterable[str]) -> dict[str, Text]:
        """The texts of these documents, ready to compare."""
        wanted = sorted(set(ids))
        missing = [one for one in wanted if one not in self._texts]
        for start in range(0, len(missing), _BATCH):
            for one, content in self._fetch(missing[start : start + _BATCH]).items():
                self._texts[one] = Text(content)
                self._chars += len(content)
        found = {one: self._texts.pop(one) for one in wanted}
        self._texts.update(found)
        self._shrink()
        return found

    def shingles(self, ids: Iterable[str]) -> dict[str, Hashes]:
        """The distinct shingle hashes of these documents."""
        return {one: text.shingles for one, text in self.read(ids).items()}

    def _shrink(self) -> None:
        """Forget the texts that were not used for longest."""
        while self._chars > _KEPT_CHARS and self._texts:
            self._chars -= len(self._texts.pop(next(iter(self._texts))).content)


@dataclass(frozen=True, slots=True)
class _Copies:
    """Live documents with one canonical text, by id."""

    members: tuple[Entry, ...]
    searched: tuple[Entry, ...]
    """Those of them whose edges are wanted."""

    @property
    def reading(self) -> str:
        """The id of the document that is read for all of them."""
        return self.members[0].id


def find_edges(
    live: Mapping[str, Entry], searched: set[str], copies: Forest, library: Library, config: DedupConfig
) -> dict[Pair, Verdict]:
    """Edges of the searched documents to any live one.

    Copies of one text are read once: a searched copy has one exact edge to its group, and one edge, the nearest in time, to
    each other group that resembles it. So the work grows with different texts, not with the square of copies. `copies` joins
    the documents that are known to be exact copies.
    """
    if not searched:
        return {}
    classes = _by_sketch(live)
    wanted = np.array([any(one in searched for one in ids) for ids in classes], dtype=np.bool_)
    pairs = candidate_pairs([live[ids[0]].sketch for ids in classes], wanted)
    asked = sorted({i for ends in pairs for i in ends} | set(np.flatnonzero(wanted).tolist()))
    groups = _copy_groups({i: [live[one] for one in classes[i]] for i in asked}, searched, copies, library)
    edges = dict(edge for of_class in groups.values() for group in of_class for edge in _exact_edges(group))
    for batch in _batches(_group_pairs(groups, pairs)):
        texts = library.read(group.reading for ends in batch for group in ends)
        for a, b in batch:
            edges.update(_edges_between(a, b, likeness(texts[a.reading], texts[b.reading], config), config))
    return edges


def _by_sketch(live: Mapping[str, Entry]) -> list[list[str]]:
    """Ids of live documents, those with equal sketches together."""
    classes: dict[Sketch, list[str]] = {}
    for one in sorted(live):
        classes.setdefault(live[one].sketch, []).append(one)
    return list(classes.values())


def _copy_groups(
    classes: Mapping[int, Sequence[Entry]], searched: set[str], copies: Forest, library: Library
) -> dict[int, list[_Copies]]:
    """Documents with equal sketches by canonical text; of known copies one is read."""
    sets = {i: list(copies.groups(entry.id for entry in entries).values()) for i, entries in classes.items()}
    unsure = [i for i, known in sets.items() if len(known) > 1 and any(entry.id in searched for entry in classes[i])]
    for batch in _batches(iter(unsure)):
        texts = library.read(ids[0] for i in batch for ids in sets[i])
        for i in batch:
            sets[i] = _joined_by_text(sets[i], texts)
    return {i: [_as_copies(ids, entries, searched) for ids in sets[i]] for i, entries in classes.items()}


def _joined_by_text(sets: Sequence[list[str]], texts: Mapping[str, Text]) -> list[list[str]]:
    """Sets of ids, those whose first documents have one canonical text as one."""
    by_text: dict[bytes, list[str]] = {}
    for ids in sets:
        by_text.setdefault(texts[ids[0]].canonical, []).extend(ids)
    return [sorted(ids) for ids in by_text.values()]


def _as_copies(ids: Sequence[str], entries: Sequence[Entry], searched: set[str]) -> _Copies:
    """The copies with these ids among the documents of one sketch."""
    members = tuple(entry for entry in entries if entry.id in set(ids)) if len(ids) < len(entries) else tuple(entries)
    return _Copies(members, tuple(entry for entry in members if entry.id in searched))


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """The items in lists whose texts are fetched at once."""
    while batch := list(islice(items, _BATCH)):
        yield batch


def _exact_edges(group: _Copies) -> Iterator[tuple[Pair, Verdict]]:
    """One exact edge for each searched copy, to a copy that is not searched where there is one."""
    if len(group.members) < 2 or not group.members[0].sketch.n_shingles:
        return
    names = {entry.id for entry in group.searched}
    hub = next((entry.id for entry in group.members if entry.id not in names), group.members[0].id)
    for entry in group.searched:
        if entry.id != hub:
            yield pair(entry.id, hub), Verdict("exact", 1.0, 1.0, 0.0)


def _group_pairs(groups: Mapping[int, Sequence[_Copies]], pairs: set[tuple[int, int]]) -> Iterator[tuple[_Copies, _Copies]]:
    """Groups of copies to compare: of candidate sketches, and different texts with one sketch; families stay together."""
    within = {(i, i) for i, of_class in groups.items() if len(of_class) > 1}
    families = Forest((f"{i:09}", f"{j:09}") for i, j in pairs)
    for i, j in sorted(pairs | within, key=lambda ends: (families.root(f"{ends[0]:09}"), ends)):
        for m, a in enumerate(groups[i]):
            for b in groups[j][m + 1 if i == j else 0 :]:
                if a.searched or b.searched:
                    yield a, b


def _edges_between(a: _Copies, b: _Copies, like: Likeness, config: DedupConfig) -> Iterator[tuple[Pair, Verdict]]:
    """For each searched copy of either text the edge to the copy of the other that is nearest in time."""
    if like.containment < config.follow_up_containment:
        return
    for one, others in [(entry, b) for entry in a.searched] + [(entry, a) for entry in b.searched]:
        gap, nearest = min((gap_days(one.published_at, other.published_at), other.id) for other in others.members)
        verdict = judge(like, gap, config)
        if verdict.kind != "different":
            yield pair(one.id, nearest), verdict
