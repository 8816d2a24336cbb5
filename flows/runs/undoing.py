"""One rollback on one state of the corpus: its decisions and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.engine import engines_of
from flows.runs.plan import Plan
from flows.runs.report import Report
from flows.runs.settle import SKIPPED
from flows.runs.state import State, known_entries
from flows.runs.tally import Tally
from flows.runs.undo import Undo
from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide as decide_duplicates
from ingest.dedup.search import Entry
from ingest.records import Decision, Sketch
from storage import keys
from storage.commits import Commit
from storage.files import Between, of_ids
from storage.proposals import Proposal
from storage.rows import decision_table, latest
from storage.schema import OUTCOMES, SKETCHES, VERSIONS
from storage.tables import Corpus


class Undoing:
    """One rollback on one state: its decisions, its rows, its proposal."""

    def __init__(self, corpus: Corpus, state: State, undone: Undo, target: Commit, plan: Plan, config: DedupConfig) -> None:
        self._corpus, self._state, self._undone, self._target, self._plan = corpus, state, undone, target, plan
        self._seq = state.seq + 1
        self._numbers = {id_: state.heads[id_].version + 1 for id_ in undone.restored}
        self._decisions = self._decided(config)

    def report(self, base: Report) -> Report:
        """What it does, in numbers."""
        tally = Tally()
        tally.add(self._outcomes())
        report = tally.report(base, self._decisions.values())
        return replace(report, withdrawn=len(self._undone.withdrawn), messages=tuple(self._undone.messages))

    def proposal(self, report: Report) -> Proposal:
        """Its files, staged, and the commit that would name them."""
        corpus, seq = self._corpus, self._seq
        decisions = decision_table(self._decisions.values(), run_id=self._plan.run, seq=seq)
        return Proposal(
            run=self._plan.run,
            seq=seq,
            created_at=self._plan.created_at,
            config_id=self._plan.config_id,
            versions=corpus.stage_files("versions", self._versions(), seq=seq),
            decisions=corpus.stage_files("decisions", [decisions], seq=seq),
            outcomes=corpus.stage_files("outcomes", [self._outcomes()], seq=seq),
            sketches=corpus.stage_sketches([self._sketches()], seq=seq),
            summary={"inputs": report.inputs, "kept": report.kept, "withdrawn": report.withdrawn, SKIPPED: 0},
            engines=engines_of(report),
            kind="rollback",
            undoes=self._target.run,
            head_at_plan=self._plan.base_seq,
        )

    def _decided(self, config: DedupConfig) -> dict[str, Decision]:
        """Decisions on what is restored or withdrawn, and on all that stood with it."""
        gone = self._undone.restored.keys() | self._undone.withdrawn
        known = [entry for entry in known_entries(self._corpus, self._state) if entry.id not in gone]
        decided = decide_duplicates(known, list(self._entries()), self._state.decisions, self._texts, config)
        heads = self._state.heads
        withdrawn = [Decision(id_, heads[id_].version, "withdrawn", cluster=id_) for id_ in self._undone.withdrawn]
        return {decision.id: decision for decision in [*decided, *withdrawn]}

    def _entries(self) -> Iterator[Entry]:
        for row in self._sketches().to_pylist():
            sketch = Sketch(row["minhash"], row["fraction"], row["n_shingles"])
            first = self._state.heads[row["id"]].first_seq
            yield Entry(row["id"], row["version"], sketch, row["published_at"], row["url"], row["n_chars"], first)

    def _texts(self, ids: Sequence[str]) -> Mapping[str, str]:
        wanted = {id_: self._undone.restored.get(id_) or self._state.decisions[id_].version for id_ in ids}
        rows = self._rows("versions", ["id", "version", "text"], wanted)
        return {id_: text for table in rows for id_, text in zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)}

    def _rows(self, table: keys.Table, columns: Sequence[str], wanted: Mapping[str, int]) -> Iterator[pa.Table]:
        """Rows of a document and version that are wanted."""
        batches = self._corpus.batches(table, columns, of_ids(wanted), Between(until=self._state.seq))
        return (_of_versions(batch, wanted) for batch in batches)

    def _versions(self) -> Iterator[pa.Table]:
        for rows in self._rows("versions", VERSIONS.names, self._undone.restored):
            yield self._stamped(rows, {"version": self._new_numbers(rows)}).cast(VERSIONS)

    def _sketches(self) -> pa.Table:
        rows = _of_versions(self._corpus.sketches(), self._undone.restored)
        return self._stamped(rows, {"version": self._new_numbers(rows)}, with_run=False).cast(SKETCHES)

    def _outcomes(self) -> pa.Table:
        """The rows of the inputs of which each restored document was made before the run, so that they are known again."""
        rows = _last_that_confirm(self._rows_of_inputs(), self._undone.restored)
        restores = pc.equal(rows["version"], _aligned(rows["id"], self._undone.restored, pa.int32()))
        copies = pa.array([self._decisions[id_].duplicate_of for id_ in rows["id"].to_pylist()], pa.string())
        outcome = pc.if_else(restores, pc.if_else(pc.is_valid(copies), "duplicate", "kept"), "unchanged")
        own = {"outcome": outcome, "version": self._new_numbers(rows), "duplicate_of": copies}
        return self._stamped(rows, own).cast(OUTCOMES)

    def _rows_of_inputs(self) -> pa.Table:
        where = of_ids(self._undone.restored) & pc.field("outcome").isin(["kept", "duplicate", "unchanged"])
        return self._corpus.scan("outcomes", where=where, between=Between(until=self._target.seq - 1))

    def _new_numbers(self, rows: pa.Table) -> pa.Array:
        return _aligned(rows["id"], self._numbers, pa.int32())

    def _stamped(self, rows: pa.Table, own: Mapping[str, pa.Array], *, with_run: bool = True) -> pa.Table:
        run = {"run_id": pa.array([self._plan.run] * len(rows), pa.string())} if with_run else {}
        for name, column in (dict(own) | run | {"seq": pa.array([self._seq] * len(rows), pa.int64())}).items():
            rows = rows.set_column(rows.column_names.index(name), name, column)
        return rows


def _of_versions(rows: pa.Table, wanted: Mapping[str, int]) -> pa.Table:
    """The rows whose version of the document is the one that is wanted."""
    return rows.filter(pc.equal(rows["version"], _aligned(rows["id"], wanted, pa.int32())))


def _last_that_confirm(rows: pa.Table, wanted: Mapping[str, int]) -> pa.Table:
    """All rows, of each document, of the last run that made or confirmed the version that is wanted."""
    last = latest(_of_versions(rows, wanted))
    seqs = dict(zip(last["id"].to_pylist(), last["seq"].to_pylist(), strict=True))
    return rows.filter(pc.equal(rows["seq"], _aligned(rows["id"], seqs, pa.int64())))


def _aligned(ids: pa.ChunkedArray, values: Mapping[str, int], type_: pa.DataType) -> pa.Array:
    """The value of each id, null where it has none."""
    return pa.array([values.get(id_) for id_ in ids.to_pylist()], type_)
