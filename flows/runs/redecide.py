"""The deciding half of a reprocess: what becomes of each document that was cleaned again.

Unlike an ingest, a reprocess sees everything that a document was made of. So the last of its inputs that is accepted is what it
says now, and a document of which none is accepted is withdrawn.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flows.runs.decide import NO_DATE, Head, Judged, Verdict, follow
from flows.runs.plan import Plan
from flows.runs.publish import Publication, Verdicts, entries_of, judged_of
from flows.runs.reclean import Recleaned
from flows.runs.settle import LIGHT, Texts
from flows.runs.state import State, known_entries
from flows.runs.survey import Candidate
from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide as decide_duplicates
from ingest.dedup.decide import stands
from ingest.records import Decision
from storage.tables import Corpus


@dataclass(frozen=True, slots=True)
class Redecided:
    """What a reprocess would publish on one state."""

    publication: Publication
    withdrawn: Mapping[str, Judged]
    """Live documents that are rejected now, with the input that tells why."""
    accepted: frozenset[str]
    """Documents that were not live and are now."""
    changed: frozenset[str]
    """Live documents that get a new version."""
    failed: frozenset[str]
    """Documents whose inputs could not be read or judged."""

    def newly_duplicate(self, state: State) -> dict[str, str]:
        """Document that copies another now and did not before → that one."""
        return {
            id_: new.duplicate_of
            for id_, new in self.publication.decisions.items()
            if new.duplicate_of and not (id_ in state.decisions and state.decisions[id_].duplicate_of)
        }

    def no_longer_duplicate(self, state: State) -> set[str]:
        """Live documents that copied another before and do not now."""
        decisions = self.publication.decisions.items()
        return {
            id_
            for id_, new in decisions
            if new.status == "live" and not new.duplicate_of and id_ in state.decisions and state.decisions[id_].duplicate_of
        }

    @property
    def affected(self) -> int:
        """Documents that come, go or change; which of them copies which is not counted."""
        return len(self.withdrawn) + len(self.accepted) + len(self.changed)


def redecide(
    plan: Plan, corpus: Corpus, state: State, recleaned: Recleaned, candidates: Mapping[str, Candidate], config: DedupConfig
) -> Redecided:
    """What the run would publish on this state, of which `candidates` were surveyed."""
    groups = _groups(recleaned, candidates)
    verdicts: dict[tuple[int, int], Verdict] = {}
    withdrawn: dict[str, Judged] = {}
    for id_, group in groups.items():
        found = verdicts_on(group, state.heads.get(id_))
        verdicts.update({verdict.judged.place: verdict for verdict in found})
        if id_ in state.decisions and all(verdict.outcome == "rejected" for verdict in found):
            withdrawn[id_] = group[-1]
    new = {verdict.judged.id for verdict in verdicts.values() if verdict.is_head}
    unsure = {id_ for id_ in groups if candidates[id_].config_id != plan.config_id}
    decisions = _decisions(Deciding(corpus, state, recleaned, config), verdicts, withdrawn.keys(), unsure)
    return Redecided(
        Publication(plan.run, state.seq + 1, plan.config_id, verdicts, state.heads, decisions),
        withdrawn=withdrawn,
        accepted=frozenset(new - state.decisions.keys()),
        changed=frozenset(new & state.decisions.keys()),
        failed=frozenset(verdict.judged.id for verdict in verdicts.values() if verdict.outcome == "failed"),
    )


def verdicts_on(group: Sequence[Judged], head: Head | None) -> list[Verdict]:
    """Verdicts on all inputs of one document, in the order in which the corpus met them.

    The last that is accepted is the document; those before it make no versions, for theirs stand already. A document that never
    had a version gets them as from an ingest.
    """
    if head is None:
        return follow(group, None)
    documents = [judged for judged in group if judged.result == "document"]
    last = documents[-1] if documents else None
    content = head.content_sha256 if head.is_live else None
    verdicts = []
    for judged in group:
        if judged.result != "document":
            verdicts.append(Verdict(judged, judged.result, None, is_head=False))
        elif judged is last and judged.content_sha256 != content:
            verdicts.append(Verdict(judged, "new", head.version + 1, is_head=True))
        else:
            verdicts.append(Verdict(judged, "unchanged", head.version, is_head=False))
    return verdicts


def _groups(recleaned: Recleaned, candidates: Mapping[str, Candidate]) -> dict[str, list[Judged]]:
    """The judged inputs of each document: by the commit that listed them last, then as an ingest orders them."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for number, table in recleaned.tables(LIGHT):
        for judged in judged_of(table, number):
            groups[judged.id].append(judged)
    for id_, group in groups.items():
        seqs = {each.raw_sha256: each.seq for each in candidates[id_].inputs}
        group.sort(key=partial(_order, seqs))
    return groups


def _order(seqs: Mapping[str, int], judged: Judged) -> tuple[int, datetime, datetime, str]:
    sha = judged.raw_sha256 or ""
    return seqs[sha], judged.modified_at or NO_DATE, judged.fetched_at or NO_DATE, sha


@dataclass(frozen=True, slots=True)
class Deciding:
    """What duplicates are decided on."""

    corpus: Corpus
    state: State
    recleaned: Recleaned
    config: DedupConfig


def _decisions(on: Deciding, verdicts: Verdicts, withdrawn: AbstractSet[str], unsure: AbstractSet[str]) -> dict[str, Decision]:
    """Every decision that is new: on documents that come, go or change, and on those that stood with them.

    Documents whose content stays are decided again too where other settings decided on them last: `unsure`.
    """
    state, seq = on.state, on.state.seq + 1
    tables = on.recleaned.tables()
    new = [entry for number, table in tables for entry in entries_of(table, number, verdicts, state.heads, seq)]
    replaced = {entry.id for entry in new}
    confirmed = ({verdict.judged.id for verdict in verdicts.values() if verdict.outcome == "unchanged"} & unsure) - replaced
    known = [entry for entry in known_entries(on.corpus, state) if entry.id not in replaced and entry.id not in withdrawn]
    changed = [*new, *(entry for entry in known if entry.id in confirmed)]
    others = [entry for entry in known if entry.id not in confirmed]
    places = {verdict.judged.id: verdict.judged.place for verdict in verdicts.values() if verdict.is_head}
    decided = decide_duplicates(others, changed, state.decisions, Texts(on.corpus, state.seq, on.recleaned, places), on.config)
    # A confirmed document of which nothing else is to be said gets no row: decisions say what changes.
    kept = [each for each in decided if each.id not in confirmed or not stands(state.decisions.get(each.id), each)]
    gone = [Decision(id_, state.heads[id_].version, "withdrawn", cluster=id_) for id_ in withdrawn]
    return {decision.id: decision for decision in [*kept, *gone]}
