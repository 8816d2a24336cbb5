"""The decision on every document that a run touches: what it copies, and which cluster it stands in."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime

from ingest.dedup.clusters import Forest, Pair, pair, round_up_edges
from ingest.dedup.config import DedupConfig
from ingest.dedup.search import Entry, Library, Texts, find_edges
from ingest.dedup.verify import MERGING, Verdict, story_kind, utc
from ingest.records import Decision, Edge

_LAST = datetime.max.replace(tzinfo=UTC)


def decide(
    known: Sequence[Entry], changed: Sequence[Entry], decisions: Mapping[str, Decision], texts: Texts, config: DedupConfig
) -> list[Decision]:
    """Decisions of every changed document, and of every known one whose decision no longer holds, by id.

    `known` holds the live documents but the changed ones, `decisions` the decisions last made: their evidence is the stored
    edges. Hand over those of documents that are no longer live too, so that what they held together is decided again. An edge
    stands in the row of the one that came later: read edges from both sides. Any split of documents into calls gives the same
    clusters and canonical documents as one call with all of them.
    """
    live = {entry.id: entry for entry in (*known, *changed)}
    fresh = {entry.id for entry in changed}
    stored, bereft = _stored_edges(live.keys() - fresh, decisions, config)
    library = Library(texts)
    copies = Forest(ends for ends, verdict in stored.items() if verdict.kind == "exact")
    edges = stored | find_edges(live, fresh | bereft, copies, library, config)
    touched = _reach(fresh | bereft, edges)
    edges = {ends: verdict for ends, verdict in edges.items() if not touched.isdisjoint(ends)}
    cut = round_up_edges(edges, library.shingles, config)
    final = edges | {ends: replace(edges[ends], kind="round-up") for ends in cut}
    decided = _decisions([live[one] for one in sorted(touched)], final)
    return [new for new in decided if new.id in fresh or not stands(decisions.get(new.id), new)]


def _stored_edges(
    stable: AbstractSet[str], decisions: Mapping[str, Decision], config: DedupConfig
) -> tuple[dict[Pair, Verdict], set[str]]:
    """Edges between stable documents, and the stable ones that lost what they were decided by."""
    edges: dict[Pair, Verdict] = {}
    bereft: set[str] = set()
    for decision in decisions.values():
        for edge in decision.evidence:
            ends = {decision.id, edge.other} & stable
            if len(ends) == 2:
                edges[pair(decision.id, edge.other)] = _as_found(edge, config)
            else:
                bereft |= ends
        if decision.id in stable and not {decision.cluster or decision.id, decision.duplicate_of or decision.id} <= stable:
            bereft.add(decision.id)
    return edges, bereft


def _as_found(edge: Edge, config: DedupConfig) -> Verdict:
    """A stored edge as it was before round-ups were told apart: those depend on who else is there."""
    verdict = Verdict(edge.kind, edge.containment, edge.jaccard, edge.conflict)
    return replace(verdict, kind=story_kind(verdict, config)) if edge.kind == "round-up" else verdict


def _reach(starts: Iterable[str], edges: Mapping[Pair, Verdict]) -> set[str]:
    """All documents that merging edges connect with these."""
    forest = Forest(ends for ends, verdict in edges.items() if verdict.kind in MERGING)
    roots = {forest.root(one) for one in starts}
    everyone = {one for ends in edges for one in ends}.union(starts)
    return {one for one in everyone if forest.root(one) in roots}


def _decisions(entries: Sequence[Entry], edges: Mapping[Pair, Verdict]) -> list[Decision]:
    """The decisions on whole clusters, by id."""
    forest = Forest(ends for ends, verdict in edges.items() if verdict.kind in MERGING)
    by_id = {entry.id: entry for entry in entries}
    evidence = _evidence(edges)
    decided = []
    for cluster, members in forest.groups(by_id).items():
        canonical = min((by_id[one] for one in members), key=_precedence).id
        for one in members:
            original = None if one == canonical else canonical
            decided.append(Decision(one, by_id[one].version, "live", original, cluster, evidence.get(one, ())))
    return sorted(decided, key=lambda decision: decision.id)


def _evidence(edges: Mapping[Pair, Verdict]) -> dict[str, tuple[Edge, ...]]:
    """The edges of each document, by the other's id."""
    found: dict[str, list[Edge]] = {}
    for (a, b), verdict in edges.items():
        if verdict.kind == "different":
            continue
        for one, other in ((a, b), (b, a)):
            found.setdefault(one, []).append(Edge(other, verdict.kind, verdict.containment, verdict.jaccard, verdict.conflict))
    return {one: tuple(sorted(own, key=lambda edge: edge.other)) for one, own in found.items()}


def _precedence(entry: Entry) -> tuple[datetime, int, bool, str, int, str]:
    """Sorts the canonical document of a cluster first: the earliest, the longest, one with a URL; then the corpus's own order."""
    published = utc(entry.published_at) if entry.published_at else _LAST
    return published, -entry.n_chars, entry.url is None, entry.url or "", entry.first_seq, entry.id


def stands(old: Decision | None, new: Decision) -> bool:
    """Whether the stored decision still says the truth; edges that it lacks stand in the rows of those that came later."""
    if old is None or old.status != "live":
        return False
    same = (old.version, old.duplicate_of, old.cluster) == (new.version, new.duplicate_of, new.cluster)
    return same and set(old.evidence) <= set(new.evidence)
