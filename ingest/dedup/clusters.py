"""Clusters of documents that tell one story, from the whole set of edges between them.

Nothing here depends on an order: a text is a round-up because of what its neighbours are, not because of when they came.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from ingest.dedup.config import DedupConfig
from ingest.dedup.shingles import Hashes
from ingest.dedup.verify import MERGING, Verdict, shared_count

Pair = tuple[str, str]
"""Two ids, the smaller first."""
Shingles = Callable[[Sequence[str]], Mapping[str, Hashes]]
"""Gives the shingle hashes of documents."""

_MIN_PART = 12
"""Shingles of a story that a round-up must hold."""
_RELATED = 0.2
"""Share of the smaller of two texts, or of two parts of a text, from which they are about one thing."""


def pair(a: str, b: str) -> Pair:
    """Two ids in the order of edges."""
    return (a, b) if a < b else (b, a)


class Forest:
    """Disjoint sets of ids, each named by its smallest id."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._parents: dict[str, str] = {}
        for a, b in pairs:
            self.join(a, b)

    def root(self, one: str) -> str:
        """The smallest id of its set."""
        parent = self._parents.get(one, one)
        while parent != one:
            grandparent = self._parents.get(parent, parent)
            self._parents[one] = grandparent
            one, parent = parent, grandparent
        return one

    def join(self, a: str, b: str) -> None:
        """Make one set of two."""
        low, high = sorted((self.root(a), self.root(b)))
        if low != high:
            self._parents[high] = low

    def groups(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Each set of these ids under its smallest id, its members ascending."""
        found: dict[str, list[str]] = {}
        for one in sorted(ids):
            found.setdefault(self.root(one), []).append(one)
        return found


def round_up_edges(edges: Mapping[Pair, Verdict], shingles: Shingles, config: DedupConfig) -> set[Pair]:
    """The edges that would merge but only link, because one end holds stories that don't resemble each other."""
    copies = Forest(ids for ids, verdict in edges.items() if verdict.kind == "exact")
    stories = _between_copies(edges, copies)
    cut = _cut_edges(stories, shingles, config)
    return {
        (a, b)
        for (a, b), verdict in edges.items()
        if verdict.kind in MERGING and verdict.kind != "exact" and pair(copies.root(a), copies.root(b)) in cut
    }


def _between_copies(edges: Mapping[Pair, Verdict], copies: Forest) -> dict[Pair, Verdict]:
    """Edges between sets of exact copies; a merging one wins where copies differ in their dates."""
    found: dict[Pair, Verdict] = {}
    for (a, b), verdict in sorted(edges.items()):
        ends = pair(copies.root(a), copies.root(b))
        if ends[0] != ends[1] and (ends not in found or verdict.kind in MERGING):
            found[ends] = verdict
    return found


def _cut_edges(stories: Mapping[Pair, Verdict], shingles: Shingles, config: DedupConfig) -> set[Pair]:
    """Merging edges between sets of copies that must not merge."""
    merging = _neighbours(ends for ends, verdict in stories.items() if verdict.kind in MERGING)
    linked = _neighbours(stories)
    round_ups: set[str] = set()
    cut: set[Pair] = set()
    for whole in sorted(merging):
        strangers = _strangers(merging[whole], linked)
        if strangers:
            is_round_up, leftovers = _judge_parts(whole, strangers, shingles, config)
            cut.update(leftovers)
            round_ups.update([whole] if is_round_up else [])
    return cut | {ends for ends in stories if _is_parted(ends, stories[ends], round_ups, config)}


def _is_parted(ends: Pair, verdict: Verdict, round_ups: set[str], config: DedupConfig) -> bool:
    """Whether a round-up stands at an end, and the other end is not nearly the same round-up."""
    touched = len(round_ups.intersection(ends))
    return touched == 1 or (touched == 2 and verdict.jaccard < config.round_up_jaccard)


def _neighbours(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Both ends of each pair as neighbours of each other."""
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


def _strangers(ids: set[str], linked: Mapping[str, set[str]]) -> list[Pair]:
    """Pairs of these ids without any edge."""
    return sorted({pair(one, other) for one in ids for other in ids - linked[one] if one != other})


def _judge_parts(whole: str, strangers: Sequence[Pair], shingles: Shingles, config: DedupConfig) -> tuple[bool, set[Pair]]:
    """Whether a text is a round-up of its neighbours, and else the edges to leftovers of other stories in it."""
    texts = shingles([whole, *sorted({one for ends in strangers for one in ends})])
    parts = {one: np.intersect1d(texts[one], texts[whole], assume_unique=True) for one in texts if one != whole}
    size = texts[whole].size
    leftovers: set[Pair] = set()
    for a, b in strangers:
        if not _are_apart(a, b, texts, parts):
            continue
        smaller, larger = sorted((a, b), key=lambda one: (parts[one].size, one))
        if parts[larger].size < config.main_story_share * size:
            return True, set()
        leftovers.add(pair(whole, smaller))
    return False, leftovers


def _are_apart(a: str, b: str, texts: Mapping[str, Hashes], parts: Mapping[str, Hashes]) -> bool:
    """Whether two texts don't resemble each other, and tell different parts of a third."""
    if min(parts[a].size, parts[b].size) < _MIN_PART:
        return False
    return all(shared_count(of[a], of[b]) < _RELATED * min(of[a].size, of[b].size) for of in (texts, parts))
