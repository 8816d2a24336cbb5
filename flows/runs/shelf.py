"""How documents stand and hang together, without their texts: of a whole corpus, or of what lies around one document."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow.compute as pc

from flows.runs.reading import Filters, OutcomeRow, outcome_row, outcomes
from ingest.records import Decision, Edge
from storage.rows import decisions_of, latest
from storage.tables import Corpus

MAX_NAMED = 100
"""Documents that tell the same story, or are linked, that a page names."""
Stub = tuple[int, int, str, str]
"""Number, commit, run and content digest of a version."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a corpus says of documents."""

    outcomes: Mapping[str, OutcomeRow]
    """How each input stands now."""
    decisions: Mapping[str, Decision]
    titles: Mapping[str, str | None]
    """Of the live documents."""
    published: Mapping[str, datetime | None]
    """Of the live documents."""
    clusters: Mapping[str, Sequence[str]]
    """Cluster → the live documents that tell one story, ids ascending."""
    versions: Mapping[str, Sequence[Stub]]
    """Of each document, oldest first."""

    def copies(self, id_: str) -> Sequence[str]:
        """The documents that tell the same story, itself among them; empty where it stands alone."""
        decision = self.decisions.get(id_)
        members = self.clusters.get(decision.cluster or "", ()) if decision else ()
        return members if len(members) > 1 and id_ in members else ()

    def edges(self, id_: str) -> Mapping[str, Edge]:
        """Other document → why they are linked."""
        decision = self.decisions.get(id_)
        return {edge.other: edge for edge in decision.evidence} if decision else {}

    def named(self, id_: str) -> Sequence[str]:
        """The documents of the same story that a page names: the canonical one, itself, then others up to `MAX_NAMED`."""
        members, decision = self.copies(id_), self.decisions.get(id_)
        if not members or decision is None:
            return ()
        first = dict.fromkeys([decision.duplicate_of or id_, id_, *members[:MAX_NAMED]])
        return list(first)[:MAX_NAMED]

    def linked(self, id_: str) -> Sequence[str]:
        """The documents that are only linked."""
        decision, members = self.decisions.get(id_), self.copies(id_)
        return [edge.other for edge in decision.evidence if edge.other not in members] if decision else []

    def name(self, id_: str) -> str:
        """The input's name; empty where it is not known."""
        outcome = self.outcomes.get(id_)
        return f"{outcome.source}/{outcome.name}" if outcome else ""

    def heading(self, id_: str) -> str:
        """What a person calls the document."""
        return self.titles.get(id_) or self.name(id_) or id_[:12]


def whole_shelf(corpus: Corpus) -> Shelf:
    """Of all documents."""
    standing = {row.id: row for row in outcomes(corpus, Filters())}
    return _shelf(corpus, standing, decisions_of(latest(corpus.scan("decisions"))), None)


def shelf_around(corpus: Corpus, id_: str, decision: Decision | None) -> Shelf:
    """Of one document and those that it is linked to."""
    ids = {id_}
    if decision is not None:
        ids |= {edge.other for edge in decision.evidence}
        if decision.cluster is not None:
            ids |= set(corpus.scan("decisions", ["id"], pc.field("cluster") == decision.cluster)["id"].to_pylist())
    where = pc.field("id").isin(sorted(ids))
    rows = latest(corpus.scan("outcomes", where=where)).to_pylist()
    return _shelf(
        corpus, {row["id"]: outcome_row(row) for row in rows}, decisions_of(latest(corpus.scan("decisions", where=where))), where
    )


def _shelf(
    corpus: Corpus, standing: Mapping[str, OutcomeRow], decisions: Sequence[Decision], where: pc.Expression | None
) -> Shelf:
    clusters: dict[str, list[str]] = defaultdict(list)
    for decision in decisions:
        if decision.status == "live" and decision.cluster is not None:
            clusters[decision.cluster].append(decision.id)
    documents = corpus.scan("documents", ["id", "title", "published_at"], where)
    ids, titles, published = (documents[name].to_pylist() for name in documents.column_names)
    return Shelf(
        outcomes=standing,
        decisions={decision.id: decision for decision in decisions},
        titles=dict(zip(ids, titles, strict=True)),
        published=dict(zip(ids, published, strict=True)),
        clusters=clusters,
        versions=_versions(corpus, where),
    )


def _versions(corpus: Corpus, where: pc.Expression | None) -> Mapping[str, Sequence[Stub]]:
    found: dict[str, list[Stub]] = defaultdict(list)
    for id_, *stub in _stubs(corpus, where):
        version, seq, run, digest = stub
        found[str(id_)].append((int(str(version)), int(str(seq)), str(run), str(digest)))
    return {id_: sorted(stubs) for id_, stubs in found.items()}


def _stubs(corpus: Corpus, where: pc.Expression | None) -> Iterator[tuple[object, ...]]:
    names = ["id", "version", "seq", "run_id", "content_sha256"]
    for batch in corpus.batches("versions", names, where):
        yield from zip(*(batch[name].to_pylist() for name in names), strict=True)
