"""The deciding half of a run: staged shards and the corpus's state to a verdict on every input, and to the commit.

Where another writer commits first, everything here is done again on the new state; nothing of it was visible.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.decide import decide
from flows.runs.engine import engines_of, recalled, stamped
from flows.runs.gate import refusal
from flows.runs.plan import Plan
from flows.runs.publish import Publication, entries_of, judged_of, outcomes_of, sketches_of, versions_of
from flows.runs.report import Report
from flows.runs.settings import Settings
from flows.runs.staging import Staged, Staging
from flows.runs.state import State, known_entries, peek_state, read_state
from flows.runs.tally import Tally
from flows.runs.wiring import pipeline_of
from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide as decide_duplicates
from storage.asof import documents_at
from storage.errors import HeadMovedError
from storage.proposals import Proposal
from storage.rows import decision_table, decisions_of
from storage.tables import Corpus

LIGHT = ("id", "raw_sha256", "input_modified_at", "fetched_at", "kind", "content_sha256")
SKIPPED = "skipped"
"""Key of a commit's summary: inputs that were skipped as unchanged, which `outcomes` does not list."""


def settle(plan: Plan, corpus: Corpus | None, staging: Staging, settings: Settings, *, dry_run: bool) -> Report:
    """Decide every staged input on the state at the head, and commit unless the gate refuses or this is a dry run."""
    while True:
        state = _known(corpus, dry_run=dry_run)
        publication = publish(plan, corpus, state, staging, pipeline_of(settings).dedup)
        base = stamped(Report(run_id=plan.run, corpus=corpus.bucket.uri if corpus else "", dry_run=dry_run), settings)
        report = counted(base, staging, publication)
        report = replace(report, gate_refused=refusal(report, settings.gate))
        if report.gate_refused:
            return replace(report, outcomes=tuple(told(staging, publication)))
        if corpus is None or dry_run or staging.is_empty:
            return report
        try:
            return replace(report, seq=corpus.commit(proposal(plan, corpus, staging, publication, report)))
        except HeadMovedError:
            continue


def _known(corpus: Corpus | None, *, dry_run: bool) -> State:
    if corpus is None:
        return State()
    return peek_state(corpus) if dry_run else read_state(corpus)


def recount(plan: Plan, corpus: Corpus) -> Report | None:
    """The report of a run that was killed between its commit and its end; null where it has not committed."""
    seq = corpus.log.of_run(plan.run, after=plan.base_seq)
    if seq is None:
        return None
    corpus.roll()
    tally = Tally()
    commit = corpus.log.read(seq)
    tally.skip(commit.summary[SKIPPED])
    tally.add(corpus.scan("outcomes", where=pc.field("run_id") == plan.run))
    decisions = decisions_of(corpus.scan("decisions", where=pc.field("run_id") == plan.run))
    return tally.report(recalled(Report(run_id=plan.run, corpus=corpus.bucket.uri, seq=seq), commit.engines), decisions)


def with_lag(report: Report, corpus: Corpus) -> Report:
    """The report of a run that has committed, with how far `documents` stands behind."""
    return report if report.seq is None else replace(report, behind=corpus.behind())


def publish(plan: Plan, corpus: Corpus | None, state: State, staging: Staging, config: DedupConfig) -> Publication:
    """What the run would publish on this state."""
    judged = (entry for number, table in staging.tables(LIGHT) for entry in judged_of(table, number))
    verdicts = decide(judged, state.heads, state.seen, plan.config_id)
    seq = state.seq + 1
    changed = [entry for number, table in staging.tables() for entry in entries_of(table, number, verdicts, state.heads, seq)]
    ids = {entry.id for entry in changed}
    known = [entry for entry in known_entries(corpus, state) if entry.id not in ids] if corpus else []
    places = {verdict.judged.id: verdict.judged.place for verdict in verdicts.values() if verdict.is_head}
    texts = Texts(corpus, state.seq, staging, places)
    decisions = decide_duplicates(known, changed, state.decisions, texts, config)
    return Publication(plan.run, seq, plan.config_id, verdicts, state.heads, {decision.id: decision for decision in decisions})


@dataclass(frozen=True, slots=True)
class Texts:
    """Fetches cleaned texts for verification, of new documents from their shards, of known ones from the corpus."""

    corpus: Corpus | None
    seq: int
    """The commit at which known documents are read."""
    staging: Staged
    places: Mapping[str, tuple[int, int]]
    """Shard and row of each document that this run changes."""

    def __call__(self, ids: Sequence[str]) -> dict[str, str]:
        """Id → text, for every id that is asked for."""
        rows = defaultdict(list)
        for id_ in ids:
            if id_ in self.places:
                rows[self.places[id_][0]].append((id_, self.places[id_][1]))
        found: dict[str, str] = {}
        for number, wanted in rows.items():
            texts = self.staging.table(number, ["text"])["text"]
            found.update((id_, texts[row].as_py()) for id_, row in wanted)
        return found | self._known([id_ for id_ in ids if id_ not in self.places])

    def _known(self, ids: Sequence[str]) -> dict[str, str]:
        if self.corpus is None or not ids:
            return {}
        found = documents_at(self.corpus, self.seq, ["id", "text"], ids)
        return {id_: text for rows in found for id_, text in zip(*rows.to_pydict().values(), strict=True)}


def proposal(plan: Plan, corpus: Corpus, staging: Staged, publication: Publication, report: Report) -> Proposal:
    """The run's files, staged in the tables' folders, and the commit that would name them."""

    def each(rows_of: Callable[[pa.Table, int, Publication], pa.Table]) -> Iterator[pa.Table]:
        return (rows_of(table, number, publication) for number, table in staging.tables())

    seq = publication.seq
    decisions = decision_table(publication.decisions.values(), run_id=plan.run, seq=seq)
    return Proposal(
        run=plan.run,
        seq=seq,
        created_at=plan.created_at,
        config_id=plan.config_id,
        versions=corpus.stage_files("versions", each(versions_of), seq=seq),
        decisions=corpus.stage_files("decisions", [decisions], seq=seq),
        outcomes=corpus.stage_files("outcomes", each(outcomes_of), seq=seq),
        sketches=corpus.stage_sketches(each(sketches_of), seq=seq),
        summary={"inputs": report.inputs, "kept": report.kept, SKIPPED: staging.skipped},
        engines=engines_of(report),
        head_at_plan=plan.base_seq,
    )


def told(staging: Staged, publication: Publication) -> Iterator[dict[str, Any]]:
    """The rows of `outcomes` of a run that is not committed."""
    for number, table in staging.tables():
        yield from outcomes_of(table, number, publication).to_pylist()


def counted(base: Report, staging: Staged, publication: Publication) -> Report:
    """The report of what the run would publish."""
    tally = Tally()
    tally.skip(staging.skipped)
    for number, table in staging.tables():
        tally.add(outcomes_of(table, number, publication))
    return tally.report(base, publication.decisions.values())
