"""Undoes one run by a new commit: what it changed stands again as it stood before, and nothing that was written is changed.

A document that a later run has changed stays as that run left it. Versions go on counting: the restored content is a new version.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow.compute as pc

from flows.errors import AlreadyAppliedError, NotFoundError
from flows.runs import plan as plans
from flows.runs.engine import stamped
from flows.runs.plan import Owner, Plan, PlannedInput
from flows.runs.report import Progress, Report
from flows.runs.rework import new_id
from flows.runs.settings import Settings
from flows.runs.settle import recount, with_lag
from flows.runs.state import State, peek_state, read_state
from flows.runs.stopwatch import Stopwatch
from flows.runs.undo import Undo, undo
from flows.runs.undoing import Undoing
from flows.runs.wiring import open_known, pipeline_of
from ingest.records import Decision
from ingest.stages import config_id_of
from storage import keys
from storage.bucket import open_bucket
from storage.commits import Commit
from storage.errors import HeadMovedError
from storage.files import Between, of_ids
from storage.moments import committed
from storage.rows import decisions_of, latest
from storage.tables import Corpus

Tell = Callable[[Progress], None]
STEPS = 4


@dataclass(frozen=True, slots=True)
class RollbackRequest:
    """An order to undo a run."""

    corpus: str
    """Where the corpus is: a folder, or `s3://bucket/prefix`."""
    run: str
    """The run's id, or the start of it, or the number of its commit."""
    approved_by: str
    """Who wants it; stands in the run's record."""
    dry_run: bool = False
    """Whether to find out what would happen and write nothing."""


def rollback(request: RollbackRequest, settings: Settings, progress: Tell = lambda _step: None) -> Report:
    """Undo a run, in one atomic commit; the same order finishes what was killed.

    Raises: UnknownMomentError, NotFoundError, AlreadyAppliedError, RunIsAliveError, StorageError, each with one sentence.
    """
    stopwatch = Stopwatch()
    progress(Progress(0, STEPS, "looking for the run"))
    corpus = _opened(request, settings)
    target = find(corpus, request.run)
    plan = _plan(corpus, target, settings, request.approved_by)
    if not request.dry_run:
        plan = plans.claim(corpus.bucket, plan, lambda dead: corpus.log.of_run(dead.run, after=dead.base_seq) is not None)
    report = _settle(corpus, target, plan, settings, progress, dry_run=request.dry_run)
    report = replace(
        stopwatch.stamp(report if request.dry_run else with_lag(report, corpus)),
        kind="rollback",
        undoes=target.run,
        approved_by=plan.approved_by,
    )
    if not request.dry_run:
        corpus.bucket.put(keys.run_record(plan.run), report.to_json().encode())
        plans.give_up(corpus.bucket, plan)
    return report


def _opened(request: RollbackRequest, settings: Settings) -> Corpus:
    """The corpus, at the head of its log; as it stands for a dry run."""
    if request.dry_run:
        return Corpus.peek(open_bucket(request.corpus))
    corpus = open_known(request.corpus, settings)
    corpus.roll()
    return corpus


def find(corpus: Corpus, name: str) -> Commit:
    """The commit that is meant. Raises: UnknownMomentError, NotFoundError."""
    seq = committed(corpus, name)
    if seq == 0:
        raise NotFoundError("before the first commit there is nothing to undo: see `winnow log`")
    commit = corpus.log.read(seq)
    if commit.kind == "compaction":
        raise NotFoundError(f"commit {seq} merged files and changed no document: there is nothing to undo")
    return commit


def _plan(corpus: Corpus, target: Commit, settings: Settings, approved_by: str) -> Plan:
    what = PlannedInput("rollback", target.run, "", 0, hashlib.sha256(target.run.encode()).hexdigest(), None)
    config_id = config_id_of(pipeline_of(settings))
    return Plan(new_id(), datetime.now(UTC), Owner.me(), config_id, 1, None, (what,), corpus.log.head(), approved_by)


def _settle(corpus: Corpus, target: Commit, plan: Plan, settings: Settings, progress: Tell, *, dry_run: bool) -> Report:
    base = stamped(Report(run_id=plan.run, corpus=corpus.bucket.uri, dry_run=dry_run), settings)
    while True:
        done = recount(plan, corpus)
        if done is not None:
            decided = corpus.scan("decisions", ["status"], pc.field("run_id") == plan.run)
            return replace(done, withdrawn=decided["status"].to_pylist().count("withdrawn"))
        progress(Progress(1, STEPS, "looking at its documents"))
        state = peek_state(corpus) if dry_run else read_state(corpus)
        undone = _undo(corpus, target, state)
        if undone.is_empty:
            _refuse_again(corpus, plan, target)
            return replace(base, messages=tuple(undone.messages))
        progress(Progress(2, STEPS, "deciding"))
        undoing = Undoing(corpus, state, undone, target, plan, pipeline_of(settings).dedup)
        report = undoing.report(base)
        if dry_run:
            return report
        progress(Progress(3, STEPS, "writing"))
        try:
            return replace(report, seq=corpus.commit(undoing.proposal(report)))
        except HeadMovedError:
            continue


def _refuse_again(corpus: Corpus, plan: Plan, target: Commit) -> None:
    """Says so where nothing is left to undo because it was undone."""
    for commit in corpus.log.since(target.seq, corpus.log.head()):
        if commit.undoes == target.run:
            plans.give_up(corpus.bucket, plan)
            raise AlreadyAppliedError(
                f"run {target.run} was rolled back already, as commit {commit.seq}: to have it again, roll back run {commit.run}"
            )


def _undo(corpus: Corpus, target: Commit, state: State) -> Undo:
    by_run = decisions_of(corpus.scan("decisions", between=Between(target.seq - 1, target.seq)))
    ids = of_ids(decision.id for decision in by_run)
    before = decisions_of(latest(corpus.scan("decisions", where=ids, between=Between(until=target.seq - 1))))
    now = decisions_of(latest(corpus.scan("decisions", where=ids, between=Between(until=state.seq))))
    names = ["id", "version", "content_sha256"]
    rows = (row for batch in corpus.batches("versions", names, ids, Between(until=state.seq)) for row in batch.to_pylist())
    contents = {(row["id"], row["version"]): row["content_sha256"] for row in rows}
    return undo(_by_id(before), _by_id(by_run), _by_id(now), contents)


def _by_id(decisions: Iterable[Decision]) -> dict[str, Decision]:
    return {decision.id: decision for decision in decisions}
